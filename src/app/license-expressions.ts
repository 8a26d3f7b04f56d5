// SPDX-License-Identifier: Apache-2.0
import { NOASSERTION } from '../core/license.ts';
import type { Issue } from '../core/report.ts';
import { shorten } from '../core/text.ts';
import { type ExpressionExplainer, loadExplainer } from '../spdx/explain-expression.ts';
import { type Expression, findExpression, termsOf } from '../spdx/expression.ts';
import type { SourcePosition } from '../yaml/document-view.ts';

const MAX_SHOWN_CHARACTERS = 80;

/** Who wrote an expression, and where. */
export interface ExpressionPlace extends Pick<Issue, 'module' | 'path' | 'file' | 'line' | 'column'> {
  /** What the expression is, as the beginning of a sentence. */
  readonly what: string;
  /** Where exactly it stands, looked up where it matters; undefined where that is not known. */
  readonly locate?: () => Promise<Partial<SourcePosition> | undefined>;
}

/** Reads what modules say of licences, and warns of what is no SPDX expression: once for each text in a file or entry. */
export class LicenseExpressions {
  readonly issues: Issue[] = [];
  readonly #refused = new Set<string>();
  #explain: Promise<ExpressionExplainer> | undefined;

  /** The expression that `text` is; undefined for anything else. NOASSERTION says nothing, so nothing is said of it. */
  async find(text: string, place: ExpressionPlace): Promise<Expression | undefined> {
    const expression = await findExpression(text);
    // Nobody has the document that it names.
    const isForeign =
      expression !== undefined &&
      [...termsOf(expression)].some(({ license }) => license.startsWith('DocumentRef-'));
    if (expression !== undefined && !isForeign) return expression;
    const key = JSON.stringify([place.file, place.path, text]);
    if (text.trim() === NOASSERTION || this.#refused.has(key)) return undefined;
    this.#refused.add(key);
    this.#explain ??= loadExplainer();
    const explain = await this.#explain;
    const position = await place.locate?.();
    this.#warn(
      { ...place, ...position },
      text,
      isForeign ? { text: '"DocumentRef-" names another document' } : explain(text),
    );
    return undefined;
  }

  /** Warns that what a file says of licences does not count, once for each file. */
  refuse({ what, locate: _, ...where }: ExpressionPlace, fact: string): void {
    const key = JSON.stringify([where.file, fact]);
    if (this.#refused.has(key)) return;
    this.#refused.add(key);
    this.issues.push({
      severity: 'warning',
      code: 'BLOBS_BAD_LICENSE_EXPRESSION',
      message: `${what} cannot be understood, and does not count`,
      facts: [fact],
      ...where,
    });
  }

  #warn(
    { what, locate: _, ...where }: ExpressionPlace,
    text: string,
    problem: ReturnType<ExpressionExplainer>,
  ): void {
    const { text: fact, hint } = problem;
    this.issues.push({
      severity: 'warning',
      code: 'BLOBS_BAD_LICENSE_EXPRESSION',
      message: `${what} is not an SPDX licence expression, and does not count: "${shorten(text, MAX_SHOWN_CHARACTERS)}"`,
      facts: [fact],
      ...(hint === undefined ? {} : { hint }),
      ...where,
    });
  }
}
