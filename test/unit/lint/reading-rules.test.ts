// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { findReadingRule } from '../../../src/lint/reading-rules.ts';
import { readYaml } from '../../../src/yaml/read-yaml.ts';

it.each([
  ['a: 1\na: 2', 'duplicate-key'],
  ['"x\\ny": 1\n"x\\ny": 2', 'duplicate-key'],
  ['a: [', 'yaml-syntax'],
  ['a: *unknown', 'yaml-syntax'],
  ['', 'yaml-syntax'],
])('%j is found by %s', (text, id) => {
  const { issues } = readYaml('/m/zephyr/module.yml', Buffer.from(text));
  expect(issues.map((issue) => findReadingRule(issue)?.id)).toEqual([id]);
});
