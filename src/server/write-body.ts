// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/**
 * Writes pieces at the pace of the client, and ends the answer behind the last one. Resolves with the bytes that were
 * written. Where the pieces fail, nothing ends the answer, so that it cannot be taken for whole: see {@link breakOff}.
 *
 * @throws what the pieces throw; the signal's reason when it is aborted
 */
export async function writeBody(
  response: ServerResponse,
  pieces: AsyncIterable<Uint8Array>,
  { signal, onWritten }: { readonly signal: AbortSignal; readonly onWritten: (bytes: number) => void },
): Promise<void> {
  for await (const piece of pieces) {
    signal.throwIfAborted();
    onWritten(piece.length);
    if (!response.write(piece)) await once(response, 'drain', { signal });
  }
  signal.throwIfAborted();
  response.end();
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
