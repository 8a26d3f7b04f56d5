// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { LATER, runPool } from '../../../src/fetch/pool.ts';

/** Work that ends when it is told to. */
class Gate {
  readonly started: number[] = [];
  readonly #ends = new Map<
    number,
    { resolve: (rest: undefined) => void; reject: (reason: unknown) => void }
  >();

  work = (item: number): Promise<undefined> => {
    this.started.push(item);
    return new Promise((resolve, reject) => this.#ends.set(item, { resolve, reject }));
  };

  async end(item: number, reason?: unknown): Promise<void> {
    const ends = this.#ends.get(item);
    if (!ends) throw new Error(`${item} was not started`);
    if (reason === undefined) ends.resolve(undefined);
    else ends.reject(reason);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('runPool', () => {
  it('keeps to the limit, and begins in the order of the items', async () => {
    const gate = new Gate();
    const run = runPool([1, 2, 3, 4], 2, gate.work);
    expect(gate.started).toEqual([1, 2]);
    await gate.end(2);
    expect(gate.started).toEqual([1, 2, 3]);
    await gate.end(1);
    expect(gate.started).toEqual([1, 2, 3, 4]);
    await gate.end(3);
    await gate.end(4);
    await run;
  });

  it('runs everything once when the limit is larger than needed', async () => {
    const seen: number[] = [];
    await runPool([1, 2, 3], 100, async (item) => {
      seen.push(item);
      return undefined;
    });
    expect(seen).toEqual([1, 2, 3]);
  });

  it('does nothing for nothing', async () => {
    const seen: number[] = [];
    await runPool<number>([], 4, async (item) => {
      seen.push(item);
      return undefined;
    });
    expect(seen).toEqual([]);
  });

  it('begins nothing after a failure, waits for what runs, and throws the first', async () => {
    const gate = new Gate();
    let settled = false;
    const run = runPool([1, 2, 3, 4, 5], 3, gate.work).finally(() => {
      settled = true;
    });
    const outcome = run.catch((error: unknown) => error);
    await gate.end(2, 'first');
    await gate.end(1);
    expect([gate.started, settled]).toEqual([[1, 2, 3], false]);
    await gate.end(3, 'second');
    expect(await outcome).toBe('first');
    expect(gate.started).toEqual([1, 2, 3]);
  });

  it('begins the next item while what is left of one goes on, and waits for all of it at the end', async () => {
    const gate = new Gate();
    const rest = new Gate();
    let settled = false;
    const run = runPool([1, 2], 1, async (item) => {
      await gate.work(item);
      return () => rest.work(item);
    }).finally(() => {
      settled = true;
    });
    await gate.end(1);
    expect([gate.started, rest.started]).toEqual([[1, 2], [1]]);
    await gate.end(2);
    await rest.end(1);
    expect(settled).toBe(false);
    await rest.end(2);
    await run;
  });

  it('throws what is left of one, when it fails, and begins nothing more', async () => {
    const gate = new Gate();
    const outcome = runPool([1, 2, 3], 1, async (item) => {
      await gate.work(item);
      return item === 1 ? () => Promise.reject(new Error('later')) : undefined;
    }).catch((error: unknown) => error);
    await gate.end(1);
    await gate.end(2);
    expect(await outcome).toEqual(new Error('later'));
    expect(gate.started).toEqual([1, 2]);
  });

  it('throws also a reason that is undefined', async () => {
    const outcome = await runPool([1], 1, () => Promise.reject(undefined)).then(
      () => 'resolved',
      () => 'rejected',
    );
    expect(outcome).toBe('rejected');
  });

  it('takes work that throws at once for work that failed', async () => {
    const work = (): Promise<undefined> => {
      throw new Error('at once');
    };
    await expect(runPool([1, 2], 2, work)).rejects.toThrow('at once');
  });

  it('comes back to what is to be done later, after all others and as often as it is asked for', async () => {
    const order: number[] = [];
    await runPool([1, 2, 3], 1, async (item) => {
      order.push(item);
      return item < 3 && order.length < 6 ? LATER : undefined;
    });
    expect(order).toEqual([1, 2, 3, 1, 2, 1, 2]);
  });

  it('comes back to it also where another worker has run out of items', async () => {
    const gate = new Gate();
    let isFirst = true;
    const run = runPool([1, 2], 2, async (item) => {
      await gate.work(item);
      if (item !== 2 || !isFirst) return undefined;
      isFirst = false;
      return LATER;
    });
    await gate.end(1);
    await gate.end(2);
    await gate.end(2);
    await run;
    expect(gate.started).toEqual([1, 2, 2]);
  });
});
