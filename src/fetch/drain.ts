// SPDX-License-Identifier: Apache-2.0
import type { Readable } from 'node:stream';

/** Takes a piece of a body; a promise makes the stream wait for it. */
export type TakeChunk = (chunk: Uint8Array) => Promise<void> | undefined;

/**
 * Hands every chunk of `stream` to `take` and resolves at its end. Chunks are taken as they arrive: iterating over
 * the stream would join them into larger ones first, at the price of a copy.
 *
 * Rejects with the stream's error, with what `take` throws, or with `ERR_STREAM_PREMATURE_CLOSE` for a stream that
 * is closed before its end. The caller destroys the stream then.
 */
export function drain(stream: Readable, take: TakeChunk): Promise<void> {
  return new Promise((resolve, reject) => {
    // What has happened is not told again.
    if (stream.destroyed) return reject(stream.errored ?? prematureClose());
    const fail = (error: unknown): void => {
      stream.pause();
      reject(error);
    };
    stream.once('error', reject);
    stream.once('end', resolve);
    stream.once('close', () => {
      reject(prematureClose());
    });
    stream.on('data', (chunk: Uint8Array) => {
      try {
        const pending = take(chunk);
        if (pending === undefined) return;
        stream.pause();
        pending.then(() => stream.resume(), fail);
      } catch (error) {
        fail(error);
      }
    });
  });
}

function prematureClose(): Error {
  return Object.assign(new Error('the stream was closed before its end'), {
    code: 'ERR_STREAM_PREMATURE_CLOSE',
  });
}
