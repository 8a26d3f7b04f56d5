// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EXIT_MEANINGS, exitCodeFor } from '../../../src/cli/exit-codes.ts';
import { BlobsError, ERROR_MEANINGS, type ErrorCode } from '../../../src/core/errors.ts';
import { type Issue, issueOf, type Severity } from '../../../src/core/report.ts';

const CODES = Object.keys(ERROR_MEANINGS) as ErrorCode[];
const README = new URL('../../../README.md', import.meta.url);

function issues(...codes: ErrorCode[]): Issue[] {
  return codes.map((code) => issueOf(new BlobsError(code, 'm')));
}

describe('exitCodeFor', () => {
  it.each<[ErrorCode, number]>([
    ['BLOBS_USAGE', 2],
    ['BLOBS_BAD_REGEX', 2],
    ['BLOBS_BAD_FORMAT', 2],
    ['BLOBS_BAD_CONFIG', 2],
    ['BLOBS_UNKNOWN_MODULE', 2],
    ['BLOBS_NO_MODULES', 2],
    ['BLOBS_NOT_A_MODULE', 2],
    ['BLOBS_MALFORMED_YAML', 65],
    ['BLOBS_MALFORMED_MODULE', 65],
    ['BLOBS_MALFORMED_MANIFEST', 65],
    ['BLOBS_UNSAFE_PATH', 65],
    ['BLOBS_DUPLICATE_PATH', 65],
    ['BLOBS_HASH_MISMATCH', 65],
    ['BLOBS_SIZE_MISMATCH', 65],
    ['BLOBS_UNMET_DEPENDENCY', 65],
    ['BLOBS_LICENSE_NOT_ACCEPTED', 77],
    ['BLOBS_LICENSE_MISSING', 77],
    ['BLOBS_MISSING', 1],
    ['BLOBS_HTTP_STATUS', 1],
    ['BLOBS_TIMEOUT', 1],
    ['BLOBS_NOT_A_FILE', 1],
    ['BLOBS_FETCHER_UNSUPPORTED', 1],
    ['BLOBS_BAD_LICENSE_EXPRESSION', 1],
    ['BLOBS_INTERRUPTED', 130],
  ])('%s is %i', (code, expected) => {
    expect(exitCodeFor(issues(code))).toBe(expected);
  });

  it('knows every code', () => {
    for (const code of CODES) expect(EXIT_MEANINGS).toHaveProperty(String(exitCodeFor(issues(code))));
  });

  it.each<[ErrorCode[], number]>([
    [['BLOBS_HTTP_STATUS', 'BLOBS_LICENSE_NOT_ACCEPTED', 'BLOBS_HASH_MISMATCH'], 65],
    [['BLOBS_HTTP_STATUS', 'BLOBS_LICENSE_NOT_ACCEPTED'], 77],
    [['BLOBS_MISSING', 'BLOBS_HASH_MISMATCH'], 65],
    [['BLOBS_HASH_MISMATCH', 'BLOBS_INTERRUPTED'], 130],
    [[], 0],
  ])('of %j together is %i', (codes, expected) => {
    expect(exitCodeFor(issues(...codes))).toBe(expected);
    expect(exitCodeFor(issues(...codes).reverse())).toBe(expected);
  });

  it.each<Severity>(['warning', 'info'])('does not count what is only of severity %s', (severity) => {
    expect(exitCodeFor(CODES.map((code) => ({ severity, code, message: '' })))).toBe(0);
  });
});

describe('the list of error codes', () => {
  it('has names and meanings that a reader can use', () => {
    for (const [code, meaning] of Object.entries(ERROR_MEANINGS)) {
      expect(code).toMatch(/^BLOBS_[A-Z0-9_]+$/);
      expect(meaning.length).toBeGreaterThan(10);
    }
  });

  it('is in the README, in full and without others', () => {
    const named = new Set(readFileSync(README, 'utf8').match(/\bBLOBS_[A-Z0-9_]+\b/g));
    const variables = ['BLOBS_MIRRORS', 'BLOBS_STORE', 'BLOBS_OFFLINE', 'BLOBS_JOBS'];
    expect(CODES.filter((code) => !named.has(code))).toEqual([]);
    expect(
      [...named].filter((name) => !variables.includes(name) && !CODES.includes(name as ErrorCode)),
    ).toEqual([]);
  });

  it('says in the README how the program exits', () => {
    const text = readFileSync(README, 'utf8');
    for (const code of Object.keys(EXIT_MEANINGS))
      expect(text).toMatch(new RegExp(`^\\| (?:\\d+, )?${code}(?:, \\d+)? \\|`, 'm'));
  });
});
