// SPDX-License-Identifier: Apache-2.0
import { listLicenses } from '../app/list-licenses.ts';
import { revokeLicense } from '../app/revoke-license.ts';
import { BlobsError } from '../core/errors.ts';
import type { Sha256 } from '../core/sha256.ts';
import { createColors } from '../output/colors.ts';
import { licensesDocument, revokeDocument } from '../output/licenses-document.ts';
import { licenseGroupsText, licenseLines, licensesSummaryText, revokeText } from '../output/licenses-text.ts';
import { noticeText } from '../output/notice-text.ts';
import { queryOf } from './commands/command.ts';
import type { LicensesCommandOptions } from './commands/licenses.ts';
import type { ExitCode } from './exit-codes.ts';
import { present, type Session } from './session.ts';

/** What `blobs licenses` does once its options are parsed; in a file of its own, since only it loads it. */
export async function runLicenses(
  session: Session,
  modules: readonly string[],
  options: LicensesCommandOptions,
): Promise<ExitCode> {
  const { config, terminals, signal } = session;
  const { text = false, allow, deny, revoke } = options;
  if (revoke !== undefined) return runRevoke(session, revoke, modules, options);
  if (text && config.json) {
    throw new BlobsError('BLOBS_USAGE', '--text and --json exclude each other', {
      hint: 'the document holds the texts, too',
    });
  }
  const report = await listLicenses(
    {
      ...queryOf(session, modules, options),
      ...config.index(),
      answersFile: config.licenseAnswersFile,
      ...(allow === undefined ? {} : { allow }),
      ...(deny === undefined ? {} : { deny }),
    },
    signal,
  );
  const { rows } = report;
  return present(session, report, {
    document: () => licensesDocument(report),
    text: () => {
      if (text) return noticeText(report);
      return terminals.stdout
        ? licenseGroupsText(rows, createColors(config.colorStdout))
        : licenseLines(rows);
    },
    summary: () => licensesSummaryText(rows),
  });
}

function runRevoke(
  session: Session,
  sha256: Sha256,
  modules: readonly string[],
  { text, allow, deny, allowRegex, type }: LicensesCommandOptions,
): ExitCode {
  const others = [text, allow, deny, allowRegex, type];
  if (modules.length > 0 || others.some((option) => option !== undefined)) {
    throw new BlobsError('BLOBS_USAGE', '--revoke stands alone, without modules and other options', {
      hint: 'a licence text is accepted for all modules that have it',
    });
  }
  const report = revokeLicense(session.config.licenseAnswersFile, sha256);
  return present(session, report, {
    document: () => revokeDocument(report),
    text: () => revokeText(report),
  });
}
