// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Listing } from '../../../src/server/page/listing.ts';
import { makeRow } from '../../../src/server/page/listing-row.ts';
import { parsePageQuery } from '../../../src/server/page/page-query.ts';
import { type Key, type Selection, selectRows } from '../../../src/server/page/select-rows.ts';
import { sumTallies } from '../../../src/server/statistics/tally.ts';
import { digestOf, sampleBlob } from '../samples.ts';

const KEYS: readonly Key[] = ['digest', 'name', 'size', 'fetched', 'served', 'saved'];

const DEFAULTS: Selection = {
  ...{ q: '', module: '', continuation: '', key: 'name', order: 'asc' },
  ...{ maxRows: 100, isStoredOnly: false },
};

/** A listing of blobs numbered as given, of which many have the same name, size and counts. */
function listingOf(numbers: readonly number[]): Listing {
  const rows = numbers.map((n) => {
    const content = `content-${n}`;
    const blob = sampleBlob({ content, module: `hal_${n % 3}`, path: `lib/${n % 5}.a`, license: 'MIT' });
    const counts = { requests: n % 4, bytesServed: n % 4, hits: 0, downloads: 0, bytesDownloaded: 0 };
    return makeRow({
      digest: digestOf(content),
      entry: n % 7 === 0 ? undefined : { bytes: n % 6, modifiedMs: n },
      blobs: n % 9 === 0 ? [] : [blob],
      source: undefined,
      traffic: { ...counts, firstFetchedMs: n % 2 },
    });
  });
  return { rows, traffic: sumTallies([]), storedCount: 0, storedBytes: 0, modules: [] };
}

function digestsOf(numbers: readonly number[], changes: Partial<Selection> = {}): string[] {
  return selectRows(listingOf(numbers), { ...DEFAULTS, ...changes }).rows.map(({ digest }) => digest);
}

const someNumbers = fc.uniqueArray(fc.nat(60), { maxLength: 40 });

describe('pages', () => {
  it('together hold every row once, whatever comes and goes between them', () => {
    fc.assert(
      fc.property(
        ...[someNumbers, fc.array(someNumbers, { maxLength: 8 }), fc.constantFrom(...KEYS)],
        ...[fc.constantFrom('asc' as const, 'desc' as const), fc.integer({ min: 1, max: 9 })],
        (stays, passers, key, order, maxRows) => {
          const seen: string[] = [];
          let continuation: string | undefined = '';
          for (let i = 0; continuation !== undefined; i++) {
            const passing = (passers[i] ?? []).map((n) => n + 100);
            const selection = { ...DEFAULTS, key, order, maxRows, continuation };
            const page = selectRows(listingOf([...passing, ...stays]), selection);
            expect(page.rows.length).toBeLessThanOrEqual(maxRows);
            seen.push(...page.rows.map(({ digest }) => digest));
            continuation = page.continuation;
          }
          expect(new Set(seen).size).toBe(seen.length);
          expect(seen).toEqual(expect.arrayContaining(digestsOf(stays)));
          // Those that stay stand in their order.
          const kept = new Set(digestsOf(stays));
          expect(seen.filter((digest) => kept.has(digest))).toEqual(digestsOf(stays, { key, order }));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('say how many rows there are, and how many came before', () => {
    const listing = listingOf([1, 2, 3, 4, 5]);
    const first = selectRows(listing, { ...DEFAULTS, maxRows: 2 });
    const second = selectRows(listing, {
      ...DEFAULTS,
      maxRows: 3,
      continuation: first.continuation ?? 'none',
    });
    expect([first.before, first.total]).toEqual([0, 5]);
    expect([second.before, second.total, second.continuation]).toEqual([2, 5, undefined]);
  });

  it.each([
    ['is no base64url', '***'],
    ['is no JSON', Buffer.from('nonsense').toString('base64url')],
    ['is no list', Buffer.from('{"0":"name"}').toString('base64url')],
    ['has no digest', Buffer.from('["name","asc","a","b"]').toString('base64url')],
    ['is of another order', tokenOf(['name', 'desc', 'a', digestOf('a')])],
    ['is of another key', tokenOf(['size', 'asc', 1, digestOf('a')])],
    ['holds a value of another type', tokenOf(['name', 'asc', { a: 1 }, digestOf('a')])],
  ])('are not continued by what %s', (_, continuation) => {
    expect(() => selectRows(listingOf([1]), { ...DEFAULTS, continuation })).toThrow(/continuation/);
  });
});

function tokenOf(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

describe('a search', () => {
  it('wants every word, in any case, in path, module or licence', () => {
    expect(digestsOf([1, 4, 5, 10], { q: ' LIB/0  Mit' }).sort()).toEqual(digestsOf([5, 10]).sort());
    expect(digestsOf([1, 4, 5], { q: 'hal_1 lib/4' })).toEqual(digestsOf([4]));
    expect(digestsOf([1, 4], { q: 'nothing' })).toEqual([]);
  });

  it('finds a digest by its beginning alone', () => {
    const digest = digestOf('content-1');
    expect(digestsOf([1, 2, 3, 4], { q: digest.slice(0, 10).toUpperCase() })).toEqual([digest]);
    expect(digestsOf([1, 2, 3, 4], { q: digest.slice(1, 20) })).toEqual([]);
  });

  it('can be of one module, and of what is stored', () => {
    expect(digestsOf([1, 2, 4, 7], { module: 'hal_1', isStoredOnly: true }).sort()).toEqual(
      digestsOf([1, 4]).sort(),
    );
    expect(digestsOf([1, 2], { module: 'hal_' })).toEqual([]);
  });
});

describe('a query', () => {
  it.each([
    [{ q: 'x'.repeat(201) }, /at most 200/],
    [{ q: ['a', 'b'] }, /"q" may be there once/],
    [{ module: 'x'.repeat(2001) }, /too long/],
    [{ continuation: 'x'.repeat(2001) }, /too long/],
  ])('%j is refused', (query, message) => {
    expect(() => parsePageQuery(query)).toThrow(message);
  });

  it.each([{ sort: 'color' }, { sort: 'constructor' }, { order: 'up' }])('%j means nothing', (query) => {
    expect(parsePageQuery(query)).toEqual(parsePageQuery({}));
  });

  it('has an order for each sort, and takes empty values as none', () => {
    expect(parsePageQuery({ q: ' a ', sort: 'size', order: '' })).toMatchObject({ q: 'a', order: 'desc' });
    expect(parsePageQuery({ q: '', sort: '' })).toMatchObject({ q: '', sort: 'name', order: 'asc' });
  });
});
