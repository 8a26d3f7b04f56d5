// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { BlobsError } from '../../../src/core/errors.ts';
import { problemOf } from '../../../src/server/problem.ts';

describe('a problem', () => {
  test('tells clients nothing secret of the URL that it is about', () => {
    const message = 'https://me:hunter2@files.example.com/fw.bin is not allowed';
    const problem = problemOf(new BlobsError('BLOBS_URL_NOT_ALLOWED', message));
    expect(problem).toMatchObject({ status: 403, code: 'BLOBS_URL_NOT_ALLOWED' });
    expect(problem.message).toContain('files.example.com/fw.bin');
    expect(problem.message).not.toMatch(/hunter2/);
  });

  test('tells clients nothing of what is here', () => {
    const problem = problemOf(new BlobsError('BLOBS_FILE_ACCESS', 'cannot read /srv/blobs/x'));
    expect([problem.status, problem.message.includes('/srv')]).toEqual([500, false]);
  });
});
