// SPDX-License-Identifier: Apache-2.0
import type { Readable } from 'node:stream';

/** Bytes on their way from a source. The stream must be read to its end or destroyed. */
export interface Body {
  readonly stream: Readable;
  /** What the source announced, in bytes. */
  readonly length?: number;
  readonly contentType?: string;
  /** The byte that the stream begins with, where that is not the first one. */
  readonly fromByte?: number;
  /** What tells whether a later answer is about the same bytes; see {@link findValidator}. */
  readonly validator?: string;
  /** The entity tag and the date of an HTTP answer as they were sent; see {@link Conditions}. */
  readonly etag?: string;
  readonly lastModified?: string;
}
