// SPDX-License-Identifier: Apache-2.0
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import { addBlobs } from '../app/add-blobs.ts';
import { type Draft, missingKeys, parseDrafts, toNewBlobs } from '../app/new-blob.ts';
import { BlobsError, describeError } from '../core/errors.ts';
import { addDocument } from '../output/add-document.ts';
import { addSummaryText, addText } from '../output/add-text.ts';
import { createFetchDeps } from './deps.ts';
import type { ExitCode } from './exit-codes.ts';
import { DEFAULT_JOBS, type TransferLimits } from './fetch-command-options.ts';
import { FetchView } from './fetch-view.ts';
import { ask, isInteractive } from './prompt.ts';
import { present, type Session } from './session.ts';

/** The options that `add` alone has, as commander gives them. */
export interface AddCommandOptions extends TransferLimits {
  readonly url?: readonly string[];
  readonly path?: string;
  readonly type?: string;
  readonly blobVersion?: string;
  readonly licensePath?: string;
  readonly description?: string;
  readonly docUrl?: string;
  readonly license?: string;
  readonly clickThrough?: boolean;
  readonly fetcher?: string;
  readonly size?: boolean;
  readonly pin?: boolean;
  readonly from?: string;
  readonly dryRun?: boolean;
}

const MAX_JSON_BYTES = 1024 * 1024;
const MAX_QUESTIONS = 5;

/** What `blobs add` does once its options are parsed; in a file of its own, since only it loads it. */
export async function runAdd(
  session: Session,
  modules: readonly string[],
  options: AddCommandOptions,
): Promise<ExitCode> {
  const { config, signal } = session;
  const drafts = await findDrafts(session, options);
  const name = (key: string): string =>
    options.from === undefined ? (OPTION_NAMES[key] ?? key) : `"${key}"`;
  const blobs = toNewBlobs(drafts, name);
  const configured = config.blobs();
  const view = await FetchView.create(session);
  const report = await addBlobs(
    {
      search: config.search,
      modules,
      blobs,
      writeSize: options.size ?? false,
      pin: options.pin ?? false,
      dryRun: options.dryRun ?? false,
      offline: configured.offline,
      caches: configured.caches,
      jobs: configured.jobs ?? DEFAULT_JOBS,
      timeoutMs: options.timeout,
      retries: options.retries,
      maxSizeBytes: options.maxSize,
    },
    { ...createFetchDeps(session), observe: (event) => view.observe(event) },
    signal,
  ).finally(() => view.end());
  return present(session, report, {
    document: () => addDocument(report),
    text: () => addText(report),
    summary: () => addSummaryText(report, config.cwd),
  });
}

const OPTION_NAMES: Readonly<Record<string, string>> = {
  url: '--url',
  path: '--path',
  type: '--type',
  version: '--blob-version',
  'license-path': '--license-path',
  description: '--description',
  'doc-url': '--doc-url',
  license: '--license',
  fetcher: '--fetcher',
  'click-through': '--click-through',
};

async function findDrafts(session: Session, options: AddCommandOptions): Promise<readonly Draft[]> {
  const given: Draft = {
    url: options.url,
    path: options.path,
    type: options.type,
    version: options.blobVersion,
    'license-path': options.licensePath,
    description: options.description,
    'doc-url': options.docUrl,
    license: options.license,
    'click-through': options.clickThrough,
    fetcher: options.fetcher,
  };
  const { from } = options;
  if (from === undefined) return [await completed(session, given)];
  if (options.url !== undefined || options.path !== undefined) {
    throw new BlobsError('BLOBS_USAGE', '--from excludes --url and --path', {
      hint: 'the other options count for the entries of the list that do not have the key',
    });
  }
  const name = from === '-' ? '--from: stdin' : `--from: ${from}`;
  const defaults = Object.entries(given).filter(([, value]) => value !== undefined);
  const drafts = parseDrafts(readJson(from === '-' ? 0 : resolve(session.config.cwd, from), name), name);
  return drafts.map((draft) => ({ ...Object.fromEntries(defaults), ...draft }));
}

/** `given`, with what a person at the terminal says to the rest. */
async function completed(session: Session, given: Draft): Promise<Draft> {
  const missing = missingKeys(given);
  if (missing.length === 0 || !isInteractive(session)) return given;
  const draft: Record<string, unknown> = { ...given };
  const questions = [...missing, ...(given['doc-url'] === undefined ? ['doc-url'] : [])];
  for (const key of questions) {
    for (let asked = 0; asked < MAX_QUESTIONS; asked++) {
      const answer = (await ask(`${QUESTIONS[key] ?? key}: `, session.signal))?.trim();
      if (answer === undefined) {
        session.stderr.write('\n');
        return draft;
      }
      if (key === 'type' && answer !== 'img' && answer !== 'lib') continue;
      if (answer !== '') draft[key] = key === 'url' ? answer.split(/\s+/) : answer;
      if (answer !== '' || key === 'doc-url') break;
    }
  }
  return draft;
}

const QUESTIONS: Readonly<Record<string, string>> = {
  url: 'URL',
  path: 'Path below zephyr/blobs',
  type: 'Type (img or lib)',
  version: 'Version',
  'license-path': 'Licence file, from the directory of the module',
  description: 'Description',
  'doc-url': 'URL of the documentation (may be empty)',
};

/** The text of a file, a pipe or, for 0, stdin. */
function readJson(file: string | 0, name: string): string {
  try {
    const fd = file === 0 ? 0 : openSync(file, 'r');
    try {
      if (fstatSync(fd).isDirectory()) throw new Error('it is a directory');
      const buffer = Buffer.alloc(MAX_JSON_BYTES + 1);
      let length = 0;
      for (let read = -1; read !== 0 && length < buffer.length; length += read) {
        read = readSync(fd, buffer, length, buffer.length - length, null);
      }
      if (length > MAX_JSON_BYTES) throw new Error(`it is larger than ${MAX_JSON_BYTES} bytes`);
      return new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, length));
    } finally {
      if (fd !== 0) closeSync(fd);
    }
  } catch (error) {
    throw new BlobsError('BLOBS_USAGE', `${name}: ${describeError(error)}`);
  }
}
