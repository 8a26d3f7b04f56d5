// SPDX-License-Identifier: Apache-2.0
import type { Blob } from '../../core/blob.ts';
import type { Sha256 } from '../../core/sha256.ts';
import { findUrl } from '../../core/url.ts';

const LFS = 'lfs';

/** What the modules declare that the server was started for. Made anew when they are read again. */
export class Catalogue {
  readonly blobs: readonly Blob[];
  readonly #byDigest = new Map<Sha256, Blob[]>();
  readonly #licenses: ReadonlyMap<Blob, string>;
  readonly #byUrl = new Map<string, Blob[]>();

  /** @param licenses What is known of the blobs' licences, as people read it. */
  constructor(blobs: readonly Blob[], licenses: ReadonlyMap<Blob, string> = new Map()) {
    this.blobs = blobs;
    this.#licenses = licenses;
    for (const blob of blobs) {
      push(this.#byDigest, blob.digest, blob);
      // The URL of a Git LFS server is the base of its API, and no blob's.
      if (blob.fetcher === LFS) continue;
      for (const url of blob.urls) push(this.#byUrl, findUrl(url)?.href, blob);
    }
  }

  /** What is known of a blob's licence; undefined where nothing is. */
  licenseOf(blob: Blob): string | undefined {
    return this.#licenses.get(blob) ?? blob.license;
  }

  /** The blobs that have these bytes, in module order. */
  byDigest(digest: Sha256): readonly Blob[] {
    return this.#byDigest.get(digest) ?? [];
  }

  /** The blobs that are to be had at a URL, spelt as {@link URL.href} spells it. */
  byUrl(href: string): readonly Blob[] {
    return this.#byUrl.get(href) ?? [];
  }
}

function push<Key>(map: Map<Key, Blob[]>, key: Key | undefined, blob: Blob): void {
  if (key === undefined) return;
  const list = map.get(key);
  if (list === undefined) map.set(key, [blob]);
  else if (!list.includes(blob)) list.push(blob);
}
