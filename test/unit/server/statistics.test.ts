// SPDX-License-Identifier: Apache-2.0
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Statistics, urlKey } from '../../../src/server/statistics/statistics.ts';
import { bytesSaved, findHitRate, MAX_DAYS, MAX_KEYS, Tally } from '../../../src/server/statistics/tally.ts';
import { addLines, writeTally } from '../../../src/server/statistics/tally-lines.ts';
import { statisticsDirectory, statisticsFile } from '../../../src/store/store-layout.ts';
import { tempDir, temporaryFilesBelow } from '../../support/temp.ts';
import { digestOf } from '../samples.ts';

const ONE = digestOf('one');
const TWO = digestOf('two');
const DAY_MS = 24 * 60 * 60 * 1000;

const clock = { nowMs: 0, now: () => clock.nowMs };

interface Opened {
  readonly statistics: Statistics;
  readonly warnings: string[];
}

async function open(directory: string, instance = 'a'): Promise<Opened> {
  clock.nowMs = Date.parse('2026-01-31T23:59:59.000Z');
  const warnings: string[] = [];
  const warn = (message: string): number => warnings.push(message);
  return { statistics: await Statistics.open({ directory, instance, clock, warn }), warnings };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('statistics', () => {
  it('count by blob, by day in UTC, and in all', async () => {
    const { statistics } = await open(tempDir());
    statistics.noteDownloaded(ONE, 100);
    statistics.noteServed(ONE, 100);
    // A download that failed cost no hit.
    statistics.noteDownloaded(TWO, 0);
    clock.nowMs += 2000;
    statistics.noteServed(ONE, 40, { isHit: true });
    statistics.noteServed(TWO, 5, { isHit: true });
    const all = await statistics.all();
    const totals = { requests: 3, bytesServed: 145, hits: 2, downloads: 2, bytesDownloaded: 100 };
    expect(all.totals).toEqual(totals);
    expect(statistics.totals).toEqual(totals);
    expect([...all.days.keys()]).toEqual(['2026-01-31', '2026-02-01']);
    expect(all.days.get('2026-02-01')).toMatchObject({ requests: 2, bytesServed: 45, downloads: 0 });
    expect(all.find(ONE)).toMatchObject({ requests: 2, lastServedMs: clock.nowMs });
    expect(all.find(ONE)?.firstFetchedMs).toBe(clock.nowMs - 2000);
    expect([bytesSaved(all.totals), findHitRate(all.totals)]).toEqual([45, 2 / 3]);
  });

  it('give a blob what was counted by its URL before its digest was known', async () => {
    const { statistics } = await open(tempDir());
    const key = urlKey('https://x.invalid/a?token=secret');
    statistics.noteDownloaded(key, 9);
    statistics.noteServed(key, 9);
    clock.nowMs += 1;
    statistics.noteStored(ONE, key);
    const all = await statistics.all();
    expect(all.find(ONE)).toMatchObject({ requests: 1, downloads: 1, firstFetchedMs: clock.nowMs - 1 });
    expect(all.find(key)).toBeUndefined();
    expect(all.totals.requests).toBe(1);
    expect(statistics.storedCount).toBe(1);
  });

  it('survive a restart, and hold no URL', async () => {
    const directory = tempDir();
    const before = await open(directory);
    before.statistics.noteServed(ONE, 7);
    before.statistics.noteServed(urlKey('https://x.invalid/secret'), 3);
    await before.statistics.save();
    const { statistics, warnings } = await open(directory);
    statistics.noteServed(ONE, 1);
    const all = await statistics.all();
    expect(all.find(ONE)).toMatchObject({ requests: 2, bytesServed: 8 });
    expect([all.totals.bytesServed, all.days.get('2026-01-31')?.requests, warnings]).toEqual([11, 3, []]);
    expect(readFileSync(statisticsFile(directory, 'a'), 'utf8')).not.toContain('secret');
    await statistics.save();
    expect(temporaryFilesBelow(directory)).toEqual([]);
  });

  it('are those of all servers that share the store, none of which writes over another', async () => {
    const directory = tempDir();
    const [one, other] = [await open(directory, 'one'), await open(directory, 'other')];
    one.statistics.noteServed(ONE, 10);
    other.statistics.noteServed(ONE, 5);
    other.statistics.noteServed(TWO, 1);
    await Promise.all([one.statistics.save(), other.statistics.save()]);
    for (const { statistics } of [one, other]) {
      const all = await statistics.all();
      expect([all.totals.bytesServed, all.find(ONE)?.bytesServed, all.find(TWO)?.requests]).toEqual([
        16, 15, 1,
      ]);
      expect(all.days.get('2026-01-31')?.requests).toBe(3);
    }
    other.statistics.noteServed(TWO, 100);
    await other.statistics.save();
    expect((await one.statistics.all()).totals.bytesServed).toBe(116);
  });

  it('are written some seconds after the first change, once for many', async () => {
    const directory = tempDir();
    const { statistics } = await open(directory);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    for (let i = 0; i < 100; i++) statistics.noteServed(ONE, 1);
    vi.advanceTimersByTime(4999);
    expect(readdirSync(directory)).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(vi.getTimerCount()).toBe(0);
    await statistics.save();
    expect(readdirSync(statisticsDirectory(directory))).toHaveLength(1);
  });

  it('count a blob once that is counted again while the file is written', async () => {
    const directory = tempDir();
    const { statistics } = await open(directory);
    for (let i = 0; i < 2000; i++) statistics.noteServed(digestOf(`${i}`), 1);
    const saved = statistics.save();
    const served = (async () => {
      for (let i = 0; i < 2000; i++) {
        statistics.noteServed(digestOf(`${i}`), 1);
        if (i % 100 === 0) await new Promise(setImmediate);
      }
    })();
    await Promise.all([saved, served]);
    const lines = readFileSync(statisticsFile(directory, 'a'), 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(2002);
    await statistics.save();
    const again = await (await open(directory)).statistics.all();
    expect([again.totals.requests, again.find(digestOf('5'))?.requests]).toEqual([4000, 2]);
  });

  it('are counted on where nothing can be written, which is said once', async () => {
    const directory = join(tempDir(), 'store');
    writeFileSync(directory, 'a file in the place of the store');
    const { statistics, warnings } = await open(directory);
    for (let i = 0; i < 3; i++) {
      statistics.noteServed(ONE, 1);
      await statistics.save();
    }
    expect((await statistics.all()).totals.requests).toBe(3);
    expect(warnings).toEqual([expect.stringContaining('the statistics cannot be written')]);
  });
});

const HEAD = '{"schemaVersion":1,"total":[1,1,1,1]}\n';

describe('a damaged file of statistics', () => {
  it.each([
    ['is empty', ''],
    ['is no JSON', '{"schemaVersion":1,\n'],
    ['was cut off', '{"schemaVersion":1,"total":[1,1,1,1]}'],
    ['is of another version', '{"schemaVersion":2,"total":[1,1,1,1]}\n'],
    ['holds no map', `${HEAD}[]\n`],
    ['holds a name that is no digest', `${HEAD}{"key":"../../x","counts":[1,1,1,1]}\n`],
    ['holds a name of the language', `${HEAD}{"key":"__proto__","counts":[1,1,1,1]}\n`],
    ['holds a day that is none', `${HEAD}{"day":"<b>","counts":[1,1,1,1]}\n`],
    ['counts below zero', `${HEAD}{"day":"2026-01-31","counts":[-1,1,1,1]}\n`],
    ['counts in fractions', `${HEAD}{"day":"2026-01-31","counts":[0.5,1,1,1]}\n`],
    ['counts more than there are numbers', '{"schemaVersion":1,"total":[1e300,1,1,1]}\n'],
    ['counts too little', '{"schemaVersion":1,"total":[1]}\n'],
    ['names a time that no calendar has', `${HEAD}{"key":"${ONE}","counts":[1,1,1,1],"served":9e15}\n`],
    [
      'has too many lines',
      HEAD + `{"day":"2026-01-31","counts":[1,1,1,1]}\n`.repeat(MAX_KEYS + MAX_DAYS + 1),
    ],
  ])('that %s is passed over, its own and another server’s', async (_, text) => {
    const directory = tempDir();
    mkdirSync(statisticsDirectory(directory), { recursive: true });
    for (const name of ['a', 'b']) writeFileSync(statisticsFile(directory, name), text);
    const { statistics, warnings } = await open(directory);
    statistics.noteServed(ONE, 3);
    expect((await statistics.all()).totals).toMatchObject({ requests: 1, bytesServed: 3, downloads: 0 });
    // It is said once, though it is asked again.
    await statistics.all();
    expect(warnings).toEqual(Array(2).fill(expect.stringContaining('statistics are passed over')));
    expect(warnings.join()).not.toContain('<b>');
    await statistics.save();
    expect((await open(directory)).statistics.totals.requests).toBe(1);
  });

  it('or what is no file at all, or somebody else’s, is not read', async () => {
    const directory = tempDir();
    mkdirSync(statisticsFile(directory, 'a'), { recursive: true });
    symlinkSync('/dev/zero', statisticsFile(directory, 'b'));
    writeFileSync(join(statisticsDirectory(directory), 'notes.jsonl'), HEAD);
    const { statistics, warnings } = await open(directory);
    expect([(await statistics.all()).totals.requests, warnings]).toEqual([0, []]);
    statistics.noteServed(ONE, 1);
    await statistics.save();
    expect(warnings).toHaveLength(1);
  });

  it('that may not be read is passed over', async (context) => {
    if (process.geteuid?.() === 0) context.skip('root may read everything');
    const directory = tempDir();
    mkdirSync(dirname(statisticsFile(directory, 'a')), { recursive: true });
    writeFileSync(statisticsFile(directory, 'a'), HEAD);
    chmodSync(statisticsFile(directory, 'a'), 0);
    expect((await open(directory)).warnings).toHaveLength(1);
  });
});

describe('a tally', () => {
  it('keeps the last 90 days', () => {
    const tally = new Tally();
    for (let i = 0; i < 100; i++) tally.day(new Date(i * DAY_MS).toISOString().slice(0, 10)).requests += 1;
    expect([tally.days.size, [...tally.days.keys()].sort()[0]]).toEqual([MAX_DAYS, '1970-01-11']);
  });

  it('comes back with its blobs in the order in which they fall out', async () => {
    const tally = new Tally();
    for (const key of ['a', 'b', 'c']) tally.blob(key.repeat(64));
    tally.blob('a'.repeat(64));
    const again = new Tally();
    await addLines(again, Readable.from([...writeTally(tally)]));
    expect([...again.blobs.rkeys()].map((key) => key[0])).toEqual(['b', 'c', 'a']);
  });

  it('forgets the blob that was counted least recently', () => {
    const tally = new Tally();
    for (let i = 0; i < MAX_KEYS; i++) tally.blob(`${i}`);
    tally.blob('0').requests = 5;
    tally.blob('one more');
    expect([tally.blobs.size, tally.blobs.has('1'), tally.blobs.get('0')?.requests]).toEqual([
      MAX_KEYS,
      false,
      5,
    ]);
  });
});
