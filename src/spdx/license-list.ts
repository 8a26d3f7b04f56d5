// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../core/errors.ts';
import { shorten } from '../core/text.ts';
import { toCurrentTerm } from './deprecated-licenses.ts';
import { loadExplainer } from './explain-expression.ts';
import { type Expression, expressionText, findExpression, type LicenseTerm, termsOf } from './expression.ts';

const MAX_SHOWN_CHARACTERS = 80;

/**
 * The licences that `texts` name: SPDX expressions whose licences are joined by OR.
 *
 * @throws BlobsError `BLOBS_USAGE` for anything else; `option` is named in it.
 */
export async function parseLicenseList(option: string, texts: readonly string[]): Promise<LicenseTerm[]> {
  const terms: LicenseTerm[] = [];
  for (const text of texts) {
    const expression = await findExpression(text);
    if (expression === undefined) throw await notUnderstood(option, text);
    assertAlternatives(option, expression);
    terms.push(...termsOf(expression));
  }
  return terms;
}

async function notUnderstood(option: string, text: string): Promise<BlobsError> {
  const explain = await loadExplainer();
  const isUnknown = /^(?:NOASSERTION|NONE)$/i.test(text.trim());
  const { text: fact, meant } = isUnknown
    ? { text: `of a blob with ${text.trim().toUpperCase()} no licence is known, so none can be named` }
    : explain(text);
  return new BlobsError(
    'BLOBS_USAGE',
    `${option}: not an SPDX licence expression: "${shorten(text, MAX_SHOWN_CHARACTERS)}"`,
    {
      facts: [fact],
      hint: meant === undefined ? 'for example "Apache-2.0 OR BSD-3-Clause"' : `did you mean ${meant}?`,
    },
  );
}

function assertAlternatives(option: string, expression: Expression): void {
  if ('license' in expression) return;
  if (expression.conjunction === 'and') {
    const shown = shorten(expressionText(expression), MAX_SHOWN_CHARACTERS);
    throw new BlobsError('BLOBS_USAGE', `${option}: it is a list of licences, without AND: "${shown}"`, {
      hint: 'join the licences by OR: a blob that needs several of them passes or fails by each',
    });
  }
  assertAlternatives(option, expression.left);
  assertAlternatives(option, expression.right);
}

/**
 * Whether a choice that `expression` leaves needs none but the licences of `allowed`: of OR one side, of AND both. A term
 * with WITH is another licence than the one without. Takes time in proportion to the product of both lengths.
 */
export function isAllowed(expression: Expression, allowed: readonly LicenseTerm[]): boolean {
  return holds(expression, 'or', (term) =>
    allowed.some((one) => exceptionOf(one) === exceptionOf(term) && versionsMeet(one, term)),
  );
}

/**
 * Whether every choice that `expression` leaves needs a licence of `denied`: of OR both sides, of AND one. A denied licence
 * is denied with every exception; one with WITH, with this one alone.
 */
export function isDenied(expression: Expression, denied: readonly LicenseTerm[]): boolean {
  return holds(expression, 'and', (term) => isNamed(term, denied));
}

/** Whether one of the licences is denied. */
export function isNamed(term: LicenseTerm, denied: readonly LicenseTerm[]): boolean {
  const exception = exceptionOf(term);
  return denied.some((one) => (exceptionOf(one) ?? exception) === exception && versionsMeet(one, term));
}

/** `either`: the conjunction of which one side is enough. */
function holds(expression: Expression, either: 'and' | 'or', test: (term: LicenseTerm) => boolean): boolean {
  if ('license' in expression) return test(expression);
  const { left, conjunction, right } = expression;
  return conjunction === either
    ? holds(left, either, test) || holds(right, either, test)
    : holds(left, either, test) && holds(right, either, test);
}

/** The versions of a licence that a term stands for. */
interface Versions {
  /** The identifier without its version. */
  readonly name: string;
  readonly version: readonly number[];
  readonly isOpen: boolean;
}

/** Whether both stand for the same licence in a version that both mean: `GPL-2.0-or-later` meets `GPL-3.0-only`. */
function versionsMeet(a: LicenseTerm, b: LicenseTerm): boolean {
  const first = versionsOf(a);
  const second = versionsOf(b);
  if (first.name !== second.name) return false;
  const order = compareVersions(first.version, second.version);
  if (order === 0) return true;
  return order < 0 ? first.isOpen : second.isOpen;
}

function exceptionOf(term: LicenseTerm): string | undefined {
  return toCurrentTerm(term).exception;
}

/** Deprecated spellings are what they stand for: GPL-2.0 is GPL-2.0-only, GPL-2.0+ is GPL-2.0-or-later. */
function versionsOf(term: LicenseTerm): Versions {
  const { license, plus = false } = toCurrentTerm(term);
  if (license.includes('LicenseRef-')) return { name: license, version: [], isOpen: false };
  const plain = license.replace(/-(?:only|or-later)$/, '');
  const isOpen = plus || license.endsWith('-or-later');
  const [, name, version] = /^(.+)-(\d+(?:\.\d+)*)$/.exec(plain) ?? [];
  if (name === undefined || version === undefined) return { name: plain, version: [], isOpen };
  return { name, version: version.split('.').map(Number), isOpen };
}

function compareVersions(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
