// SPDX-License-Identifier: Apache-2.0

/** What is left of a piece of work and needs no place in the pool any more. */
export type Rest = () => Promise<void>;

/**
 * Runs `work` on every item, at most `limit` at once, in order of the items. What `work` gives back is run as well,
 * beside the next items. When one rejects, no further one is started, those under way are waited for, and the first
 * rejection is thrown.
 */
export async function runPool<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<Rest | undefined>,
): Promise<void> {
  const queue = items.values();
  const rests: Promise<void>[] = [];
  let failure: { reason: unknown } | undefined;
  const fail = (reason: unknown): void => {
    failure ??= { reason };
  };
  const worker = async (): Promise<void> => {
    for (const item of queue) {
      if (failure) return;
      try {
        const rest = await work(item);
        if (rest) rests.push(rest().catch(fail));
      } catch (reason) {
        fail(reason);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  await Promise.all(rests);
  if (failure) throw failure.reason;
}
