// SPDX-License-Identifier: Apache-2.0
import { closestNames } from '../core/closest-names.ts';
import { BlobsError } from '../core/errors.ts';
import type { RuleTexts } from '../lint/rule.ts';
import { ALL_RULES, findRule } from '../lint/rules.ts';
import type { RuleLevel, RuleLevels } from '../lint/severities.ts';

const LEVELS: readonly RuleLevel[] = ['off', 'info', 'warning', 'error'];

/**
 * What `--rule ID=LEVEL` options say together; of two for one rule the last counts.
 *
 * @throws BlobsError `BLOBS_USAGE`.
 */
export function parseRuleLevels(values: readonly string[]): RuleLevels {
  return new Map(values.map(parseRuleLevel));
}

function parseRuleLevel(value: string): [id: string, level: RuleLevel] {
  const [, id = '', word = ''] = /^([^=]*)=(.*)$/s.exec(value) ?? [];
  const level = LEVELS.find((one) => one === word);
  if (level === undefined)
    throw new BlobsError('BLOBS_USAGE', `--rule ${value}: it must be RULE=${LEVELS.join('|')}`);
  const rule = parseRule('--rule', id);
  if (rule.isFixed && level !== 'error') {
    const message = `--rule ${value}: "${id}" is always an error, since no command can use such a file`;
    throw new BlobsError('BLOBS_USAGE', message);
  }
  return [id, level];
}

/**
 * The rule that an option names.
 *
 * @throws BlobsError `BLOBS_USAGE`, with the names that are spelt most like it.
 */
export function parseRule(option: string, id: string): RuleTexts {
  const rule = findRule(id);
  if (rule) return rule;
  const ids = ALL_RULES.map((one) => one.id);
  throw new BlobsError('BLOBS_USAGE', `${option}: there is no rule "${id}"`, {
    hint: `did you mean ${closestNames(id, ids, 2).join(' or ')}? "blobs lint --list-rules" lists all`,
  });
}
