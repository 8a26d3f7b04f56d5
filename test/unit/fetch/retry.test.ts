// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it, onTestFinished } from 'vitest';
import { isWorthRetrying, parseRetryAfter, retryDelayMs } from '../../../src/fetch/retry.ts';

const NOW = Date.UTC(2024, 0, 1, 12, 0, 0);

describe('isWorthRetrying', () => {
  it.each([408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524])('status %i may pass', (status) => {
    expect(isWorthRetrying('BLOBS_HTTP_STATUS', status)).toBe(true);
  });

  it.each([201, 204, 206, 304, 400, 401, 403, 404, 407, 410, 416, 451, 501, 505])(
    'status %i will not',
    (status) => {
      expect(isWorthRetrying('BLOBS_HTTP_STATUS', status)).toBe(false);
    },
  );

  it('takes a broken connection and silence for something that may pass', () => {
    expect(isWorthRetrying('BLOBS_NETWORK')).toBe(true);
    expect(isWorthRetrying('BLOBS_TIMEOUT')).toBe(true);
  });

  it.each([
    'BLOBS_HASH_MISMATCH',
    'BLOBS_SIZE_MISMATCH',
    'BLOBS_TOO_LARGE',
    'BLOBS_REDIRECT',
    'BLOBS_URL_UNSUPPORTED',
    'BLOBS_MISSING',
  ] as const)('%s will not pass', (code) => {
    expect(isWorthRetrying(code)).toBe(false);
  });
});

describe('retryDelayMs', () => {
  it('doubles up to a limit', () => {
    expect([0, 1, 2, 3, 4, 5, 50, 99].map((attempt) => retryDelayMs(attempt, 0))).toEqual([
      500, 1000, 2000, 4000, 8000, 8000, 8000, 8000,
    ]);
  });

  it('loses up to half to chance, and never becomes nothing', () => {
    expect(retryDelayMs(0, 0.5)).toBe(375);
    expect(retryDelayMs(0, 0.999999)).toBe(250);
  });

  it("is the server's wish where it has one, at most a minute", () => {
    expect(retryDelayMs(3, 0.5, 0)).toBe(0);
    expect(retryDelayMs(0, 0.5, 12_345)).toBe(12_345);
    expect(retryDelayMs(0, 0.5, 60_001)).toBe(60_000);
    expect(retryDelayMs(0, 0.5, Number.POSITIVE_INFINITY)).toBe(60_000);
  });
});

describe('parseRetryAfter', () => {
  it.each([
    ['120', 120_000],
    [' 7 ', 7000],
    ['0', 0],
    ['Mon, 01 Jan 2024 12:00:30 GMT', 30_000],
    ['Mon, 01 Jan 2024 11:59:00 GMT', 0],
    // The obsolete forms that RFC 9110 §5.6.7 says a recipient must accept.
    ['Monday, 01-Jan-24 12:00:30 GMT', 30_000],
    ['Mon Jan  1 12:00:30 2024', 30_000],
  ])('"%s" is %i ms', (value, ms) => {
    const zone = process.env['TZ'];
    onTestFinished(() => {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    });
    process.env['TZ'] = 'America/New_York';
    expect(parseRetryAfter(value, NOW)).toBe(ms);
  });

  it.each([undefined, '', 'soon', '-1', '1.5', '1e9', '12, 13', '2024-01-01', 'Foo, 99 Bar 2024'])(
    '%j says nothing',
    (value) => {
      expect(parseRetryAfter(value, NOW)).toBeUndefined();
    },
  );
});
