// SPDX-License-Identifier: Apache-2.0
import { READING_RULES } from './reading-rules.ts';
import type { Rule, RuleTexts } from './rule.ts';
import { licenseExpression } from './rules/license-expression.ts';
import { SUPPRESSION_RULES } from './suppressions.ts';

/** What the engine runs, in the order of the things that a reviewer looks at. */
export const RULES: readonly Rule[] = [licenseExpression];

/** Everything that lint can find, in the order in which it is listed. */
export const ALL_RULES: readonly RuleTexts[] = [...READING_RULES, ...RULES, ...SUPPRESSION_RULES];

const BY_ID = new Map(ALL_RULES.map((rule) => [rule.id, rule]));

/** The rule of that name. */
export function findRule(id: string): RuleTexts | undefined {
  return BY_ID.get(id);
}
