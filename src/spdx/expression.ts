// SPDX-License-Identifier: Apache-2.0

/** The parser recurses for each parenthesis; no real expression comes near this. */
export const MAX_EXPRESSION_CHARACTERS = 2_000;

/** One licence of an expression, with what is added to it. */
export interface LicenseTerm {
  /** An identifier that SPDX lists, `LicenseRef-…` or `DocumentRef-…:LicenseRef-…`. */
  readonly license: string;
  /** Whether later versions of it are meant, too. */
  readonly plus?: boolean;
  /** What follows `WITH`. */
  readonly exception?: string;
}

/** An SPDX licence expression (SPDX 2.3, annex D), as spdx-expression-parse gives it. */
export type Expression =
  | LicenseTerm
  | { readonly left: Expression; readonly conjunction: 'and' | 'or'; readonly right: Expression };

/**
 * The expression that `text` is; undefined for anything else, NONE and NOASSERTION among it. White space of all kinds
 * counts as blanks, and an identifier may be written in another case than SPDX lists it in.
 */
export async function findExpression(text: string): Promise<Expression | undefined> {
  if (text.length > MAX_EXPRESSION_CHARACTERS) return undefined;
  const { default: parse } = await import('spdx-expression-parse');
  const find = (spelling: string): Expression | undefined => {
    try {
      return parse(spelling) as Expression;
    } catch {
      return undefined;
    }
  };
  const plain = text.replace(/\s+/g, ' ').trim();
  return find(plain) ?? find(await withListedSpelling(plain));
}

let spellings: ReadonlyMap<string, string> | undefined;

async function withListedSpelling(text: string): Promise<string> {
  const { default: list } = await import('spdx-license-list');
  const known = spellings ?? new Map(Object.keys(list).map((id) => [id.toLowerCase(), id]));
  spellings = known;
  return text.replace(/[A-Za-z0-9.-]+/g, (word) => known.get(word.toLowerCase()) ?? word);
}

/** All licences of an expression, from the left, as often as they stand there. */
export function* termsOf(expression: Expression): Generator<LicenseTerm> {
  if ('license' in expression) {
    yield expression;
    return;
  }
  yield* termsOf(expression.left);
  yield* termsOf(expression.right);
}

/** The text of an expression, with parentheses only where they change its meaning. */
export function expressionText(expression: Expression): string {
  if ('license' in expression) {
    const { license, plus, exception } = expression;
    return `${license}${plus ? '+' : ''}${exception === undefined ? '' : ` WITH ${exception}`}`;
  }
  const { left, conjunction, right } = expression;
  if (conjunction === 'or') return `${expressionText(left)} OR ${expressionText(right)}`;
  return `${operandText(left)} AND ${operandText(right)}`;
}

/** AND binds tighter than OR. */
function operandText(expression: Expression): string {
  const text = expressionText(expression);
  return 'conjunction' in expression && expression.conjunction === 'or' ? `(${text})` : text;
}

/** One expression that says that all of these hold, each once; undefined for none. */
export function allOf(expressions: readonly Expression[]): Expression | undefined {
  const [first, ...others] = [...new Map(expressions.map((one) => [expressionText(one), one])).values()];
  if (first === undefined) return undefined;
  return others.reduce<Expression>((left, right) => ({ left, conjunction: 'and', right }), first);
}
