// SPDX-License-Identifier: Apache-2.0
import type { Readable } from 'node:stream';

/** Takes a piece of a body; a promise makes the stream wait for it. */
export type TakeChunk = (chunk: Uint8Array) => Promise<void> | undefined;

/**
 * Hands every chunk of `stream` to `take` and resolves at its end. Chunks are taken as they arrive: iterating over
 * the stream would join them into larger ones first, at the price of a copy. What had come when the stream failed is
 * taken too, also where nobody had read it yet.
 *
 * Rejects with the stream's error, with what `take` throws, or with `ERR_STREAM_PREMATURE_CLOSE` for a stream that
 * is closed before its end. The caller destroys the stream then.
 */
export function drain(stream: Readable, take: TakeChunk): Promise<void> {
  return new Promise((resolve, reject) => {
    let pending: Promise<void> | undefined;
    let isOver = false;
    const fail = (error: unknown): void => {
      isOver = true;
      stream.pause();
      reject(error);
    };
    const takeRest = async (error: unknown): Promise<void> => {
      if (isOver) return;
      isOver = true;
      try {
        await pending;
        // A stream that was destroyed keeps what it has, and tells nobody.
        const rest = stream.read() as Uint8Array | null;
        if (rest !== null) await take(rest);
        reject(error);
      } catch (thrown) {
        reject(thrown);
      }
    };
    // What has happened is not told again.
    if (stream.destroyed) return void takeRest(stream.errored ?? prematureClose());
    stream.once('error', takeRest);
    stream.once('end', resolve);
    stream.once('close', () => takeRest(prematureClose()));
    stream.on('data', (chunk: Uint8Array) => {
      if (isOver) return;
      try {
        pending = take(chunk);
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
