// SPDX-License-Identifier: Apache-2.0
import type { Dispatcher } from 'undici';

/** So much may wait to be taken before a connection is paused all the same: memory is lost more dearly than a body. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

/**
 * `handler` such that undici never pauses a connection of which nothing more may come. When the server closes one that
 * is paused, undici 7 loses the rest of the body or fails an assertion that nobody can catch (nodejs/undici#5360).
 * A body with a length is not paused after its last byte, one that ends with the connection only when too much of it waits.
 */
export function pauseCarefully(handler: Dispatcher.DispatchHandler): Dispatcher.DispatchHandler {
  const { onHeaders, onData } = handler;
  let leftBytes = Number.NaN;
  let isChunked = false;
  let waitingBytes = 0;
  return Object.assign(handler, {
    onHeaders: (status: number, headers: Buffer[], resume: () => void, text: string): boolean => {
      const value = (name: string): string | undefined => {
        const index = headers.findIndex(
          (field, at) => at % 2 === 0 && field.toString().toLowerCase() === name,
        );
        return index === -1 ? undefined : headers[index + 1]?.toString();
      };
      leftBytes = Number(value('content-length') ?? Number.NaN);
      isChunked = value('transfer-encoding') !== undefined;
      return onHeaders?.call(handler, status, headers, resume, text) ?? true;
    },
    onData: (chunk: Buffer): boolean => {
      leftBytes -= chunk.length;
      const wantsMore = onData?.call(handler, chunk) ?? true;
      waitingBytes = wantsMore ? 0 : waitingBytes + chunk.length;
      if (wantsMore || isChunked || leftBytes > 0) return wantsMore;
      return waitingBytes < MAX_WAITING_BYTES;
    },
  });
}
