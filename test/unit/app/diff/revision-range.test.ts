// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { parseRevisionRange } from '../../../../src/app/diff/revision-range.ts';
import { BlobsError } from '../../../../src/core/errors.ts';

describe('a range of revisions', () => {
  it.each([
    ['v1', 'v1', undefined],
    ['v1..v2', 'v1', 'v2'],
    ['v1..', 'v1', 'HEAD'],
    ['..v2', 'HEAD', 'v2'],
    ['feature/x-1.2_b..@', 'feature/x-1.2_b', '@'],
    ['HEAD~2^2~1..main@{3}', 'HEAD~2^2~1', 'main@{3}'],
    ['@{u}..@{-1}', '@{u}', '@{-1}'],
    ['v1^{commit}..v2^{}', 'v1^{commit}', 'v2^{}'],
    ['größe..refs/tags/v1', 'größe', 'refs/tags/v1'],
  ])('is read: %s', (text, before, after) => {
    expect(parseRevisionRange(text)).toEqual({ before, after });
  });

  it.each([
    '',
    '..',
    'a...b',
    'a..b..c',
    '-x',
    '--upload-pack=x',
    'a..--upload-pack=x',
    ':path',
    ':/text',
    'HEAD:path',
    'HEAD^{/text}',
    'HEAD^{tree}',
    '^HEAD',
    'HEAD@{yesterday}',
    'a b',
    'a\nb',
    'a\0b',
    'a\u001b[31m',
    'a\u202eb',
    'a*',
    'a?',
    'a[b',
    'a\\b',
    'HEAD~9999999',
    'a'.repeat(1001),
  ])('is refused before git sees it: %j', (text) => {
    expect(() => parseRevisionRange(text)).toThrow(BlobsError);
    expect(() => parseRevisionRange(text)).toThrow(
      expect.objectContaining({
        code: 'BLOBS_USAGE',
        message: expect.not.stringMatching(/[\u0000-\u001f\u202e]/),
      }),
    );
  });
});
