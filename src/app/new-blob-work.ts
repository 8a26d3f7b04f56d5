// SPDX-License-Identifier: Apache-2.0
import { lstatSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { type Blob, blobLabel } from '../core/blob.ts';
import { BlobsError, systemCode } from '../core/errors.ts';
import type { BlobRow, Issue, PinnedRow } from '../core/report.ts';
import { letHostsRest } from '../fetch/host-rest.ts';
import { UrlPinner } from '../fetch/pin/pin-url.ts';
import { runPool } from '../fetch/pool.ts';
import type { ModuleSearch } from '../workspace/modules/find-modules.ts';
import type { NewEntry } from '../yaml/edit/entry-text.ts';
import { accessIssue } from './blob-state.ts';
import type { CacheOptions, Caches } from './caches.ts';
import type { FetchDeps } from './fetch-options.ts';
import { maintainerHint } from './maintainer-hint.ts';
import { type NewBlob, toEntry } from './new-blob.ts';
import { type ObtainedBlob, obtainNewBlob } from './obtain-new-blob.ts';
import { placeBlob } from './place-blob.ts';

export interface AddOptions {
  readonly search: ModuleSearch;
  /** Names of the module that is meant: one at most. */
  readonly modules: readonly string[];
  readonly blobs: readonly NewBlob[];
  readonly writeSize: boolean;
  /** Whether branches and tags in URLs become the commits that they mean. */
  readonly pin: boolean;
  readonly dryRun: boolean;
  readonly offline: boolean;
  readonly caches: CacheOptions;
  readonly jobs: number;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly maxSizeBytes: number;
}

/** The new blobs on their way into the module. */
export class NewBlobWork {
  readonly issues: Issue[] = [];
  readonly #options: AddOptions;
  /** Where the blobs are to stand. */
  readonly #places: readonly Blob[];
  #blobs: readonly NewBlob[];
  readonly #obtained = new Map<number, ObtainedBlob>();
  /** Files that were not there before. They go unless the entries are written. */
  readonly #placed: string[] = [];
  /** Directories that were not there before, the deepest first: they go too, where nobody put anything in. */
  readonly #missing: readonly string[];
  #isDone = false;

  constructor(places: readonly Blob[], options: AddOptions) {
    this.#places = places;
    this.#options = options;
    this.#blobs = options.blobs;
    this.#missing = options.dryRun ? [] : missingDirectories(places);
  }

  async pin(signal: AbortSignal): Promise<readonly PinnedRow[]> {
    const pinner = new UrlPinner({ environment: this.#options.search.gitEnvironment, signal });
    const rows: PinnedRow[] = [];
    const blobs: NewBlob[] = [];
    for (const [index, blob] of this.#blobs.entries()) {
      const urls: string[] = [];
      for (const from of blob.fetcher === 'lfs' ? [] : blob.urls) {
        await this.#orReport(
          index,
          async () => {
            const { url, ref } = await pinner.pin(from);
            urls.push(url);
            if (ref !== undefined) rows.push({ from, to: url, ref });
          },
          signal,
        );
      }
      blobs.push(blob.fetcher === 'lfs' ? blob : { ...blob, urls: [...new Set(urls)] });
    }
    this.#blobs = blobs;
    return rows;
  }

  async obtain(caches: Caches, deps: Omit<FetchDeps, 'prompt'>, signal: AbortSignal): Promise<void> {
    const { dryRun, offline } = this.#options;
    if (!dryRun) await caches.open();
    const network = await deps.openNetwork(this.#options);
    const transport = letHostsRest(network.transport, { ...this.#options, ...deps, ...network });
    try {
      await runPool([...this.#blobs.entries()], this.#options.jobs, async ([index, blob]) => {
        const place = this.#places[index];
        if (place === undefined) throw new Error('a new blob without a place');
        const directory = dryRun ? tmpdir() : caches.downloadDirectory(place);
        await this.#orReport(
          index,
          async () => {
            if (offline && blob.fetcher !== 'lfs') throw offlineError();
            const options = { ...this.#options, ...deps, ...network, transport, signal, directory };
            this.#obtained.set(index, await obtainNewBlob(blob, place, options));
          },
          signal,
        );
        return undefined;
      });
    } finally {
      await network.transport.close();
    }
  }

  entries(): NewEntry[] {
    return this.#blobs.map((blob, index) => toEntry(blob, this.#found(index), this.#options.writeSize));
  }

  /** Puts copies of what was downloaded in place. */
  async place(): Promise<void> {
    for (const [index, place] of this.#places.entries()) {
      const { measured } = this.#found(index);
      if (measured === undefined || lstatSync(place.abspath, { throwIfNoEntry: false })) continue;
      const problem = await placeBlob(measured.file, place, false);
      if (problem) this.issues.push(problem);
      else this.#placed.push(place.abspath);
    }
  }

  /** Keeps what was downloaded in the local store. The entries are written. */
  async keep(caches: Caches, blobs: readonly Blob[]): Promise<void> {
    this.#isDone = true;
    for (const [index, blob] of blobs.entries()) {
      const { measured } = this.#found(index);
      if (measured) await caches.keep(measured.file, { kind: 'url', url: measured.url }, [blob]);
    }
  }

  rowOf(blob: Blob, index: number, dryRun: boolean): BlobRow {
    const { measured, sizeBytes } = this.#found(index);
    const isAbsent = dryRun && measured && !lstatSync(blob.abspath, { throwIfNoEntry: false });
    return isAbsent ? { blob, status: 'D' } : { blob, status: 'A', bytes: sizeBytes };
  }

  async end(): Promise<void> {
    for (const { measured } of this.#obtained.values()) await measured?.file.discard();
    if (this.#isDone) return;
    for (const file of this.#placed) await rm(file, { force: true }).catch(() => undefined);
    for (const directory of this.#missing) await rmdir(directory).catch(() => undefined);
  }

  #found(index: number): ObtainedBlob {
    const found = this.#obtained.get(index);
    if (found === undefined) throw new Error('a new blob that was not measured');
    return found;
  }

  async #orReport(index: number, action: () => Promise<void>, signal: AbortSignal): Promise<void> {
    try {
      await action();
    } catch (error) {
      signal.throwIfAborted();
      const place = this.#places[index];
      if (place === undefined) throw error;
      if (systemCode(error) !== undefined && !(error instanceof BlobsError)) {
        this.issues.push(accessIssue(place, 'read', error));
        return;
      }
      if (!(error instanceof BlobsError) || error.code === 'BLOBS_BAD_CONFIG') throw error;
      this.issues.push({
        severity: 'error',
        code: error.code,
        message: `cannot add ${blobLabel(place)}: ${error.message}`,
        ...error.details,
        ...maintainerHint(error, { hasMirrors: false }),
        module: place.module,
        path: place.path,
      });
    }
  }
}

/** The directories of modules that are to be made for blobs at `places`, the deepest first. */
function missingDirectories(places: readonly Blob[]): string[] {
  const missing = new Set<string>();
  for (const { abspath, moduleDirectory } of places) {
    let directory = dirname(abspath);
    while (directory.length > moduleDirectory.length && !lstatSync(directory, { throwIfNoEntry: false })) {
      missing.add(directory);
      directory = dirname(directory);
    }
  }
  return [...missing].sort((a, b) => b.length - a.length);
}

function offlineError(): BlobsError {
  return new BlobsError('BLOBS_OFFLINE', 'its URL cannot be asked, since the network is off limits', {
    hint: 'switch off BLOBS_OFFLINE (blobs.offline) for this once',
  });
}
