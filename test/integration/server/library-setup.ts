// SPDX-License-Identifier: Apache-2.0
import { onTestFinished } from 'vitest';
import type { Blob } from '../../../src/core/blob.ts';
import { Catalogue } from '../../../src/server/library/catalogue.ts';
import type { Content } from '../../../src/server/library/content.ts';
import type { DownloadEnd } from '../../../src/server/library/downloads.ts';
import { Library, type LibraryOptions, type Wanted } from '../../../src/server/library/library.ts';
import { BlobStore } from '../../../src/store/blob-store.ts';
import { sha256, tempDir } from '../../support/temp.ts';
import { digestOf, FakeClock, NEVER, sampleBlob } from '../../unit/samples.ts';
import { httpOptions } from '../fetch/network.ts';

/** A library with a store of its own, which ends with the running test. */
export interface TestLibrary {
  readonly library: Library;
  readonly store: BlobStore;
  readonly clock: FakeClock;
  /** How downloads ended. */
  readonly ends: DownloadEnd[];
}

export async function openLibrary(
  blobs: readonly Blob[] = [],
  changes: Partial<LibraryOptions> = {},
): Promise<TestLibrary> {
  const store = changes.store ?? new BlobStore(tempDir());
  await store.prepare();
  const clock = new FakeClock();
  const catalogue = new Catalogue(blobs);
  const ends: DownloadEnd[] = [];
  const library = new Library({
    ...httpOptions(),
    store,
    clock,
    catalogue: () => catalogue,
    retries: 2,
    random: () => 0,
    maxSizeBytes: 100_000_000,
    onDownloaded: (end) => void ends.push(end),
    ...changes,
  });
  onTestFinished(() => library.close());
  return { library, store, clock, ends };
}

/** A blob that a module declares. */
export function declared(bytes: Uint8Array, ...urls: string[]): Blob {
  return sampleBlob({ digest: digestOf(bytes), sha256: sha256(bytes), urls });
}

/** The content that is asked for; there must be one. */
export async function open(library: Library, wanted: Wanted, signal = NEVER): Promise<Content> {
  const content = await library.open(wanted, signal);
  if (content === undefined) throw new Error('there is nothing');
  return content;
}

/** All bytes of a content from `from` on, which is released. */
export async function readAll(content: Content, from = 0, to?: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  try {
    for await (const piece of content.read({ from, ...(to === undefined ? {} : { to }) }, NEVER)) {
      parts.push(Buffer.from(piece));
    }
  } finally {
    await content.release();
  }
  return Buffer.concat(parts);
}

/** SHA-256 of what is given for `wanted`. */
export async function hashOf(library: Library, wanted: Wanted): Promise<string> {
  return sha256(await readAll(await open(library, wanted)));
}
