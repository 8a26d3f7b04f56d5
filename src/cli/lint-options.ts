// SPDX-License-Identifier: Apache-2.0
import { InvalidArgumentError } from 'commander';
import { closestNames } from '../core/closest-names.ts';
import { ALL_RULES, findRule } from '../lint/rules.ts';
import type { RuleLevel, RuleLevels } from '../lint/severities.ts';

const LEVELS: readonly RuleLevel[] = ['off', 'info', 'warning', 'error'];

/** For `--rule ID=LEVEL`, which may be given several times; of two for one rule the last counts. */
export function ruleLevel(value: string, previous: RuleLevels | undefined): RuleLevels {
  const [, id = '', word = ''] = /^([^=]*)=(.*)$/s.exec(value) ?? [];
  const level = LEVELS.find((one) => one === word);
  if (level === undefined) throw new InvalidArgumentError(`It must be RULE=${LEVELS.join('|')}.`);
  if (knownRule(id).isFixed && level !== 'error')
    throw new InvalidArgumentError(`"${id}" is always an error: no command can use such a file.`);
  return new Map([...(previous ?? []), [id, level]]);
}

/** For an option that takes a rule's id. */
export function knownRule(id: string): (typeof ALL_RULES)[number] {
  const rule = findRule(id);
  if (rule) return rule;
  const ids = ALL_RULES.map((one) => one.id);
  const hint = `Did you mean ${closestNames(id, ids, 2).join(' or ')}? See "blobs lint --list-rules".`;
  throw new InvalidArgumentError(`There is no rule "${id}". ${hint}`);
}
