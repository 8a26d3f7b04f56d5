// SPDX-License-Identifier: Apache-2.0

const FOLLOWERS = new WeakMap<AbortSignal, Set<AbortController>>();

/**
 * Aborts `controller` with the signal's reason as soon as that is aborted, until what it returns is called. However many
 * follow a signal, it has one listener, and nothing is left of those that do so no longer: AbortSignal.any leaves something
 * for ever at a signal that lives as long as the program.
 */
export function followSignal(signal: AbortSignal, controller: AbortController): () => void {
  if (signal.aborted) {
    controller.abort(signal.reason);
    return () => undefined;
  }
  const followers = FOLLOWERS.get(signal) ?? new Set();
  if (!FOLLOWERS.has(signal)) {
    FOLLOWERS.set(signal, followers);
    const abortAll = (): void => {
      for (const follower of followers) follower.abort(signal.reason);
    };
    signal.addEventListener('abort', abortAll, { once: true });
  }
  followers.add(controller);
  return () => void followers.delete(controller);
}
