// SPDX-License-Identifier: Apache-2.0

import { posix } from 'node:path';
import type { LicenseRow, RevokeReport } from '../core/license-report.ts';
import { findPathBelow } from '../core/path-below.ts';
import { count, escapeControls } from '../core/text.ts';
import type { Colors } from './colors.ts';
import { groupByLicense, licensesSummary } from './license-groups.ts';

/** A line for each blob, for scripts: module, path, where it was found, acceptance, and the expression, which has blanks. */
export function licenseLines(rows: readonly LicenseRow[]): string {
  return rows
    .map(({ blob, license, isAccepted }) => {
      const acceptance = isAccepted === undefined ? '-' : isAccepted ? 'accepted' : 'unaccepted';
      const words = [blob.module, blob.path, license.source, acceptance, license.expression];
      return `${words.map(escapeControls).join(' ')}\n`;
    })
    .join('');
}

/** Groups by licence for a person: under each, where it was found and for which blobs. */
export function licenseGroupsText(rows: readonly LicenseRow[], colors: Colors): string {
  return groupByLicense(rows)
    .map(({ expression, rows: some }) => {
      const title = `${colors.bold(escapeControls(expression))}  ${colors.dim(count(some.length, 'blob'))}`;
      const lines = new Map<string, LicenseRow[]>();
      for (const row of some) {
        const line = `${whereFound(row)}${acceptanceText(row)}`;
        const same = lines.get(line) ?? [];
        same.push(row);
        lines.set(line, same);
      }
      return [
        title,
        ...[...lines].flatMap(([line, same]) => [
          `  ${line}`,
          ...same.map((row) => `    ${colors.dim(escapeControls(row.blob.path))}`),
        ]),
        '',
      ].join('\n');
    })
    .join('\n');
}

/** Module, and the file that says so. */
function whereFound({ blob, license }: LicenseRow): string {
  const file =
    license.file === undefined
      ? posix.normalize(blob.licensePath)
      : (findPathBelow(blob.moduleDirectory, license.file) ?? license.file);
  const path = escapeControls(file);
  return `${escapeControls(blob.module)}: ${SOURCES[license.source](path)}`;
}

const SOURCES: Readonly<Record<LicenseRow['license']['source'], (path: string) => string>> = {
  'module-yml': (path) => `"license" in ${path}`,
  tag: (path) => `tag in ${path}`,
  'side-file': (path) => path,
  'reuse-toml': (path) => path,
  dep5: (path) => path,
  'licenses-directory': (path) => path,
  text: (path) => `the text of ${path}`,
  'license-file': (path) => `${path}, which SPDX does not list`,
  none: (path) => `no licence in ${path}`,
};

/** With the digest, which `--revoke` and `--accept-license` want. */
function acceptanceText({ isAccepted, acceptedTime, licenseSha256 }: LicenseRow): string {
  if (isAccepted === undefined) return '';
  const digest = licenseSha256 === undefined ? '' : `, SHA-256 ${licenseSha256}`;
  const [date = ''] = isAccepted ? (acceptedTime ?? '').split('T') : [];
  const answer = isAccepted ? 'accepted' : 'not accepted';
  return `; click-through: ${answer}${date === '' ? '' : ` ${escapeControls(date)}`}${digest}`;
}

/** The line that ends it. */
export function licensesSummaryText(rows: readonly LicenseRow[]): string {
  const { total = 0, licenses = 0, unknown = 0, ...rest } = licensesSummary(rows);
  const clickThrough = rest['click-through'] ?? 0;
  const refused = rest['not-allowed'];
  return `${[
    `${count(total, 'blob')} under ${count(licenses, 'licence')}`,
    ...(unknown > 0 ? [`${unknown} of unknown licence`] : []),
    ...(clickThrough > 0 ? [`${clickThrough} click-through (${rest['accepted'] ?? 0} accepted)`] : []),
    ...(refused === undefined ? [] : [`${refused} not allowed`]),
  ].join(', ')}\n`;
}

/** What was forgotten. */
export function revokeText({ revoked }: RevokeReport): string {
  if (revoked === undefined) return '';
  const { sha256, module, path, time } = revoked;
  return `forgotten: ${sha256} (${escapeControls(path)} of ${escapeControls(module)}, accepted ${escapeControls(time)})\n`;
}
