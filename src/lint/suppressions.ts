// SPDX-License-Identifier: Apache-2.0
import { shorten } from '../core/text.ts';
import type { ItemLines, YamlDocument } from '../yaml/yaml-document.ts';
import type { RuleTexts } from './rule.ts';

const COMMENT = /^#+\s*blobs-lint-disable\b(.*)$/s;
const RULE_AND_REASON = /^\s+([a-z0-9-]+)\s*:\s*(\S.*)$/s;
const MAX_SHOWN_CHARACTERS = 60;

/** The rules about suppressions themselves; no comment suppresses those. */
export const SUPPRESSION_RULES: readonly RuleTexts[] = [
  {
    id: 'bad-suppression',
    severity: 'warning',
    checks: '`# blobs-lint-disable RULE: reason` names a rule and gives a reason',
    why: 'A finding that is hidden for no stated reason is one that nobody will look at again.',
    mend: 'Write "# blobs-lint-disable RULE: reason" on a line of its own above the entry.',
  },
  {
    id: 'unused-suppression',
    severity: 'warning',
    checks: 'a `# blobs-lint-disable` comment hides a finding',
    why: 'What was mended needs no excuse any more, and one that stays will hide the next defect.',
    mend: 'Remove the comment, or put it above the entry that it is meant for.',
  },
];

/** A comment that hides the findings of one rule, in one entry or, where `entry` is undefined, about the whole file. */
export interface Suppression {
  readonly rule: string;
  readonly entry: number | undefined;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
}

/** A comment that means to suppress something and does not. */
export interface BadSuppression {
  readonly problem: string;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
}

/**
 * The suppressions of a module.yml. A comment belongs to the entry in whose lines it stands, or else to the next one
 * ({@link ownerFinder}); those that stand before or after `blobs:` and its entries are about the whole file.
 */
export function findSuppressions(
  document: YamlDocument,
  isRule: (id: string) => boolean,
): { readonly good: Suppression[]; readonly bad: BadSuppression[] } {
  const good: Suppression[] = [];
  const bad: BadSuppression[] = [];
  if (!document.text.includes('blobs-lint-disable')) return { good, bad };
  const findOwner = ownerFinder(document);
  for (const { text, line, column } of document.comments()) {
    const [, rest] = COMMENT.exec(text) ?? [];
    if (rest === undefined) continue;
    const [, rule, reason] = RULE_AND_REASON.exec(rest) ?? [];
    const problem =
      rule === undefined || reason === undefined
        ? 'the comment must read "blobs-lint-disable RULE: reason"'
        : isRule(rule)
          ? undefined
          : `there is no rule "${shorten(rule, MAX_SHOWN_CHARACTERS)}"`;
    if (problem !== undefined) bad.push({ problem, line, column });
    else good.push({ rule: rule ?? '', entry: findOwner({ line, column }), line, column });
  }
  return { good, bad };
}

/**
 * Finds the index of the entry to which something at a place belongs: the one in whose lines it stands, the one before
 * it if it is indented like what is in that, or else the next one. Undefined for what is about the whole file.
 */
export function ownerFinder(
  document: YamlDocument,
): (place: { readonly line: number; readonly column: number }) => number | undefined {
  const items = document.itemLines(['blobs']);
  const { line: keyLine } = document.positionOfKey(['blobs']);
  return ({ line, column }) => {
    const before = lastBegunBy(items, line);
    const item = items[before];
    if (item && (line <= item.last || column >= item.column)) return before;
    return line >= keyLine && before + 1 < items.length ? before + 1 : undefined;
  };
}

/** The index of the last of `items`, which are in the order of their lines, that begins in `line` or before; else -1. */
function lastBegunBy(items: readonly ItemLines[], line: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.first ?? 0) <= line) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
