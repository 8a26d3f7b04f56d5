// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../../src/core/deps.ts';
import {
  Housekeeping,
  type HousekeepingOptions,
  type Tidied,
} from '../../../../src/server/library/housekeeping.ts';
import { ObservedStore } from '../../../../src/server/library/observed-store.ts';
import { Uses } from '../../../../src/server/library/uses.ts';
import { urlRecordFile } from '../../../../src/store/store-layout.ts';
import { TemporaryFile } from '../../../../src/store/temporary-file.ts';
import { hashUrl, type UrlRecord, writeUrlRecord } from '../../../../src/store/url-record.ts';
import { filesBelow, sha256, tempDir, withDirectory } from '../../../support/temp.ts';
import { digestOf } from '../../samples.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SIZE = 1000;

/** Never sleeps by itself: who sleeps is woken by {@link ManualClock.wake}. */
class ManualClock implements Clock {
  nowMs = Date.now();
  readonly sleeps: { ms: number; wake: () => void }[] = [];
  #waiting: (() => void) | undefined;

  now(): number {
    return this.nowMs;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      if (signal.aborted) reject(signal.reason as Error);
      this.sleeps.push({ ms, wake: resolve });
      this.#waiting?.();
    });
  }

  /** Resolves when the n-th sleep (counted from 0) has begun. */
  async slept(n: number): Promise<{ ms: number; wake: () => void }> {
    while (this.sleeps[n] === undefined) await new Promise<void>((resolve) => (this.#waiting = resolve));
    return this.sleeps[n];
  }
}

interface House extends HousekeepingOptions {
  readonly store: ObservedStore;
  readonly clock: ManualClock;
  readonly lines: string[];
}

async function makeHouse(rules: Partial<HousekeepingOptions> = {}): Promise<House> {
  const store = new ObservedStore(join(tempDir(), 'store'));
  await store.prepare();
  const lines: string[] = [];
  const log = {
    info: (facts: object, message: string) => void lines.push(`${message} ${JSON.stringify(facts)}`),
    warn: (facts: object, message: string) => void lines.push(`${message} ${JSON.stringify(facts)}`),
  };
  return { clock: new ManualClock(), log, ...rules, store, lines } as House;
}

/** An entry of {@link SIZE} bytes that was used so many hours ago. */
function put({ store, clock }: House, name: string, hours: number): void {
  const digest = digestOf(name);
  const file = withDirectory(join(store.directory, 'v1', 'sha256', digest.slice(0, 2), digest));
  writeFileSync(file, Buffer.alloc(SIZE, name));
  const used = new Date(clock.now() - hours * HOUR_MS);
  utimesSync(file, used, used);
}

function urlRecord({ clock }: House, given: Pick<UrlRecord, 'url' | 'digest'>): UrlRecord {
  const nowMs = clock.now();
  return {
    ...given,
    sourceSha256: hashUrl(given.url),
    fetchedAtMs: nowMs,
    validatedAtMs: nowMs,
    ttlMs: DAY_MS,
  };
}

function isThere({ store }: House, name: string): boolean {
  return store.find(digestOf(name)) !== undefined;
}

function tidy(house: House): Promise<Tidied | undefined> {
  return new Housekeeping(house).tidy();
}

describe('a quota', () => {
  it('costs nothing as long as the store is below it', async () => {
    const house = await makeHouse({ quotaBytes: 3 * SIZE });
    for (const [hours, name] of ['a', 'b', 'c'].entries()) put(house, name, hours + 1);
    expect(await tidy(house)).toEqual({ removed: 0, freedBytes: 0, bytes: 3 * SIZE, entries: 3 });
  });

  it('makes those go that were used longest ago, until there is some room again', async () => {
    const house = await makeHouse({ quotaBytes: 10 * SIZE });
    for (let hours = 1; hours <= 11; hours++) put(house, `entry ${hours}`, hours);
    expect(await tidy(house)).toEqual({ removed: 2, freedBytes: 2 * SIZE, bytes: 9 * SIZE, entries: 9 });
    expect([9, 10, 11].map((hours) => isThere(house, `entry ${hours}`))).toEqual([true, false, false]);
  });

  it('counts what this server sent as used', async () => {
    const house = await makeHouse({ quotaBytes: 2 * SIZE });
    put(house, 'old', 50);
    put(house, 'new', 3);
    put(house, 'other', 2);
    const keeper = new Housekeeping(house);
    house.clock.nowMs += HOUR_MS;
    keeper.noteUsed(digestOf('old'));
    await keeper.tidy();
    expect(['old', 'new', 'other'].map((name) => isThere(house, name))).toEqual([true, false, false]);
  });

  it('keeps what was made this moment', async () => {
    const house = await makeHouse({ quotaBytes: 0 });
    put(house, 'made', 0);
    put(house, 'other', 1);
    await tidy(house);
    expect(['made', 'other'].map((name) => isThere(house, name))).toEqual([true, false]);
  });

  it('keeps what was used since it was found to be unneeded', async () => {
    const house = await makeHouse({ quotaBytes: 0 });
    for (const [hours, name] of ['a', 'b', 'c'].entries()) put(house, name, hours + 1);
    const keeper = new Housekeeping(house);
    const remove = house.store.remove.bind(house.store);
    house.store.remove = async (digest) => {
      for (const name of ['a', 'b', 'c']) if (digestOf(name) !== digest) keeper.noteUsed(digestOf(name));
      await remove(digest);
    };
    expect(await keeper.tidy()).toMatchObject({ removed: 1, entries: 2 });
    expect(['a', 'b', 'c'].map((name) => isThere(house, name))).toEqual([false, true, true]);
    await keeper.stop();
  });

  it('counts what is remembered of URLs', async () => {
    const house = await makeHouse({ quotaBytes: 10 * SIZE });
    for (let hours = 1; hours <= 10; hours++) put(house, `entry ${hours}`, hours);
    expect(await tidy(house)).toMatchObject({ removed: 0 });
    const kept = digestOf('entry 1');
    for (const url of ['a', 'b', 'c'].map((name) => `https://a.invalid/${name.repeat(1000)}`)) {
      await writeUrlRecord(house.store.directory, hashUrl(url), urlRecord(house, { url, digest: kept }));
    }
    const recordBytes = filesBelow(join(house.store.directory, 'v1', 'urls')).reduce(
      (sum, name) => sum + statSync(join(house.store.directory, 'v1', 'urls', name)).size,
      0,
    );
    expect(recordBytes).toBeGreaterThan(3 * SIZE);
    expect(await tidy(house)).toMatchObject({ removed: 6, entries: 4, bytes: 4 * SIZE + recordBytes });
  });

  it('smaller than one entry removes that one and keeps what fits', async () => {
    const house = await makeHouse({ quotaBytes: 5 * SIZE });
    put(house, 'small', 2);
    const digest = digestOf('large');
    const file = withDirectory(join(house.store.directory, 'v1', 'sha256', digest.slice(0, 2), digest));
    writeFileSync(file, Buffer.alloc(6 * SIZE));
    house.clock.nowMs += HOUR_MS;
    await tidy(house);
    expect([isThere(house, 'small'), isThere(house, 'large')]).toEqual([true, false]);
  });

  it('counts downloads under way, and first removes those that nobody goes on with', async () => {
    const house = await makeHouse({ quotaBytes: 3 * SIZE });
    const partial = (name: string, hours: number): void => {
      const file = join(house.store.partialDirectory, name);
      writeFileSync(file, Buffer.alloc(SIZE));
      const made = new Date(house.clock.now() - hours * HOUR_MS);
      utimesSync(file, made, made);
    };
    put(house, 'a', 1);
    put(house, 'b', 2);
    partial(`${digestOf('left')}.part`, 2);
    partial(`${digestOf('now')}.part`, 0);
    expect(await tidy(house)).toMatchObject({ removed: 0, bytes: 3 * SIZE });
    expect(filesBelow(house.store.partialDirectory)).toEqual([`${digestOf('now')}.part`]);
    partial('.blobs-1-running', 0);
    expect(await tidy(house)).toMatchObject({ removed: 2, bytes: 2 * SIZE });
  });
});

describe('an age', () => {
  it('makes those go that nobody used for so long, with all that is remembered of them', async () => {
    const house = await makeHouse({ maxAgeMs: DAY_MS });
    put(house, 'old', 25);
    put(house, 'new', 23);
    for (const name of ['old', 'new']) {
      await house.store.recordSource(digestOf(name), { kind: 'url', url: `https://a.invalid/${name}` });
      const url = `https://a.invalid/${name}`;
      const key = hashUrl(url);
      await writeUrlRecord(house.store.directory, key, urlRecord(house, { url, digest: digestOf(name) }));
      utimesSync(urlRecordFile(house.store.directory, key), 1, 1);
    }
    expect(await tidy(house)).toMatchObject({ removed: 1, entries: 1 });
    const kept = sha256('https://a.invalid/new');
    expect(filesBelow(join(house.store.directory, 'v1', 'urls'))).toEqual([
      `${kept.slice(0, 2)}/${kept}.json`,
    ]);
    expect(filesBelow(join(house.store.directory, 'v1', 'sources'))).toHaveLength(1);
  });
});

describe('what is not the store’s', () => {
  it('is no directory with the mark of another program', async () => {
    const house = await makeHouse({ maxAgeMs: 0 });
    put(house, 'a', 50);
    writeFileSync(join(house.store.directory, 'CACHEDIR.TAG'), 'Signature: of another');
    expect(await tidy(house)).toBeUndefined();
    expect(isThere(house, 'a')).toBe(true);
    const keeper = new Housekeeping(house);
    keeper.start();
    await keeper.stop();
    expect(house.lines).toEqual([expect.stringContaining('another CACHEDIR.TAG')]);
  });

  it('stays, by whatever name, and wherever links lead', async () => {
    const house = await makeHouse({ maxAgeMs: 0 });
    const { directory } = house.store;
    const elsewhere = tempDir();
    const precious = digestOf('precious');
    writeFileSync(join(elsewhere, precious), 'x');
    mkdirSync(join(directory, 'v1', 'sha256'), { recursive: true });
    symlinkSync(elsewhere, join(directory, 'v1', 'sha256', precious.slice(0, 2)));
    const link = digestOf('link');
    symlinkSync(
      join(elsewhere, precious),
      withDirectory(join(directory, 'v1', 'sha256', link.slice(0, 2), link)),
    );
    writeFileSync(join(directory, 'notes.txt'), 'x');
    house.clock.nowMs += DAY_MS;
    expect(await tidy(house)).toMatchObject({ removed: 0 });
    expect(filesBelow(elsewhere)).toEqual([precious]);
    expect(existsSync(join(directory, 'notes.txt'))).toBe(true);
  });
});

describe('uses', () => {
  it('are forgotten with their entries', async () => {
    const house = await makeHouse();
    for (const name of ['gone', 'here']) put(house, name, 50);
    const [gone, here] = ['gone', 'here'].map((name) => house.store.findEntry(digestOf(name)));
    if (gone === undefined || here === undefined) throw new Error('there is no entry');
    const uses = new Uses(house.store, house.clock);
    for (const { digest } of [gone, here]) uses.note(digest);
    await uses.settled();
    uses.keepOnly([here]);
    expect([gone, here].map((entry) => uses.lastUse(entry))).toEqual([gone.usedMs, house.clock.now()]);
  });
});

describe('two servers on one store', () => {
  it('do not remove at the same time', async () => {
    const house = await makeHouse({ quotaBytes: SIZE });
    for (let hours = 1; hours < 20; hours++) put(house, `entry ${hours}`, hours);
    const [one, other] = [new Housekeeping(house), new Housekeeping({ ...house })];
    const tidied = await Promise.all([one.tidy(), other.tidy()]);
    expect(tidied.filter((each) => each !== undefined)).toHaveLength(1);
    expect(filesBelow(join(house.store.directory, 'v1'))).not.toContain('housekeeping.lock');
  });

  it('tell each other of uses, at most hourly', async () => {
    const house = await makeHouse({ quotaBytes: SIZE });
    put(house, 'a', 50);
    const keeper = new Housekeeping(house);
    const file = house.store.find(digestOf('a')) ?? '';
    keeper.noteUsed(digestOf('a'));
    await keeper.stop();
    const { atimeMs, mtimeMs, ctimeMs } = statSync(file);
    expect(house.clock.now() - atimeMs).toBeLessThan(60_000);
    expect(house.clock.now() - mtimeMs).toBeGreaterThan(DAY_MS);
    house.clock.nowMs += HOUR_MS / 2;
    keeper.noteUsed(digestOf('a'));
    await keeper.stop();
    expect(statSync(file).ctimeMs).toBe(ctimeMs);
  });
});

describe('the server', () => {
  it('looks at the start, hourly, and at once when there is too much', async () => {
    const house = await makeHouse({ quotaBytes: 2 * SIZE });
    for (const [hours, name] of ['a', 'b', 'c'].entries()) put(house, name, hours + 1);
    const keeper = new Housekeeping(house);
    house.store.onAdded = (bytes) => keeper.noteStored(bytes);
    keeper.start();
    (await house.clock.slept(0)).wake();
    const hour = await house.clock.slept(1);
    expect(hour.ms).toBe(HOUR_MS);
    expect(house.lines).toEqual([expect.stringContaining('"removed":2,"freedBytes":2000')]);
    house.clock.nowMs += HOUR_MS;
    const file = await TemporaryFile.create(house.store.partialDirectory);
    await file.handle.writeFile(Buffer.alloc(2 * SIZE, 'd'));
    await house.store.add(file, digestOf('d'));
    await house.clock.slept(2);
    await keeper.stop();
    expect(house.lines).toHaveLength(2);
  });

  it('looks when there is too much to remember of URLs', async () => {
    const house = await makeHouse({ quotaBytes: 2 * SIZE });
    put(house, 'a', 1);
    const keeper = new Housekeeping(house);
    house.store.onAdded = (bytes) => keeper.noteStored(bytes);
    keeper.start();
    (await house.clock.slept(0)).wake();
    await house.clock.slept(1);
    const url = `https://a.invalid/${'x'.repeat(2 * SIZE)}`;
    await house.store.recordUrl(hashUrl(url), urlRecord(house, { url, digest: digestOf('a') }));
    await house.clock.slept(2);
    await keeper.stop();
    expect(house.lines).toEqual([expect.stringContaining('"removed":1')]);
  });

  it('goes on where the store cannot be read', async () => {
    const house = await makeHouse({ quotaBytes: SIZE });
    put(house, 'a', 1);
    const { entriesByDirectory } = house.store;
    house.store.entriesByDirectory = () => {
      throw Object.assign(new Error('EACCES: no'), { code: 'EACCES' });
    };
    const keeper = new Housekeeping(house);
    keeper.start();
    (await house.clock.slept(0)).wake();
    house.store.entriesByDirectory = entriesByDirectory;
    (await house.clock.slept(1)).wake();
    await house.clock.slept(2);
    await keeper.stop();
    expect(house.lines).toEqual([expect.stringContaining('could not look after the store')]);
  });

  it('is not kept from its work by many entries', async () => {
    const house = await makeHouse({ quotaBytes: 1000 * SIZE });
    const count = 5000;
    const made = new Set<string>();
    for (let index = 0; index < count; index++) {
      const digest = sha256(String(index));
      const directory = join(house.store.directory, 'v1', 'sha256', digest.slice(0, 2));
      if (!made.has(directory)) mkdirSync(directory, { recursive: true });
      made.add(directory);
      writeFileSync(join(directory, digest), 'x');
    }
    let turns = 0;
    const counter = setInterval(() => {
      turns += 1;
    }, 0);
    const tidied = await tidy(house);
    clearInterval(counter);
    expect(tidied?.entries).toBe(count);
    expect(turns).toBeGreaterThanOrEqual(count / 1000);
  });
});
