// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { SourceRecord } from '../../../src/core/report.ts';
import { makeRow, type RowParts } from '../../../src/server/page/listing-row.ts';
import { digestOf, sampleBlob } from '../samples.ts';

const DIGEST = digestOf('content');
const NOTHING = { digest: DIGEST, entry: undefined, blobs: [], source: undefined, traffic: undefined };

function from(url: string): SourceRecord {
  return { kind: 'url', url, time: '2026-01-02T03:04:05.678Z' };
}

function rowOf(parts: Partial<RowParts>): ReturnType<typeof makeRow> {
  return makeRow({ ...NOTHING, ...parts });
}

describe('a row', () => {
  it('joins all entries that declare the same bytes', () => {
    const row = rowOf({
      entry: { bytes: 7, modifiedMs: 5 },
      blobs: [
        sampleBlob({ module: 'hal_a', path: 'lib/One.a', license: 'MIT', size: 9 }),
        sampleBlob({ module: 'hal_a', path: 'lib/two.a', version: '2.0', license: 'MIT' }),
        sampleBlob({ module: 'hal_b', path: 'three.a', clickThrough: true, license: 'Apache-2.0' }),
      ],
    });
    expect(row).toMatchObject({
      ...{ isStored: true, sizeBytes: 7, name: 'lib/One.a', modules: ['hal_a', 'hal_b'] },
      ...{ versions: ['1.0', '2.0'], licenses: ['MIT', 'Apache-2.0'], isClickThrough: true },
      order: 'hal_a/lib/one.a',
    });
    for (const word of ['hal_b', 'three.a', 'one.a', '2.0', 'apache']) expect(row.words).toContain(word);
  });

  it('has no time where the file has one that no date has', () => {
    for (const modifiedMs of [9e15, -9e15, Number.NaN])
      expect(rowOf({ entry: { bytes: 1, modifiedMs } }).modifiedMs).toBeUndefined();
    expect(rowOf({ entry: { bytes: 1, modifiedMs: 8.64e15 } }).modifiedMs).toBe(8.64e15);
  });

  it('shows what is declared and not there by its declared size', () => {
    expect(rowOf({ blobs: [sampleBlob({ size: 9 })] })).toMatchObject({ isStored: false, sizeBytes: 9 });
    expect(rowOf({ blobs: [sampleBlob()] }).sizeBytes).toBeUndefined();
  });

  it.each([
    ['https://x.invalid/files/tool%20chain.zip', 'tool chain.zip'],
    ['https://x.invalid/files/%zz', '%zz'],
    ['https://x.invalid/', DIGEST],
    ['https://x.invalid/a/', 'a'],
  ])('that nobody declares and that came from %s is called %s', (url, name) => {
    const row = rowOf({ entry: { bytes: 1, modifiedMs: 1 }, source: from(url) });
    expect(row.name).toBe(name);
    expect(row.order > 'zzz').toBe(true);
  });

  it('was fetched when its record says, else when it was first counted', () => {
    const traffic = {
      requests: 3,
      bytesServed: 30,
      hits: 0,
      downloads: 1,
      bytesDownloaded: 10,
      firstFetchedMs: 77,
    };
    const entry = { bytes: 10, modifiedMs: 1 };
    const recorded = rowOf({ entry, traffic, source: from('https://x.invalid/a') });
    expect(recorded.fetchedMs).toBe(Date.parse('2026-01-02T03:04:05.678Z'));
    expect(rowOf({ entry, traffic })).toMatchObject({ fetchedMs: 77, requests: 3, savedBytes: 20 });
    // It was there once.
    expect(rowOf({ traffic }).fetchedMs).toBeUndefined();
  });
});
