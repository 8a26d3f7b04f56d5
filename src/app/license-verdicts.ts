// SPDX-License-Identifier: Apache-2.0

import { blobLabel } from '../core/blob.ts';
import type { BlobLicense } from '../core/license.ts';
import type { LicenseRow } from '../core/license-report.ts';
import { findPathBelow } from '../core/path-below.ts';
import type { Issue } from '../core/report.ts';
import { count } from '../core/text.ts';
import {
  type Expression,
  expressionText,
  findExpression,
  type LicenseTerm,
  termsOf,
} from '../spdx/expression.ts';
import { isAllowed, isDenied, isNamed } from '../spdx/license-list.ts';

/** What licences must be, or must not be; a list that is absent asks for nothing. */
interface LicenseLists {
  readonly allow?: readonly LicenseTerm[];
  readonly deny?: readonly LicenseTerm[];
}

/**
 * The rows with what the lists say of each, and an issue for each that fails. Of whose licence nothing is known, or
 * something that cannot be understood is said, fails both lists.
 */
export async function judgeLicenses(
  rows: readonly LicenseRow[],
  lists: LicenseLists,
): Promise<{ readonly rows: readonly LicenseRow[]; readonly issues: readonly Issue[] }> {
  if (lists.allow === undefined && lists.deny === undefined) return { rows, issues: [] };
  const verdicts = new Map<string, readonly string[]>();
  for (const { license } of rows) {
    const key = keyOf(license);
    if (verdicts.has(key)) continue;
    const isKnown = license.isDoubtful !== true;
    verdicts.set(key, judge(isKnown ? await findExpression(license.expression) : undefined, lists));
  }
  const judged = rows.map((row): LicenseRow => {
    return { ...row, isAllowed: verdicts.get(keyOf(row.license))?.length === 0 };
  });
  const failures = judged.flatMap((row) =>
    (verdicts.get(keyOf(row.license)) ?? []).map((verdict) => failure(row, verdict)),
  );
  return {
    rows: judged,
    issues: [...failures, ...(lists.deny === undefined ? [] : unnamedWarning(judged))],
  };
}

function keyOf({ expression, isDoubtful = false }: BlobLicense): string {
  return isDoubtful ? `? ${expression}` : expression;
}

/** What is wrong with an expression, as the end of a sentence, one for each list; empty where it passes. */
function judge(expression: Expression | undefined, { allow, deny }: LicenseLists): string[] {
  if (expression === undefined) return ['is unknown'];
  return [
    ...(allow === undefined || isAllowed(expression, allow)
      ? []
      : [`is not allowed: ${named(expression, (term) => !isAllowed(term, allow))}`]),
    ...(deny === undefined || !isDenied(expression, deny)
      ? []
      : [`is denied: ${named(expression, (term) => isNamed(term, deny))}`]),
  ];
}

function named(expression: Expression, test: (term: LicenseTerm) => boolean): string {
  return [...new Set([...termsOf(expression)].filter(test).map(expressionText))].join(', ');
}

function failure({ blob, license }: LicenseRow, verdict: string): Issue {
  const { module, path, licensePath, moduleDirectory } = blob;
  const { expression, file, isDoubtful } = license;
  const found = file === undefined ? undefined : findPathBelow(moduleDirectory, file);
  return {
    severity: 'error',
    code: 'BLOBS_LICENSE_NOT_ALLOWED',
    message: `the licence of ${blobLabel(blob)} ${verdict}`,
    facts: [
      ...(isDoubtful ? ['what is said of it first cannot be understood'] : []),
      ...(verdict.endsWith(`: ${expression}`) || found === undefined ? [] : [`it is ${expression}`]),
      found === undefined ? `there is none in ${licensePath}` : `found in ${found}`,
    ],
    module,
    path,
  };
}

/** A text that SPDX does not list can be nearly that of a denied licence. */
function unnamedWarning(rows: readonly LicenseRow[]): Issue[] {
  const unnamed = rows.filter(
    ({ license, isAllowed: passes }) => passes && license.source === 'license-file',
  );
  if (unnamed.length === 0) return [];
  const message = `${count(unnamed.length, 'blob has a licence', 'blobs have licences')} that SPDX does not list: --deny cannot tell what is in the text`;
  const hint = 'read it, and name what is accepted with --allow';
  return [{ severity: 'warning', code: 'BLOBS_LICENSE_NOT_ALLOWED', message, hint }];
}
