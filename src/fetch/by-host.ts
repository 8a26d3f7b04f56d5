// SPDX-License-Identifier: Apache-2.0
import { findUrl } from '../core/url.ts';
import { runPool } from './pool.ts';

/** Questions to one host at once. */
export const MAX_PER_HOST = 4;
const MAX_HOSTS = 8;

/** What the questions to one host have in common. */
export interface AskedHost {
  readonly name: string;
  /** How often in a row it did not answer at all. */
  timeouts: number;
}

/**
 * Runs `ask` for every item, a few at once for one host and a few hosts at once. When one rejects, no further one is
 * started, and the first rejection is thrown.
 */
export async function runByHost<Item extends { readonly url: string }>(
  items: readonly Item[],
  ask: (item: Item, host: AskedHost) => Promise<void>,
): Promise<void> {
  const hosts = new Map<string, Item[]>();
  for (const item of items) {
    const name = findUrl(item.url)?.host ?? '';
    const list = hosts.get(name) ?? [];
    hosts.set(name, list);
    list.push(item);
  }
  await runPool([...hosts], MAX_HOSTS, async ([name, list]) => {
    const host: AskedHost = { name, timeouts: 0 };
    await runPool(list, MAX_PER_HOST, async (item) => {
      await ask(item, host);
      return undefined;
    });
    return undefined;
  });
}
