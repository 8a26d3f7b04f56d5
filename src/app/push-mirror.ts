// SPDX-License-Identifier: Apache-2.0
import { type Blob, blobLabel } from '../core/blob.ts';
import type { Clock } from '../core/deps.ts';
import { BlobsError, describeError, makeRoomHint, saysNoSpace, systemCode } from '../core/errors.ts';
import { type Issue, issueOf, type MirrorReport, type MirrorRow } from '../core/report.ts';
import type { Sha256 } from '../core/sha256.ts';
import { count } from '../core/text.ts';
import { redactUrl } from '../core/url.ts';
import { assertInsideBlobs } from '../module/blob-path.ts';
import { hashFile } from '../store/hash-file.ts';
import { MirrorDirectory } from '../store/mirror-directory.ts';
import type { MirroredBlob } from '../store/mirror-index.ts';
import { type BlobState, findBlobStates } from './blob-state.ts';
import { type CacheOptions, Caches } from './caches.ts';
import { type BlobQuery, loadModules } from './load-modules.ts';

export interface PushOptions extends BlobQuery {
  /** The mirror's directory, absolute. */
  readonly directory: string;
  readonly caches: CacheOptions;
  /** Whether blobs go along whose licence must be accepted. */
  readonly includeClickThrough: boolean;
  readonly dryRun: boolean;
}

interface Context {
  readonly mirror: MirrorDirectory;
  readonly caches: Caches;
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

/** What became of one blob. */
interface Pushed {
  readonly row: MirrorRow;
  readonly issues: readonly Issue[];
}

/**
 * Copies the selected blobs into a directory that fetches can use as a mirror, from their modules, the local store or
 * west's caches. One blob that is nowhere here does not stop the others. Never uses the network.
 *
 * @throws BlobsError where there is nothing to push from, or nowhere to push to; the signal's reason.
 */
export async function pushMirror(
  options: PushOptions,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<MirrorReport> {
  const { directory, dryRun } = options;
  const { modules, blobs, issues } = await loadModules(options, signal);
  // Of equal bytes, one entry that asks for acceptance speaks for all.
  const clickThrough = new Set(
    modules
      .flatMap((module) => module.blobs)
      .filter((blob) => blob.clickThrough)
      .map(({ digest }) => digest),
  );
  const isLeftOut = ({ digest }: Blob): boolean => !options.includeClickThrough && clickThrough.has(digest);
  const states = await findBlobStates(blobs, signal);
  const mirror = new MirrorDirectory(directory);
  if (!blobs.every(isLeftOut)) mirror.prepare(options);
  const context = { mirror, caches: new Caches(options.caches), dryRun, signal };
  const pushed: Pushed[] = [];
  const there = new Map<Sha256, number>();
  const indexIssues: Issue[] = [];
  try {
    for (const state of states) {
      const one = isLeftOut(state.row.blob)
        ? { row: { ...state.row, result: 'skipped' as const }, issues: [] }
        : await pushOne(state, there, context);
      pushed.push(one);
    }
  } finally {
    // Also of a run that was interrupted: what is in the mirror is in its index.
    const rows = dryRun ? [] : pushed.map(({ row }) => row);
    indexIssues.push(...(await writeIndex(rows, mirror, clock)));
  }
  return {
    directory,
    rows: pushed.map(({ row }) => row),
    issues: [
      ...issues,
      ...leftOutNote(blobs.filter(isLeftOut)),
      ...pushed.flatMap((one) => one.issues),
      ...indexIssues,
    ],
    isIndexed: indexIssues.length === 0,
    dryRun,
  };
}

// An interrupted run writes the index too: nobody holds its lock for long.
const NEVER = new AbortController().signal;

async function writeIndex(
  rows: readonly MirrorRow[],
  mirror: MirrorDirectory,
  clock: Clock,
): Promise<readonly Issue[]> {
  const mirrored = rows.flatMap((row) => indexedBlob(row) ?? []);
  if (mirrored.length === 0) return [];
  try {
    await mirror.addToIndex(mirrored, { clock, signal: NEVER });
    return [];
  } catch (error) {
    if (error instanceof BlobsError) return [issueOf(error)];
    if (systemCode(error) === undefined) throw error;
    const what = `cannot write the index of ${mirror.directory}`;
    if (saysNoSpace(error)) return [noSpaceIssue(what, mirror)];
    const message = `${what}: ${describeError(error)}`;
    return [
      { severity: 'error', code: 'BLOBS_FILE_ACCESS', message, hint: 'push again: the blobs are there' },
    ];
  }
}

async function pushOne(state: BlobState, there: Map<Sha256, number>, context: Context): Promise<Pushed> {
  const { row } = state;
  const { blob } = row;
  const known = there.get(blob.digest);
  if (known !== undefined) return { row: { ...row, result: 'present', mirroredBytes: known }, issues: [] };
  try {
    const found = await context.mirror.find(blob.digest, context.signal);
    const result = found?.good
      ? { row: { ...row, result: 'present' as const, mirroredBytes: found.bytes }, issues: [] }
      : await copyFromHere(state, context);
    const { mirroredBytes } = result.row;
    if (mirroredBytes === undefined) return result;
    there.set(blob.digest, mirroredBytes);
    return found?.good === false
      ? { ...result, issues: [...result.issues, replacedWarning(blob, context)] }
      : result;
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof Error && 'code' in error)) throw error;
    return { row: { ...row, result: 'failed' }, issues: [writeIssue(blob, error, context.mirror)] };
  }
}

/** @throws what keeps the bytes from being written to the mirror */
async function copyFromHere({ row, sha256, issue }: BlobState, context: Context): Promise<Pushed> {
  const { blob, status } = row;
  const wrong = [
    ...(sha256 !== undefined && status === 'M' ? [mismatch(blob, sha256, blob.abspath)] : []),
    ...(issue === undefined ? [] : [issue.message]),
  ];
  const local = context.caches.findLocal(blob).map(({ file }) => file);
  for (const source of status === 'A' ? [blob.abspath, ...local] : local) {
    const found = await hashOrExplain(source, blob, context.signal);
    if (typeof found === 'string') {
      wrong.push(found);
      continue;
    }
    const mirroredBytes = context.dryRun
      ? found.bytes
      : await context.mirror.add(source, blob.digest, context.signal);
    return { row: { ...row, result: 'pushed', source, mirroredBytes }, issues: [] };
  }
  return { row: { ...row, result: 'failed' }, issues: [missingIssue(blob, wrong)] };
}

/** The size of a file that has the blob's bytes; what is wrong with any other. */
async function hashOrExplain(
  file: string,
  blob: Blob,
  signal: AbortSignal,
): Promise<{ readonly bytes: number } | string> {
  try {
    if (file === blob.abspath) assertInsideBlobs(blob.moduleDirectory, blob.path, blob.module);
    // Looked at before it is copied: a cache's file may be large, and have nothing but its name in common with the blob.
    const { sha256, bytes } = await hashFile(file, signal);
    return sha256 === blob.digest ? { bytes } : mismatch(blob, sha256, file);
  } catch (error) {
    signal.throwIfAborted();
    return `cannot read ${file}: ${describeError(error)}`;
  }
}

function mismatch({ digest }: Blob, sha256: Sha256, file: string): string {
  return `expected ${digest}  got ${sha256}  from ${file}`;
}

function indexedBlob({ blob, mirroredBytes }: MirrorRow): MirroredBlob | undefined {
  if (mirroredBytes === undefined) return undefined;
  const { clickThrough, license, fetcher } = blob;
  const entry = {
    module: blob.module,
    path: blob.path,
    type: blob.type,
    version: blob.version,
    'license-path': blob.licensePath,
    ...(license === undefined ? {} : { license }),
    ...(clickThrough === undefined ? {} : { 'click-through': clickThrough }),
    ...(fetcher === undefined ? {} : { fetcher }),
    url: blob.urls.map(redactUrl),
    description: blob.description,
  };
  return { sha256: blob.digest, size: mirroredBytes, entries: [entry] };
}

function leftOutNote(blobs: readonly Blob[]): Issue[] {
  if (blobs.length === 0) return [];
  const message = `${count(blobs.length, 'click-through blob')} left out, since a licence that must be accepted may forbid to pass them on`;
  return [
    { severity: 'info', code: 'BLOBS_LEFT_OUT', message, hint: '--include-click-through takes them along' },
  ];
}

function missingIssue(blob: Blob, wrong: readonly string[]): Issue {
  const isMismatch = wrong.some((fact) => fact.startsWith('expected '));
  const why = isMismatch
    ? 'only other bytes are here'
    : 'it is neither in its module nor in the store or a cache';
  return {
    severity: 'error',
    code: isMismatch ? 'BLOBS_HASH_MISMATCH' : 'BLOBS_MISSING',
    message: `cannot push ${blobLabel(blob)}: ${why}`,
    ...(wrong.length === 0 ? {} : { facts: wrong }),
    hint: `run "blobs fetch ${blob.module}" first`,
    module: blob.module,
    path: blob.path,
  };
}

function replacedWarning(blob: Blob, { mirror, dryRun }: Context): Issue {
  return {
    severity: 'warning',
    code: 'BLOBS_HASH_MISMATCH',
    message: `the mirror's file for ${blobLabel(blob)} was damaged and ${dryRun ? 'would be' : 'is'} replaced`,
    facts: [mirror.fileOf(blob.digest)],
    module: blob.module,
    path: blob.path,
  };
}

function noSpaceIssue(what: string, { directory }: MirrorDirectory): Issue {
  const message = `${what}: the disk or the quota has no room`;
  const hint = `${makeRoomHint(directory)}, then push again`;
  return { severity: 'error', code: 'BLOBS_NO_SPACE', message, hint };
}

function writeIssue(blob: Blob, error: Error, mirror: MirrorDirectory): Issue {
  const what = `cannot push ${blobLabel(blob)}`;
  if (saysNoSpace(error)) return { ...noSpaceIssue(what, mirror), module: blob.module, path: blob.path };
  const known = error instanceof BlobsError ? error : undefined;
  return {
    severity: 'error',
    code: known?.code ?? 'BLOBS_FILE_ACCESS',
    message: `${what}: ${error.message}`,
    ...(known?.details.facts === undefined ? {} : { facts: known.details.facts }),
    hint: 'the mirror is left as it is there; check its directories and permissions',
    module: blob.module,
    path: blob.path,
  };
}
