// SPDX-License-Identifier: Apache-2.0
import { type Blob, blobLabel } from '../core/blob.ts';
import type { Clock } from '../core/deps.ts';
import { BlobsError, describeError, makeRoomHint, saysNoSpace, systemCode } from '../core/errors.ts';
import { type Issue, issueOf, type MirrorRow } from '../core/report.ts';
import type { Sha256 } from '../core/sha256.ts';
import { redactUrl } from '../core/url.ts';
import { type FoundFile, MirrorDirectory } from '../store/mirror-directory.ts';
import type { MirroredBlob } from '../store/mirror-index.ts';
import type { MirrorTarget } from './mirror-target.ts';

// An interrupted run writes the index too: nobody holds its lock for long.
const NEVER = new AbortController().signal;

/** A directory that blobs are pushed to. */
export class DirectoryTarget implements MirrorTarget {
  // Its disk is the limit.
  readonly jobs = 1;
  readonly #mirror: MirrorDirectory;
  readonly #dryRun: boolean;
  readonly #clock: Clock;

  /** Makes and reads nothing. `directory` is absolute. */
  constructor(options: { readonly directory: string; readonly dryRun: boolean; readonly clock: Clock }) {
    this.#mirror = new MirrorDirectory(options.directory);
    this.#dryRun = options.dryRun;
    this.#clock = options.clock;
  }

  async prepare(): Promise<void> {
    this.#mirror.prepare({ dryRun: this.#dryRun });
  }

  find(digest: Sha256, signal: AbortSignal): Promise<FoundFile | undefined> {
    return this.#mirror.find(digest, signal);
  }

  add(source: string, digest: Sha256, signal: AbortSignal): Promise<number> {
    return this.#mirror.add(source, digest, signal);
  }

  nameOf(digest: Sha256): string {
    return this.#mirror.fileOf(digest);
  }

  explain(blob: Blob, error: unknown): Issue | undefined {
    if (!(error instanceof Error && 'code' in error)) return undefined;
    const what = `cannot push ${blobLabel(blob)}`;
    if (saysNoSpace(error)) return { ...this.#noSpaceIssue(what), module: blob.module, path: blob.path };
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

  async end(rows: readonly MirrorRow[]): Promise<readonly Issue[]> {
    const mirrored = rows.flatMap((row) => indexedBlob(row) ?? []);
    if (mirrored.length === 0) return [];
    try {
      await this.#mirror.addToIndex(mirrored, { clock: this.#clock, signal: NEVER });
      return [];
    } catch (error) {
      if (error instanceof BlobsError) return [issueOf(error)];
      if (systemCode(error) === undefined) throw error;
      const what = `cannot write the index of ${this.#mirror.directory}`;
      if (saysNoSpace(error)) return [this.#noSpaceIssue(what)];
      const message = `${what}: ${describeError(error)}`;
      return [
        { severity: 'error', code: 'BLOBS_FILE_ACCESS', message, hint: 'push again: the blobs are there' },
      ];
    }
  }

  #noSpaceIssue(what: string): Issue {
    const message = `${what}: the disk or the quota has no room`;
    const hint = `${makeRoomHint(this.#mirror.directory)}, then push again`;
    return { severity: 'error', code: 'BLOBS_NO_SPACE', message, hint };
  }
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
