// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { LintFiles } from '../../../src/app/lint-files.ts';
import { toLintModule } from '../../../src/lint/lint-module.ts';
import type { Finding, Rule } from '../../../src/lint/rule.ts';
import { readModule } from '../../../src/module/read-module.ts';
import { type ModuleSpec, makeModule } from '../../support/modules.ts';
import { tempDir } from '../../support/temp.ts';

/** What a rule found, without the entry but for its path. */
export type FoundBy = Omit<Finding, 'entry'> & { readonly blob?: unknown };

/** What `rule` finds in the module at `directory`. */
export async function findIn(directory: string, rule: Rule): Promise<FoundBy[]> {
  const place = { directory, defaultName: 'hal_default' };
  const { module, document } = readModule(place, join(directory, 'zephyr', 'module.yml'));
  if (document === undefined) throw new Error('the module.yml is no YAML');
  const { signal } = new AbortController();
  const { findFile, inspect } = new LintFiles(signal);
  const tools = { signal, environment: process.env, findFile, inspect };
  const found = await rule.check(
    toLintModule(module, document, () => true),
    tools,
  );
  return [...found].map(({ entry, ...finding }) =>
    entry === undefined ? finding : { ...finding, blob: entry.value['path'] },
  );
}

/** What `rule` finds in a module that is made for it. */
export function findWith(rule: Rule, spec: ModuleSpec): Promise<FoundBy[]> {
  return findIn(makeModule(tempDir(), spec).directory, rule);
}

/** The blobs that `rule` finds something about. */
export async function blobsFoundBy(rule: Rule, spec: ModuleSpec): Promise<unknown[]> {
  return (await findWith(rule, spec)).map(({ blob }) => blob);
}
