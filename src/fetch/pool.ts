// SPDX-License-Identifier: Apache-2.0

/** What is left of a piece of work and needs no place in the pool any more. */
export type Rest = () => Promise<void>;

/** What is said of an item whose turn is to come once more, after all others. */
export const LATER = Symbol('later');

/**
 * Runs `work` on every item, at most `limit` at once, in order of the items. What `work` gives back is run as well,
 * beside the next items; where that is {@link LATER}, the item comes again after the others. When one rejects, no
 * further one is started, those under way are waited for, and the first rejection is thrown.
 */
export async function runPool<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<Rest | typeof LATER | undefined>,
): Promise<void> {
  // Consumed from the front; what has to wait is put at the end.
  const queue = [...items];
  const rests: Promise<void>[] = [];
  let failure: { reason: unknown } | undefined;
  const fail = (reason: unknown): void => {
    failure ??= { reason };
  };
  const worker = async (): Promise<void> => {
    while (queue.length > 0 && !failure) {
      const [item] = queue.splice(0, 1) as [T];
      try {
        const rest = await work(item);
        if (rest === LATER) queue.push(item);
        else if (rest) rests.push(rest().catch(fail));
      } catch (reason) {
        fail(reason);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  await Promise.all(rests);
  if (failure) throw failure.reason;
}
