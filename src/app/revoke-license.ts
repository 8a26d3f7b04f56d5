// SPDX-License-Identifier: Apache-2.0
import { BlobsError, describeError } from '../core/errors.ts';
import type { RevokeReport } from '../core/license-report.ts';
import type { Sha256 } from '../core/sha256.ts';
import { shorten } from '../core/text.ts';
import { type LicenseAnswer, LicenseAnswers } from '../store/license-answers.ts';

const MAX_SHOWN_ANSWERS = 50;
const MAX_NAME_CHARACTERS = 120;

/**
 * Forgets that the licence text with this digest was accepted; where nobody remembers it, an error that lists what is
 * remembered, the newest first.
 *
 * @throws BlobsError `BLOBS_FILE_ACCESS` where what is remembered cannot be read or written.
 */
export function revokeLicense(answersFile: string, sha256: Sha256): RevokeReport {
  const revoked = remove(answersFile, sha256);
  if (revoked !== undefined) return { revoked, issues: [] };
  const remembered = [...new LicenseAnswers(answersFile).all().values()].reverse();
  const more = remembered.length - MAX_SHOWN_ANSWERS;
  return {
    issues: [
      {
        severity: 'error',
        code: 'BLOBS_LICENSE_NOT_REMEMBERED',
        message: `no accepted licence has the SHA-256 ${sha256}`,
        facts: [
          `looked at: ${answersFile}`,
          ...(remembered.length === 0 ? ['no accepted licence is remembered'] : []),
          ...remembered.slice(0, MAX_SHOWN_ANSWERS).map(answerText),
          ...(more > 0 ? [`and ${more} more`] : []),
        ],
        ...(remembered.length === 0 ? {} : { hint: 'name one of those that are remembered' }),
      },
    ],
  };
}

function answerText({ sha256, module, path, time }: LicenseAnswer): string {
  const names = [path, module].map((name) => shorten(name, MAX_NAME_CHARACTERS)).join(' of ');
  return `accepted: ${sha256} (${names}, ${shorten(time, MAX_NAME_CHARACTERS)})`;
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
