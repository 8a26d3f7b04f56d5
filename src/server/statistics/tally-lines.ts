// SPDX-License-Identifier: Apache-2.0
import { isRecord } from '../../core/record.ts';
import {
  addBlobTraffic,
  addTraffic,
  type BlobTraffic,
  MAX_DAYS,
  MAX_KEYS,
  type Tally,
  type Traffic,
} from './tally.ts';

// A file of statistics, a JSON text a line:
//
//   {"schemaVersion":1,"total":[requests,bytesServed,downloads,bytesDownloaded,hits]}
//   {"day":"2026-01-31","counts":[…]}
//   {"key":"<sha256, or url:<sha256 of the URL>>","counts":[…],"served":ms,"fetched":ms}
//
// Blobs stand in the order in which they would fall out. Times that are not known are left out.

const SCHEMA_VERSION = 1;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const KEY = /^(?:url:)?[0-9a-f]{64}$/;
/** The last millisecond that a Date can hold. */
const MAX_TIME_MS = 8_640_000_000_000_000;

/** The values of the lines that say what `tally` says. It may be counted on meanwhile. */
export function* writeTally(tally: Tally): Generator<unknown> {
  yield { schemaVersion: SCHEMA_VERSION, total: numbersOf(tally.totals) };
  for (const [day, counts] of [...tally.days]) yield { day, counts: numbersOf(counts) };
  // The least recently counted first, so that it is also the first to fall out after a restart. One that is counted
  // meanwhile moves, and would be met twice.
  const blobs = [...tally.blobs.rkeys()].map((key) => [key, tally.blobs.peek(key)] as const);
  for (const [key, counts] of blobs) {
    if (counts === undefined) continue;
    const { lastServedMs: served, firstFetchedMs: fetched } = counts;
    yield { key, counts: numbersOf(counts), served, fetched };
  }
}

/**
 * Adds to `tally` what the lines say.
 *
 * @throws TypeError where they say something else; RangeError where they are too many
 */
export async function addLines(tally: Tally, lines: AsyncIterable<unknown>): Promise<void> {
  let isFirst = true;
  let left = 1 + MAX_DAYS + MAX_KEYS;
  for await (const line of lines) {
    if (!isRecord(line)) throw new TypeError('a line is no map');
    if (left-- === 0) throw new RangeError('there are too many lines');
    if (isFirst) addTraffic(tally.totals, parseHead(line));
    else if ('day' in line) addTraffic(tally.day(parseName(line['day'], DAY)), parseCounts(line['counts']));
    else addBlobTraffic(tally.blob(parseName(line['key'], KEY)), parseBlob(line));
    isFirst = false;
  }
  if (isFirst) throw new TypeError('there is no line');
}

function numbersOf({ requests, bytesServed, downloads, bytesDownloaded, hits }: Traffic): readonly number[] {
  return [requests, bytesServed, downloads, bytesDownloaded, hits];
}

function parseHead(line: Record<string, unknown>): Traffic {
  if (line['schemaVersion'] !== SCHEMA_VERSION) throw new TypeError('the version is not known');
  return parseCounts(line['total']);
}

function parseBlob(line: Record<string, unknown>): Partial<BlobTraffic> {
  const { served, fetched } = line;
  return {
    ...parseCounts(line['counts']),
    ...(served !== undefined && { lastServedMs: parseNumber(served, MAX_TIME_MS) }),
    ...(fetched !== undefined && { firstFetchedMs: parseNumber(fetched, MAX_TIME_MS) }),
  };
}

function parseCounts(value: unknown): Traffic {
  if (!Array.isArray(value) || value.length !== 5) throw new TypeError('counts are five numbers');
  const [requests = 0, bytesServed = 0, downloads = 0, bytesDownloaded = 0, hits = 0] = value.map((one) =>
    parseNumber(one, Number.MAX_SAFE_INTEGER),
  );
  return { requests, bytesServed, downloads, bytesDownloaded, hits };
}

function parseNumber(value: unknown, max: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > max)
    throw new TypeError('a number is out of range');
  return value;
}

function parseName(value: unknown, pattern: RegExp): string {
  if (typeof value !== 'string' || !pattern.test(value)) throw new TypeError('a name is malformed');
  return value;
}
