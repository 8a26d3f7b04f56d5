// SPDX-License-Identifier: Apache-2.0
import type { Readable } from 'node:stream';

/** Bytes on their way from a source. The stream must be read to its end or destroyed. */
export interface Body {
  readonly stream: Readable;
  /** What the source announced, in bytes. */
  readonly length?: number;
  readonly contentType?: string;
}
