// SPDX-License-Identifier: Apache-2.0
import { UnreadableError } from './build-budget.ts';

/** What no compiler writes in a line, with those that continue it. */
const MAX_LINE_CHARACTERS = 16 * 2 ** 20;

/** A rule of make: what is made, and of what. */
export interface DependencyRule {
  readonly targets: readonly string[];
  readonly dependencies: readonly string[];
}

/**
 * The rules of a dependency file as compilers and linkers write it, in make's syntax: `\` before a line end continues the
 * line, before a space or `#` it is an escape, `$$` is a dollar sign. Recipes, comments and assignments are left out.
 *
 * @throws UnreadableError for a line that is too long
 */
export function* parseDepfile(text: string): Generator<DependencyRule> {
  for (const line of logicalLines(text)) {
    if (line.startsWith('\t') || /^\s*(?:#|$)/.test(line)) continue;
    const colon = findColon(line);
    if (colon === -1) continue;
    const targets = splitWords(line.slice(0, colon));
    // After "::" or "&:" there is a rule all the same; ":=" is an assignment.
    const rest = line.slice(colon + 1).replace(/^:/, '');
    if (targets.length === 0 || rest.startsWith('=')) continue;
    yield { targets, dependencies: splitWords(rest).filter((word) => word !== '|') };
  }
}

/** The lines of `text`, those that a `\` continues as one. @throws as {@link parseDepfile} */
export function* logicalLines(text: string): Generator<string> {
  let before = '';
  for (let at = 0; at <= text.length; ) {
    const end = text.indexOf('\n', at);
    const line = text.slice(at, end === -1 ? text.length : end).replace(/\r$/, '');
    at = end === -1 ? text.length + 1 : end + 1;
    const isContinued = end !== -1 && line.endsWith('\\');
    before += isContinued ? `${line.slice(0, -1)} ` : line;
    if (before.length > MAX_LINE_CHARACTERS) throw new UnreadableError('a line is too long');
    if (isContinued) continue;
    yield before;
    before = '';
  }
  if (before !== '') yield before;
}

/** The colon after the targets; that of a drive letter is none. */
function findColon(line: string): number {
  const found = /:(?=[\s:;=]|$)/.exec(line);
  return found?.index ?? -1;
}

const WORD = /(?:\\[\s#:\\]|\$\$|\S)+/g;

function splitWords(text: string): string[] {
  return (text.match(WORD) ?? []).map((word) =>
    word.replace(/\\([\s#:])|\$\$/g, (_all, escaped?: string) => escaped ?? '$'),
  );
}
