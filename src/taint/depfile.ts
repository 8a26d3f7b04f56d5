// SPDX-License-Identifier: Apache-2.0

/** A rule of make: what is made, and of what. */
export interface DependencyRule {
  readonly targets: readonly string[];
  readonly dependencies: readonly string[];
}

/**
 * The rules of a dependency file as compilers and linkers write it, in make's syntax: `\` before a line end continues the
 * line, before a space or `#` it is an escape, `$$` is a dollar sign. Recipes, comments and assignments are left out.
 */
export function parseDepfile(text: string): DependencyRule[] {
  const rules: DependencyRule[] = [];
  for (const line of joinLines(text)) {
    if (line.startsWith('\t') || /^\s*(?:#|$)/.test(line)) continue;
    const colon = findColon(line);
    if (colon === -1) continue;
    const targets = splitWords(line.slice(0, colon));
    // After "::" or "&:" there is a rule all the same; ":=" is an assignment.
    const rest = line.slice(colon + 1).replace(/^:/, '');
    if (targets.length === 0 || rest.startsWith('=')) continue;
    rules.push({
      targets,
      dependencies: splitWords(rest).filter((word) => word !== '|'),
    });
  }
  return rules;
}

function joinLines(text: string): string[] {
  return text.replace(/\\\r?\n/g, ' ').split(/\r?\n/);
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
