// SPDX-License-Identifier: Apache-2.0

/**
 * Runs `work` on every item, at most `limit` at once, in order of the items. When one rejects, no further one is
 * started, those under way are waited for, and the first rejection is thrown.
 */
export async function runPool<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  let failure: { reason: unknown } | undefined;
  const worker = async (): Promise<void> => {
    for (const item of queue) {
      if (failure) return;
      try {
        await work(item);
      } catch (reason) {
        failure ??= { reason };
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  if (failure) throw failure.reason;
}
