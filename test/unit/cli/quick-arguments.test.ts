// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { findQuickArguments } from '../../../src/cli/quick-arguments.ts';

const GLOBALS = { moduleDir: [], progress: true };

it.each(['hal_x', 'constructor', '__proto__', 'toString'])('takes %s for the name of a module', (name) => {
  expect(findQuickArguments('list', ['list', name])).toEqual({ modules: [name], globals: GLOBALS });
});

it.each([
  [['list', '-s', 'A']],
  [['list', '-q', '--quiet']],
  [['list', '--']],
  [['list', '-C']],
  [['list', '-mdir']],
  [['-f', '{path}', 'list']],
  [['hal_x', 'list']],
])('leaves %j to the whole program', (argv) => {
  expect(findQuickArguments('list', argv)).toBeUndefined();
});
