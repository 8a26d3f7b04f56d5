// SPDX-License-Identifier: Apache-2.0
import { type Blob, blobLabel } from '../core/blob.ts';
import { BlobsError } from '../core/errors.ts';
import type { Issue } from '../core/report.ts';
import { emptyModule } from '../module/empty-module.ts';
import { readModule } from '../module/read-module.ts';
import type { YamlDocument } from '../yaml/yaml-document.ts';
import { type BlobState, findBlobStates } from './blob-state.ts';
import { type EntryEdits, UpdateChecker, type UpdatedModule } from './check-updates.ts';
import { prematureRules } from './draft-lint.ts';
import { editIssue, editModuleFile } from './edit-module-file.ts';
import { loadModules } from './load-modules.ts';
import { maintainerHint } from './maintainer-hint.ts';
import { type MeasuredBlob, measureBlobs } from './measure-blobs.ts';
import { pinUrls } from './pin-urls.ts';
import {
  assertReplacementsApply,
  type EntryUpdate,
  inOwnWords,
  replaceInUrls,
  rewriteEntry,
  updateEntry,
} from './update-entry.ts';
import type { UpdateDeps, UpdatedFile, UpdateOptions, UpdateReport, UpdateRow } from './update-options.ts';

/**
 * Downloads what the selected entries lead to, with other URLs where that is asked for, and writes what came into their
 * module.yml: digest, size, version, URLs. Each file is replaced at once, with all of its entries that could be updated;
 * one that could not stays as it is. The blobs' own files are not touched.
 *
 * @throws BlobsError where there is nothing to update, or the options fit none of it; the signal's reason, with nothing
 *   written.
 */
export async function updateBlobs(
  options: UpdateOptions,
  deps: UpdateDeps,
  signal: AbortSignal,
): Promise<UpdateReport> {
  const files = new Map<string, UpdatedModule>();
  const { blobs, issues } = await loadModules(options, signal, async (place, file) => {
    if (file === undefined) return { module: emptyModule(place), issues: [] };
    signal.throwIfAborted();
    const { observations: _, document, ...read } = readModule(place, file);
    if (document !== undefined) files.set(file, { place, document });
    return read;
  });
  const { replacements } = options;
  if (options.pin && options.offline)
    throw new BlobsError('BLOBS_USAGE', '--pin asks the network, which is off limits');
  assertReplacementsApply(
    blobs.flatMap(({ urls }) => urls),
    replacements,
  );
  const replaced = blobs.map((blob) => ({ blob, urls: replaceInUrls(blob.urls, replacements) }));
  const tools = { environment: options.search.gitEnvironment, signal };
  const checkers = [...files.values()].map((file) => new UpdateChecker(file, tools));
  const outcomes = new Map<Blob, EntryUpdate | Issue>();
  const refuseErrors = async (groups: readonly EntryEdits[], off: readonly string[]): Promise<void> => {
    for (const checker of checkers)
      for (const [blob, issue] of await checker.findNewErrors(groups, off)) outcomes.set(blob, issue);
  };
  // Nobody is asked for what is refused anyway, and no credentials are sent that must not be written.
  await refuseErrors(
    replaced.map(({ blob, urls }) => draftOf(blob, urls, options)),
    prematureRules(options),
  );
  const sound = replaced.filter(({ blob }) => !outcomes.has(blob));
  const { wanted, failed } = options.pin
    ? await pinUrls(sound, tools)
    : { wanted: sound, failed: new Map<Blob, BlobsError>() };
  const states = await findBlobStates(blobs, signal, options.index);
  const { found, downloadedBytes } = await measureBlobs(wanted, options, { deps, signal });
  signal.throwIfAborted();
  for (const [blob, error] of failed) outcomes.set(blob, failure(blob, error));
  for (const { blob, urls } of wanted)
    outcomes.set(blob, judge(blob, { urls, measured: found.get(blob) }, options));
  const updates = [...outcomes].flatMap(([blob, outcome]): EntryEdits[] =>
    'edits' in outcome ? [{ blob, urls: outcome.blob.urls, edits: outcome.edits }] : [],
  );
  await refuseErrors(updates, []);
  signal.throwIfAborted();
  const written: UpdatedFile[] = [];
  for (const [file, { document }] of files) {
    // Once a file is written, the others are too.
    const heard = options.dryRun || written.length === 0 ? signal : new AbortController().signal;
    const done = await writeFile(document, { blobs, outcomes, dryRun: options.dryRun, signal: heard });
    if (done.blobs > 0) written.push({ ...done, file });
  }
  return {
    rows: states.map((state) => toRow(state, outcomes.get(state.row.blob))),
    files: written,
    issues: [
      ...issues,
      ...[...outcomes.values()].filter((outcome): outcome is Issue => 'severity' in outcome),
    ],
    dryRun: options.dryRun,
    downloadedBytes,
  };
}

/** What to write of what is known before anybody is asked. */
function draftOf(blob: Blob, urls: readonly string[], { version }: UpdateOptions): EntryEdits {
  const known = { urls, sha256: blob.digest, bytes: blob.size ?? 0 };
  const options = { addsSize: false, ...(version === undefined ? {} : { version }) };
  return { blob, urls, edits: rewriteEntry(blob, known, options).edits };
}

function judge(
  blob: Blob,
  { urls, measured }: { readonly urls: readonly string[]; readonly measured: MeasuredBlob | undefined },
  options: UpdateOptions,
): EntryUpdate | Issue {
  if (measured instanceof BlobsError) return failure(blob, measured);
  try {
    return updateEntry(blob, { urls, measured: measured ?? [] }, options);
  } catch (error) {
    if (error instanceof BlobsError) return failure(blob, error);
    throw error;
  }
}

/** Writes the updates of one file; those that cannot be written become issues in `outcomes`. */
async function writeFile(
  document: YamlDocument,
  {
    blobs,
    outcomes,
    dryRun,
    signal,
  }: {
    readonly blobs: readonly Blob[];
    readonly outcomes: Map<Blob, EntryUpdate | Issue>;
    readonly dryRun: boolean;
    readonly signal: AbortSignal;
  },
): Promise<Omit<UpdatedFile, 'file'>> {
  const groups = blobs.flatMap((blob) => {
    const outcome = blob.origin.file === document.file ? outcomes.get(blob) : undefined;
    if (outcome === undefined || 'severity' in outcome || outcome.edits.length === 0) return [];
    return [{ blob, edits: inOwnWords(outcome.edits, document) }];
  });
  const [first] = groups;
  if (first === undefined) return { module: '', blobs: 0, hunks: [] };
  const { module, moduleDirectory: directory } = first.blob;
  try {
    const options = { keepsLines: false, dryRun, signal };
    const { hunks, refused } = await editModuleFile({ document, directory, groups, ...options });
    for (const [{ blob }, error] of refused) outcomes.set(blob, failure(blob, error));
    const pathOf = pathFinder(document, blobs);
    return {
      module,
      blobs: groups.length - refused.size,
      hunks: hunks.map((hunk) => ({ ...hunk, path: pathOf(hunk.line) })),
    };
  } catch (error) {
    signal.throwIfAborted();
    const issue = editIssue(document.file, error);
    for (const { blob } of groups) outcomes.set(blob, { ...issue, ...nameOf(blob) });
    return { module, blobs: 0, hunks: [] };
  }
}

/** Tells which blob a line belongs to: the last one that begins before it. */
function pathFinder(document: YamlDocument, blobs: readonly Blob[]): (line: number) => string {
  const here = blobs.filter(({ origin }) => origin.file === document.file);
  return (line) => here.findLast(({ origin }) => origin.line <= line)?.path ?? '';
}

function toRow({ row, sha256 }: BlobState, outcome: EntryUpdate | Issue | undefined): UpdateRow {
  if (outcome === undefined || 'severity' in outcome)
    return { ...row, result: 'failed', changes: [], sources: [] };
  const { blob, changes, sources } = outcome;
  const status = row.status === 'D' ? 'D' : sha256 === blob.digest ? 'A' : 'M';
  return { ...row, blob, status, result: changes.length > 0 ? 'updated' : 'unchanged', changes, sources };
}

function nameOf({ module, path }: Blob): Pick<Issue, 'module' | 'path'> {
  return { module, path };
}

function failure(blob: Blob, error: BlobsError): Issue {
  const { code, message, details, stack } = error;
  return {
    severity: 'error',
    code,
    message: `cannot update ${blobLabel(blob)}`,
    ...details,
    ...maintainerHint(error, { hasMirrors: true }),
    facts: [message, ...(details.facts ?? [])],
    ...(stack === undefined ? {} : { stack }),
    ...nameOf(blob),
  };
}
