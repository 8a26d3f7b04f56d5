// SPDX-License-Identifier: Apache-2.0
import { NOASSERTION } from '../core/license.ts';
import type { LicenseRow } from '../core/license-report.ts';

/** The blobs of one licence expression. */
export interface LicenseGroup {
  readonly expression: string;
  readonly rows: readonly LicenseRow[];
}

/** The rows by their licence expression, which is sorted; those of which nothing is known last. */
export function groupByLicense(rows: readonly LicenseRow[]): LicenseGroup[] {
  const groups = new Map<string, LicenseRow[]>();
  for (const row of rows) {
    const same = groups.get(row.license.expression) ?? [];
    same.push(row);
    groups.set(row.license.expression, same);
  }
  return [...groups]
    .map(([expression, some]) => ({ expression, rows: some }))
    .sort((a, b) => rank(a) - rank(b) || (a.expression < b.expression ? -1 : 1));
}

function rank({ expression }: LicenseGroup): number {
  return expression === NOASSERTION ? 1 : 0;
}

/** Counts of blobs, and under `licenses` of different licence expressions. */
export function licensesSummary(rows: readonly LicenseRow[]): Record<string, number> {
  const number = (test: (row: LicenseRow) => boolean): number => rows.filter(test).length;
  const unknown = number(({ license }) => license.expression === NOASSERTION);
  const isJudged = rows.some(({ isAllowed }) => isAllowed !== undefined);
  return {
    total: rows.length,
    licenses: groupByLicense(rows).length - (unknown > 0 ? 1 : 0),
    unknown,
    'click-through': number(({ isAccepted }) => isAccepted !== undefined),
    accepted: number(({ isAccepted }) => isAccepted === true),
    ...(isJudged ? { 'not-allowed': number(({ isAllowed }) => isAllowed === false) } : {}),
  };
}
