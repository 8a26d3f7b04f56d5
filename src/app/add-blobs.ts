// SPDX-License-Identifier: Apache-2.0
import type { AddReport, Issue, PinnedRow } from '../core/report.ts';
import type { Sha256 } from '../core/sha256.ts';
import { writeModuleFile } from '../module/write-module-file.ts';
import { readRegularFile } from '../store/regular-file.ts';
import { appendEntries } from '../yaml/edit/append-entry.ts';
import type { NewEntry } from '../yaml/edit/entry-text.ts';
import { MAX_YAML_BYTES } from '../yaml/limits.ts';
import { Caches } from './caches.ts';
import { asUnwritten, checkDraftEntries, lintNewEntries, type ModuleDraft } from './check-new-entries.ts';
import type { FetchDeps } from './fetch-options.ts';
import { findOneModule, type OneModule } from './find-one-module.ts';
import { LintFiles } from './lint-files.ts';
import { type Measurement, toEntry, USUAL_ORDER } from './new-blob.ts';
import { type AddOptions, NewBlobWork } from './new-blob-work.ts';
import { findPlaceProblem } from './place-blob.ts';

const PLACEHOLDER: Measurement = { sha256: '0'.repeat(64) as Sha256, sizeBytes: 1 };

/**
 * Adds entries to a module's module.yml and puts their blobs in place: all of them or, where anything is wrong with one,
 * none. A dry run changes nothing.
 *
 * @throws BlobsError where the module cannot be found or written to; the signal's reason
 */
export async function addBlobs(
  options: AddOptions,
  deps: Omit<FetchDeps, 'prompt'>,
  signal: AbortSignal,
): Promise<AddReport> {
  const { dryRun } = options;
  const module = await findOneModule(options.search, options.modules, signal);
  const { file, read } = module;
  const failed = (issues: readonly Issue[], pinned: readonly PinnedRow[] = []): AddReport => {
    return { rows: [], pinned, issues: [...module.issues, ...issues], dryRun };
  };
  if (read.document === undefined) return failed(read.issues);
  const bytes = readRegularFile(file, MAX_YAML_BYTES);
  const tools = { signal, environment: options.search.gitEnvironment };
  const placeholders = options.blobs.map((blob) => toEntry(blob, PLACEHOLDER, options.writeSize));
  const early = await checkDraftEntries(draftOf(module, bytes, placeholders), tools, options);
  const problems = [...early.issues, ...early.blobs.flatMap((blob) => findPlaceProblem(blob) ?? [])];
  if (problems.length > 0) return failed(problems);
  if (early.blobs.length !== options.blobs.length)
    throw new Error('a new entry is neither sound nor reported');

  const caches = new Caches(options.caches);
  const work = new NewBlobWork(early.blobs, options);
  try {
    const pinned = options.pin ? await work.pin(signal) : [];
    if (work.issues.length === 0) await work.obtain(caches, deps, signal);
    if (work.issues.length > 0) return failed(work.issues, pinned);
    const draft = draftOf(module, bytes, work.entries());
    if (!dryRun) await work.place();
    const { findFile, inspect } = new LintFiles(signal);
    const checked = await lintNewEntries(draft, { ...tools, findFile, inspect });
    const { blobs } = checked;
    const isRefused = [...module.issues, ...work.issues, ...checked.issues].some(isError);
    const issues = isRefused || dryRun ? checked.issues.map(asUnwritten) : checked.issues;
    if (isRefused) return failed([...work.issues, ...issues], pinned);
    const notes = [...module.issues, ...work.issues, ...issues];
    const { added, line, bytes: after } = draft.appended;
    if (!dryRun) {
      writeModuleFile({ directory: module.place.directory, file, before: bytes, after });
      await work.keep(caches, blobs);
    }
    const rows = blobs.map((blob, index) => work.rowOf(blob, index, dryRun));
    return { rows, pinned, added: { file, line, text: added }, issues: [...notes, ...caches.issues], dryRun };
  } finally {
    await work.end();
  }
}

function isError({ severity }: Issue): boolean {
  return severity === 'error';
}

function draftOf(
  { place, file, read }: OneModule,
  bytes: Uint8Array,
  entries: readonly NewEntry[],
): ModuleDraft {
  const { blobs } = (read.document?.value ?? {}) as { readonly blobs?: unknown };
  return {
    place,
    file,
    before: Array.isArray(blobs) ? blobs.length : 0,
    appended: appendEntries(bytes, entries, { file, key: 'blobs', order: USUAL_ORDER }),
  };
}
