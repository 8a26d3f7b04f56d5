// SPDX-License-Identifier: Apache-2.0

import { join } from 'node:path';
import { LintFiles } from '../../../../src/app/lint-files.ts';
import type { LintFinding } from '../../../../src/lint/engine.ts';
import { lintModule } from '../../../../src/lint/engine.ts';
import { toLintModule } from '../../../../src/lint/lint-module.ts';
import { readModule } from '../../../../src/module/read-module.ts';
import { type BlobSpec, makeModule } from '../../../support/modules.ts';
import { tempDir } from '../../../support/temp.ts';
import { NEVER } from '../../samples.ts';

/** What the rules with these ids find in a module with `blobs`. */
export async function findingsOf(
  rules: readonly string[],
  blobs: readonly BlobSpec[],
): Promise<LintFinding[]> {
  const { directory } = makeModule(tempDir(), { name: 'hal_x', blobs });
  const file = join(directory, 'zephyr', 'module.yml');
  const { module, document, issues } = readModule({ directory, defaultName: 'hal_x' }, file);
  if (document === undefined) throw new Error('no YAML');
  const settings = { levels: new Map(), online: false, download: false };
  const lint = toLintModule(module, document, () => true);
  const { findFile, inspect } = new LintFiles(NEVER);
  const tools = { signal: NEVER, environment: {}, findFile, inspect };
  const found = await lintModule(lint, issues, tools, settings);
  return found.filter(({ issue }) => rules.includes(issue.rule ?? ''));
}

/** As {@link findingsOf} for a blob with this URL: the severity of each finding. */
export async function severitiesFor(rule: string, url: string): Promise<string[]> {
  const found = await findingsOf([rule], [{ path: 'fw.bin', url }]);
  return found.map(({ issue }) => issue.severity);
}
