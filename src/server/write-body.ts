// SPDX-License-Identifier: Apache-2.0
import type { ServerResponse } from 'node:http';

export interface BodyOptions {
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
  /** Told of the bytes of the body that are on their way. */
  readonly onWritten: (bytes: number) => void;
}

/**
 * Writes a piece and those that follow it at the pace of the client, and ends the answer behind the last one. Where the
 * pieces fail, nothing ends the answer, so that it cannot be taken for whole: see {@link breakOff}. A piece that is waited
 * for must come or fail when the signal is aborted.
 *
 * @throws what the pieces throw; the signal's reason when it is aborted; what the answer emits as an error
 */
export async function writeBody(
  response: ServerResponse,
  first: IteratorResult<Uint8Array>,
  rest: AsyncIterator<Uint8Array>,
  options: BodyOptions,
): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) =>
      pump(response, first, rest, { ...options, resolve, reject }),
    );
  } finally {
    await rest.return?.();
  }
}

interface PumpOptions extends BodyOptions {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

// By callbacks: nothing is made for a piece that lives as long as its client is slow. What a thousand slow clients had made
// for each of their pieces would grow old, and the heap with it.
function pump(
  response: ServerResponse,
  first: IteratorResult<Uint8Array>,
  rest: AsyncIterator<Uint8Array>,
  { signal, onWritten, resolve, reject }: PumpOptions,
): void {
  let [isFull, isOver] = [false, false];
  const stop = (): void => {
    isOver = true;
    response.off('drain', onDrain);
    response.off('error', fail);
    signal.removeEventListener('abort', onAbort);
  };
  const fail = (error: unknown): void => {
    stop();
    reject(error);
  };
  const ask = (): void => void rest.next().then(take, fail);
  const take = (next: IteratorResult<Uint8Array>): void => {
    if (isOver) return;
    try {
      signal.throwIfAborted();
      if (next.done) {
        stop();
        response.end();
        resolve();
        return;
      }
      onWritten(next.value.length);
      isFull = !response.write(next.value);
    } catch (error) {
      fail(error);
      return;
    }
    if (!isFull) ask();
  };
  const onDrain = (): void => {
    if (!isFull) return;
    isFull = false;
    ask();
  };
  // Who waits for a piece is told by that.
  const onAbort = (): void => {
    if (isFull) fail(signal.reason);
  };
  response.on('drain', onDrain);
  response.on('error', fail);
  signal.addEventListener('abort', onAbort);
  take(first);
}

/**
 * Ends the connection of an answer in its middle: what was written goes out, and no end of the answer does, so that by its
 * length or its last chunk every client sees that the rest is missing.
 */
export function breakOff(response: ServerResponse): void {
  const { socket } = response;
  // Behind answers that are not finished, none of it was sent.
  if (socket === null) response.destroy();
  else socket.destroySoon();
}

/**
 * Destroys the connection of an answer whose client takes nothing of what waits for it for so long. Time in which the
 * server has nothing to send does not count.
 */
export function dropStalled(response: ServerResponse, stallTimeoutMs: number): void {
  response.setTimeout(stallTimeoutMs, () => {
    const { socket } = response;
    if (socket !== null && socket.writableLength > 0) socket.destroy();
  });
}
