// SPDX-License-Identifier: Apache-2.0
import type { BlobsError } from '../core/errors.ts';
import type { FetchRow, Issue } from '../core/report.ts';

/** What happens while blobs are fetched, for whoever shows it. `id` names one download. */
export type FetchEvent =
  | { readonly kind: 'planned'; readonly downloads: number }
  | { readonly kind: 'begin'; readonly id: number; readonly label: string; readonly bytes?: number }
  /** Another run downloads the same. */
  | { readonly kind: 'waiting'; readonly id: number; readonly label: string }
  /** A new attempt: what was received before does not count. */
  | { readonly kind: 'attempt'; readonly id: number; readonly url: string }
  /** So many bytes are there from an earlier attempt. */
  | { readonly kind: 'resumed'; readonly id: number; readonly bytes: number }
  /** So many bytes the whole has. */
  | { readonly kind: 'announced'; readonly id: number; readonly bytes: number }
  | { readonly kind: 'bytes'; readonly id: number; readonly bytes: number }
  | {
      readonly kind: 'retry';
      readonly id: number;
      readonly label: string;
      readonly error: BlobsError;
      readonly delayMs: number;
    }
  | { readonly kind: 'end'; readonly id: number }
  /** A blob is settled; `issues` are told of it in the report too. */
  | { readonly kind: 'row'; readonly row: FetchRow; readonly issues: readonly Issue[] };

export type FetchObserver = (event: FetchEvent) => void;
