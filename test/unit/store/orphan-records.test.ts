// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { removeOrphanRecords } from '../../../src/store/orphan-records.ts';
import { entryFile, recordFile, urlRecordFile } from '../../../src/store/store-layout.ts';
import { hashUrl, type UrlRecord, writeUrlRecord } from '../../../src/store/url-record.ts';
import { tempDir, withDirectory } from '../../support/temp.ts';
import { digestOf } from '../samples.ts';

const NOW_MS = Date.UTC(2030, 0, 1);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const HERE = digestOf('here');
const GONE = digestOf('gone');

let store: string;
beforeEach(() => {
  store = tempDir();
  writeFileSync(withDirectory(entryFile(store, HERE)), 'here');
});

/** A record that was written an hour ago. Returns its file. */
async function record(name: string, changes: Partial<UrlRecord> = {}, ageMs = HOUR_MS): Promise<string> {
  const url = `https://a.invalid/${name}`;
  const validatedAtMs = NOW_MS - HOUR_MS;
  const fields = { url, digest: HERE, fetchedAtMs: 0, validatedAtMs, ttlMs: DAY_MS, ...changes };
  await writeUrlRecord(store, hashUrl(url), { sourceSha256: hashUrl(url), ...fields });
  const file = urlRecordFile(store, hashUrl(url));
  const written = new Date(NOW_MS - ageMs);
  utimesSync(file, written, written);
  return file;
}

describe('records of URLs', () => {
  it('go with their entries, but not while these may still come', async () => {
    const files = [
      await record('here'),
      await record('gone', { digest: GONE }),
      await record('coming', { digest: GONE }, 59_000),
      await record('not coming', { digest: GONE }, 61_000),
    ];
    await removeOrphanRecords(store, { nowMs: NOW_MS });
    expect(files.map((file) => existsSync(file))).toEqual([true, false, true, false]);
  });

  it('go when they are damaged', async () => {
    const file = await record('damaged');
    writeFileSync(file, JSON.stringify({ schemaVersion: 1, digest: HERE }));
    utimesSync(file, 1, 1);
    expect(await removeOrphanRecords(store, { nowMs: NOW_MS })).toBe(0);
    expect(existsSync(file)).toBe(false);
  });

  it('go a month after upstream would have to be asked', async () => {
    const since = (ms: number): Partial<UrlRecord> => ({ validatedAtMs: NOW_MS - ms });
    const files = [
      await record('old', since(31 * DAY_MS)),
      await record('too old', since(31 * DAY_MS + 1)),
      await record('from the future', since(-DAY_MS)),
    ];
    await removeOrphanRecords(store, { nowMs: NOW_MS });
    expect(files.map((file) => existsSync(file))).toEqual([true, false, true]);
  });

  it('are not more than so many: those that upstream vouched for last', async () => {
    const hours = [5, 1, 4, 2, 3];
    const files = await Promise.all(
      hours.map((each) => record(`${each}`, { validatedAtMs: NOW_MS - each * HOUR_MS })),
    );
    await removeOrphanRecords(store, { nowMs: NOW_MS, maxUrlRecords: 3 });
    expect(files.map((file) => existsSync(file))).toEqual([false, true, false, true, true]);
  });

  it('are not kept by something odd among them', async () => {
    const files = await Promise.all(['a', 'b', 'c', 'd'].map((name) => record(name, { digest: GONE })));
    const [odd = '', ...others] = files.sort();
    writeFileSync(withDirectory(recordFile(store, GONE)), '');
    // A directory cannot be removed as a file is.
    mkdirSync(recordFile(store, digestOf('odd source')), { recursive: true });
    rmSync(odd);
    mkdirSync(odd);
    utimesSync(odd, 1, 1);
    await removeOrphanRecords(store, { nowMs: NOW_MS });
    expect([odd, ...others, recordFile(store, GONE)].map((file) => existsSync(file))).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});
