// SPDX-License-Identifier: Apache-2.0
import type { Blob } from '../core/blob.ts';
import type { BlobsError } from '../core/errors.ts';
import type { Sha256 } from '../core/sha256.ts';

/** A file that a URL should lead to. */
export interface RemoteFile {
  readonly url: string;
  readonly digest: Sha256;
  /** Whether the URL is the base of a Git LFS API, which is asked for the digest. */
  readonly isLfs: boolean;
  /** As far as it is known: what module.yml declares, else what the right file on disk has. */
  readonly bytes?: number;
}

/** What became of the question whether a file is where it should be. */
export type RemoteAnswer =
  | {
      readonly kind: 'found';
      /** Where redirects ended; of Git LFS, the base of the API. */
      readonly url: string;
      /** Absent where nobody says. */
      readonly bytes?: number;
      /** Whether a web page came. */
      readonly isPage: boolean;
    }
  | { readonly kind: 'failed'; readonly error: BlobsError }
  /** Nobody was asked, for this reason. */
  | { readonly kind: 'skipped'; readonly reason: string };

/** What became of a download. */
export type RemoteBytes =
  | {
      readonly kind: 'hashed';
      readonly sha256: Sha256;
      readonly bytes: number;
      readonly isPage: boolean;
      /** The digest that a Git LFS pointer names, where that is what came. */
      readonly pointsTo?: string;
    }
  | { readonly kind: 'failed'; readonly error: BlobsError }
  /** It was not found before. */
  | { readonly kind: 'skipped' };

/** Asks the network what URLs lead to. Each is asked once, however many rules want to know. */
export interface UrlProbe {
  /**
   * What is at each of `files`, in their order.
   *
   * @throws BlobsError `BLOBS_BAD_CONFIG` where the way there is configured wrong; the signal's reason.
   */
  ask(files: readonly RemoteFile[]): Promise<readonly RemoteAnswer[]>;
  /** What the bytes of each of `files` are, in their order; throws as `ask` does. */
  download(files: readonly RemoteFile[]): Promise<readonly RemoteBytes[]>;
  /** The size of a blob's file that is there and right, in bytes. */
  findPresentBytes(blob: Blob): Promise<number | undefined>;
}
