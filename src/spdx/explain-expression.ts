// SPDX-License-Identifier: Apache-2.0
import { findMeantName } from '../core/closest-names.ts';
import { shorten } from '../core/text.ts';
import { MAX_EXPRESSION_CHARACTERS } from './expression.ts';

/** Throws for what is no SPDX expression, as spdx-expression-parse does. */
type Parse = (expression: string) => unknown;

/** What is wrong with an expression, and what may be meant. */
interface ExpressionProblem {
  /** In lower case, without a full stop. */
  readonly text: string;
  /** An identifier that SPDX lists. */
  readonly meant?: string;
  /** One thing to try; absent where nothing better is known than what an expression looks like. */
  readonly hint?: string;
}

/** The licences' names by their identifiers, as spdx-license-list has them. */
type LicenseNames = Readonly<Record<string, { readonly name: string }>>;

const MAX_SHOWN_CHARACTERS = 60;

// No identifier is longer, and comparing costs the product of both lengths.
const MAX_COMPARED_CHARACTERS = 60;

const MAX_SEARCHES = 200;

// Values of SPDX documents, where no expression stands. Near in spelling is only what is not meant.
const NO_LICENSE = /^(?:NONE|NOASSERTION)$/i;

const OPERATORS = new Set(['AND', 'OR', 'WITH']);
const NO_OPERATORS: readonly (readonly [RegExp, string])[] = [
  [/[/|]/, 'a slash or bar is no operator: write OR'],
  [/[,;]/, 'a comma or semicolon is no operator: write AND or OR'],
  [/&/, 'an ampersand is no operator: write AND'],
];

/** Says in words why an expression that the parser refuses is no SPDX licence expression. */
export type ExpressionExplainer = (expression: string) => ExpressionProblem;

/**
 * What explains expressions that `parse` refuses (SPDX 2.3, annex D): by the first thing that is wrong from the left.
 * It looks for what is meant a limited number of times, since each costs a look at all names.
 */
export function createExplainer(parse: Parse, licenses: LicenseNames): ExpressionExplainer {
  const suggest = createSuggester(parse, licenses);
  return (expression) => explain(expression, parse, suggest);
}

/** {@link createExplainer} of the expressions and licences that SPDX has. */
export async function loadExplainer(): Promise<ExpressionExplainer> {
  const { default: parse } = await import('spdx-expression-parse');
  const { default: licenses } = await import('spdx-license-list');
  return createExplainer(parse, licenses);
}

function explain(expression: string, parse: Parse, suggest: Suggester): ExpressionProblem {
  if (expression.length > MAX_EXPRESSION_CHARACTERS)
    return { text: `it is longer than ${MAX_EXPRESSION_CHARACTERS} characters` };
  if (expression.trim() === '') return { text: 'it is empty' };
  if (/[^\S ]/.test(expression))
    return { text: 'only spaces may stand between its words, no tabs or line ends' };
  const tokens = expression.match(/[()]|[^\s()]+/g) ?? [];
  const state: State = { parse, depth: 0 };
  for (const token of tokens) {
    const text = step(token, state);
    if (text !== undefined) return { text, ...advise(token, expression, suggest) };
    state.previous = token;
  }
  if (awaitsLicense(state.previous)) return { text: `it ends after ${shown(state.previous)}` };
  return { text: state.depth > 0 ? 'a "(" is not closed' : 'its parts do not fit together' };
}

function advise(
  word: string,
  expression: string,
  suggest: Suggester,
): Pick<ExpressionProblem, 'meant' | 'hint'> {
  if (NO_LICENSE.test(word))
    return {
      hint: `${word.toUpperCase()} is no licence expression here: leave it out, or name the licence`,
    };
  const meant = suggest(word, expression);
  return meant === undefined ? {} : { meant, hint: `did you mean ${meant}?` };
}

interface State {
  readonly parse: Parse;
  /** How many parentheses are open. */
  depth: number;
  previous?: string;
}

/** What is wrong with `token` where it stands; changes `state`. */
function step(token: string, state: State): string | undefined {
  const { previous } = state;
  const operator = toOperator(token);
  if (operator !== undefined || token === ')') {
    if (previous === undefined) return `it begins with ${shown(token)}`;
    if (awaitsLicense(previous))
      return `${shown(token)} follows ${shown(previous)}, where a licence should stand`;
    if (token !== ')') return undefined;
    state.depth -= 1;
    return state.depth < 0 ? 'a ")" closes nothing' : undefined;
  }
  const isException = toOperator(previous ?? '') === 'WITH';
  if (!isException && token !== '(') {
    const problem = findWordProblem(token, state.parse);
    if (problem !== undefined) return problem;
  }
  if (previous !== undefined && !awaitsLicense(previous))
    return `AND or OR is missing before ${token === '(' ? '"("' : shown(token)}`;
  if (token === '(') state.depth += 1;
  const isKnown = !isException || passes(state.parse, `MIT WITH ${token}`);
  return isKnown ? undefined : `unknown exception ${shown(token)} after WITH`;
}

function findWordProblem(word: string, parse: Parse): string | undefined {
  if (passes(parse, word)) return undefined;
  if (/^\+/.test(word)) return 'a space stands before "+"';
  const [, advice] = NO_OPERATORS.find(([pattern]) => pattern.test(word)) ?? [];
  if (advice !== undefined) return advice;
  if (/^(?:DocumentRef|LicenseRef)-/.test(word))
    return `in ${shown(word)}, only letters, digits, "-" and "." may stand behind "LicenseRef-"`;
  if (/^licenseref-/i.test(word)) return `${shown(word)} should begin with "LicenseRef-", as case counts`;
  return `unknown identifier ${shown(word)}`;
}

/** What a word, or the whole expression where it is the name of one licence, probably stands for. */
type Suggester = (word: string, expression: string) => string | undefined;

function createSuggester(parse: Parse, licenses: LicenseNames): Suggester {
  let ids: readonly string[] | undefined;
  const spellings = new Map<string, string>();
  let searches = 0;
  const find = (text: string): string | undefined => {
    if (text.length > MAX_COMPARED_CHARACTERS || passes(parse, text)) return undefined;
    const same = spellings.get(text.toLowerCase());
    // Of three letters, another licence is too near.
    if (same !== undefined || text.length <= 3 || !/^[\w .+-]+$/.test(text)) return same;
    searches += 1;
    return searches > MAX_SEARCHES ? undefined : findMeantName(text, ids ?? []);
  };
  return (word, expression) => {
    // The two lists may be of different years.
    ids ??= Object.keys(licenses).filter((id) => passes(parse, id));
    if (spellings.size === 0) {
      for (const id of ids) spellings.set((licenses[id]?.name ?? id).toLowerCase(), id);
      for (const id of ids) spellings.set(id.toLowerCase(), id);
    }
    const isOne = !/[()/|,;&]|\s(?:AND|OR|WITH)\s/i.test(expression);
    return (isOne ? find(expression.trim()) : undefined) ?? find(word);
  };
}

function passes(parse: Parse, expression: string): boolean {
  try {
    parse(expression);
    return true;
  } catch {
    return false;
  }
}

function toOperator(token: string): string | undefined {
  const upper = token.toUpperCase();
  return OPERATORS.has(upper) ? upper : undefined;
}

function awaitsLicense(previous: string | undefined): boolean {
  return previous === undefined || previous === '(' || toOperator(previous) !== undefined;
}

function shown(token: string | undefined): string {
  const text = token ?? '';
  return toOperator(text) ?? `"${shorten(text, MAX_SHOWN_CHARACTERS)}"`;
}
