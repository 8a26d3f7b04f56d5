// SPDX-License-Identifier: Apache-2.0
import { listLicenses } from '../app/list-licenses.ts';
import type { BlobQuery } from '../app/load-modules.ts';
import { revokeLicense } from '../app/revoke-license.ts';
import { isEverything } from '../app/selection.ts';
import { BlobsError } from '../core/errors.ts';
import type { Sha256 } from '../core/sha256.ts';
import { createColors } from '../output/colors.ts';
import { licensesDocument, revokeDocument } from '../output/licenses-document.ts';
import { licenseGroupsText, licenseLines, licensesSummaryText, revokeText } from '../output/licenses-text.ts';
import { noticeText } from '../output/notice-text.ts';
import type { ExitCode } from './exit-codes.ts';
import type { SelectionOptions } from './options.ts';
import { present, type Session } from './session.ts';

/** The options of `licenses`, as commander gives them. */
export interface LicensesCommandOptions extends SelectionOptions {
  readonly text?: boolean;
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
  readonly revoke?: Sha256;
}

/** What `blobs licenses` does once its options are parsed; in a file of its own, since only it loads it. */
export async function runLicenses(
  session: Session,
  query: BlobQuery,
  options: LicensesCommandOptions,
): Promise<ExitCode> {
  const { config, terminals, signal } = session;
  const { text = false, allow, deny, revoke } = options;
  if (revoke !== undefined) return runRevoke(session, revoke, query, options);
  if (text && config.json) {
    throw new BlobsError('BLOBS_USAGE', '--text and --json exclude each other', {
      hint: 'the document holds the texts, too',
    });
  }
  const report = await listLicenses(
    {
      ...query,
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
  { selection }: BlobQuery,
  { text, allow, deny }: LicensesCommandOptions,
): ExitCode {
  if (!isEverything(selection) || (text ?? allow ?? deny) !== undefined) {
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
