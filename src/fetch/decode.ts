// SPDX-License-Identifier: Apache-2.0
import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

/** The content of `stream`, which has a content coding of RFC 9110 §8.4.1 or `br` (RFC 7932). */
export function decode(stream: Readable, encoding: string): Readable {
  const decoder =
    encoding === 'br' ? createBrotliDecompress() : encoding === 'deflate' ? createInflate() : createGunzip();
  // pipeline() destroys both ends when one fails; the reader sees the error on the stream it reads.
  return pipeline(stream, decoder, () => undefined);
}
