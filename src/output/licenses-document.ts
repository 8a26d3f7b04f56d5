// SPDX-License-Identifier: Apache-2.0
import type { LicenseRow, LicensesReport, LicenseTextRow, RevokeReport } from '../core/license-report.ts';
import { blobJson, document, type JsonDocument } from './json.ts';
import { groupByLicense, licensesSummary } from './license-groups.ts';

/** The document of `licenses`. */
export function licensesDocument(report: LicensesReport): JsonDocument {
  const { rows, texts, withoutText } = report;
  return {
    ...document(
      'licenses',
      report,
      rows.map((row) => rowJson(row, !withoutText.has(row.blob))),
      licensesSummary(rows),
    ),
    licenses: groupByLicense(rows).map(({ expression, rows: some }) => ({
      expression,
      blobs: some.length,
      modules: [...new Set(some.map(({ blob }) => blob.module))],
    })),
    texts: texts.map(textJson),
  };
}

/** The document of `licenses --revoke`. */
export function revokeDocument(report: RevokeReport): JsonDocument {
  return {
    ...document('licenses', report, [], { total: 0 }),
    licenses: [],
    texts: [],
    revoked: report.revoked ?? null,
  };
}

function rowJson(row: LicenseRow, hasText: boolean): Record<string, unknown> {
  const { license, licenseSha256, isAccepted, acceptedTime, isAllowed } = row;
  return {
    ...blobJson(row),
    'license-expression': license.expression,
    'license-source': license.source,
    ...(license.isDoubtful ? { 'license-doubtful': true } : {}),
    ...(license.file === undefined ? {} : { 'license-source-file': license.file }),
    'license-text': hasText,
    ...(licenseSha256 === undefined ? {} : { 'license-sha256': licenseSha256 }),
    ...(isAccepted === undefined ? {} : { accepted: isAccepted }),
    ...(acceptedTime === undefined ? {} : { 'accepted-time': acceptedTime }),
    ...(isAllowed === undefined ? {} : { allowed: isAllowed }),
  };
}

function textJson({ text, sha256, licenses, files, rows }: LicenseTextRow): unknown {
  return {
    sha256,
    licenses,
    files,
    blobs: rows.map(({ blob: { module, path }, license }) => ({
      module,
      path,
      'license-expression': license.expression,
    })),
    text,
  };
}
