// SPDX-License-Identifier: Apache-2.0
import { BlobsError, describeError } from '../core/errors.ts';
import type { RevokeReport } from '../core/license-report.ts';
import type { Sha256 } from '../core/sha256.ts';
import { type LicenseAnswer, LicenseAnswers } from '../store/license-answers.ts';

/**
 * Forgets that the licence text with this digest was accepted; an error where nobody remembers it.
 *
 * @throws BlobsError `BLOBS_FILE_ACCESS` where what is remembered cannot be read or written.
 */
export function revokeLicense(answersFile: string, sha256: Sha256): RevokeReport {
  const revoked = remove(answersFile, sha256);
  if (revoked !== undefined) return { revoked, issues: [] };
  return {
    issues: [
      {
        severity: 'error',
        code: 'BLOBS_LICENSE_NOT_REMEMBERED',
        message: `no accepted licence has the SHA-256 ${sha256}`,
        facts: [`looked at: ${answersFile}`],
        hint: '"blobs licenses --json" shows the "license-sha256" of what is accepted',
      },
    ],
  };
}

function remove(file: string, sha256: Sha256): LicenseAnswer | undefined {
  try {
    return new LicenseAnswers(file).remove(sha256);
  } catch (error) {
    throw new BlobsError(
      'BLOBS_FILE_ACCESS',
      `the accepted licences cannot be changed: ${describeError(error)}`,
      {
        file,
        cause: error,
      },
    );
  }
}
