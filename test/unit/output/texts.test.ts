// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { BlobsError } from '../../../src/core/errors.ts';
import type { CleanReport, FetchReport, FetchRow } from '../../../src/core/report.ts';
import { formatDuration } from '../../../src/output/amounts.ts';
import { cleanSummaryText, cleanText } from '../../../src/output/clean-text.ts';
import { fetchRetryText, fetchRowText, fetchSummaryText } from '../../../src/output/fetch-text.ts';
import { lintSummaryText } from '../../../src/output/lint-text.ts';
import { verifySummaryText, verifyText } from '../../../src/output/verify-text.ts';
import { sampleBlob } from '../samples.ts';

const blob = sampleBlob();

describe('fetchRowText', () => {
  it.each<[Partial<FetchRow>, string | undefined]>([
    [
      { status: 'A', result: 'url', bytes: 1500, source: 'https://a/' },
      'fetched hal_x: fw.bin (1.5 kB) from https://a/\n',
    ],
    [
      { status: 'A', result: 'mirror', bytes: 5, source: 'https://m/', replaced: true },
      'fetched hal_x: fw.bin (5 B, replaced a modified file) from https://m/\n',
    ],
    [{ status: 'A', result: 'up-to-date' }, undefined],
    [{ status: 'M', result: 'skipped', kept: true }, 'kept hal_x: fw.bin (modified)\n'],
    [{ status: 'M', result: 'skipped' }, undefined],
    [
      { status: 'M', result: 'url', sources: ['a'], replaced: true },
      'would fetch hal_x: fw.bin (replacing a modified file) from a\n',
    ],
    [{ status: 'D', result: 'skipped' }, undefined],
    [{ status: 'D', result: 'failed' }, undefined],
    [{ status: 'D', result: 'url', sources: ['a', 'b'] }, 'would fetch hal_x: fw.bin from a, then b\n'],
  ])('%j', (row, expected) => {
    expect(fetchRowText({ blob, ...row } as FetchRow)).toBe(expected);
  });

  it('lets no name control the terminal', () => {
    const { blob: named, ...rest } = {
      blob: sampleBlob({ module: '\u001b[2J' }),
      status: 'D',
      result: 'url',
      sources: ['a'],
    } as const;
    expect(fetchRowText({ blob: named, ...rest })).not.toContain('\u001b');
  });
});

describe('fetchSummaryText', () => {
  const rows = (['url', 'mirror', 'up-to-date', 'skipped', 'failed'] as const).map((result) => ({
    blob,
    status: 'A' as const,
    result,
  }));
  const report: FetchReport = { rows, issues: [], dryRun: false, durationMs: 1234, downloadedBytes: 2000 };

  it('counts', () => {
    expect(fetchSummaryText(report)).toBe(
      'fetched 2 blobs (2 kB downloaded in 1.2 s), 1 from mirrors, 1 up to date, 1 skipped, 1 failed\n',
    );
    expect(fetchSummaryText({ ...report, rows: [], downloadedBytes: 0 })).toBe(
      'fetched 0 blobs (0 B downloaded in 1.2 s), 0 up to date\n',
    );
    expect(fetchSummaryText({ ...report, dryRun: true })).toBe('2 blobs would be fetched, 1 up to date\n');
  });
});

describe('the other texts', () => {
  it('say that a download is tried again', () => {
    const error = new BlobsError('BLOBS_TIMEOUT', 'no byte\u001b');
    expect(fetchRetryText({ kind: 'retry', id: 1, label: 'hal_x: a', error, delayMs: 500 })).toBe(
      'hal_x: a: no byte\\x1b; trying again in 0.5 s\n',
    );
  });

  it('say what was removed, or would be', () => {
    const rows = [
      { blob, status: 'D' as const, removed: true, freedBytes: 1000 },
      { blob: sampleBlob({ path: 'kept' }), status: 'M' as const, removed: false, freedBytes: 0 },
    ];
    const report: CleanReport = { rows, issues: [], dryRun: false };
    expect(cleanText(report) + cleanSummaryText(report)).toBe(
      'removed hal_x: fw.bin (1 kB)\nremoved 1 file, 1 kB freed\n',
    );
    const dry = { ...report, dryRun: true };
    expect(cleanText(dry) + cleanSummaryText(dry)).toBe(
      'would remove hal_x: fw.bin (1 kB)\n1 file would be removed, 1 kB freed\n',
    );
  });

  it('say what was verified', () => {
    const rows = [
      { blob, status: 'A' as const },
      { blob, status: 'M' as const },
    ];
    expect(verifyText(rows) + verifySummaryText({ rows, issues: [], isIncomplete: false })).toBe(
      'hal_x A fw.bin\nhal_x M fw.bin\nverified 2 blobs: 1 right, 1 wrong, 0 missing\n',
    );
  });

  it('say what was checked', () => {
    const issue = { severity: 'error', code: 'BLOBS_MISSING', message: '' } as const;
    expect(
      lintSummaryText({ rows: [{ blob, status: 'A' }], issues: [issue, { ...issue, severity: 'warning' }] }),
    ).toBe('checked 1 blob: 1 error, 1 warning, 0 notes\n');
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0.0 s'],
    [1234, '1.2 s'],
    [10_400, '10 s'],
    [59_499, '59 s'],
    [59_700, '1 min 0 s'],
    [125_000, '2 min 5 s'],
  ])('%i ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
