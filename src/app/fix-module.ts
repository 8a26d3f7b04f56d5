// SPDX-License-Identifier: Apache-2.0
import type { BlobsError } from '../core/errors.ts';
import type { LintFinding } from '../lint/engine.ts';
import type { LintModule } from '../lint/lint-module.ts';
import type { YamlEdit } from '../yaml/edit/edit-yaml.ts';
import { editModuleFile } from './edit-module-file.ts';

/** What became of the findings that can be mended. */
export interface FixedModule {
  /** How many were mended. */
  readonly fixed: number;
  /** Why others were not. */
  readonly refused: ReadonlyMap<LintFinding, BlobsError>;
}

/**
 * Mends what `findings` say can be mended, in the module's file. No line is added or removed, and no value changes but
 * those that are to.
 *
 * @throws BlobsError and system errors, see {@link editModuleFile}; the signal's reason
 */
export async function fixModule(
  { module, document }: LintModule,
  findings: readonly LintFinding[],
  signal: AbortSignal,
): Promise<FixedModule> {
  const groups = findings.flatMap((finding) => {
    const edit = editOf(finding);
    return edit === undefined ? [] : [{ finding, edits: [edit] }];
  });
  if (groups.length === 0) return { fixed: 0, refused: new Map() };
  const { directory } = module;
  const options = { keepsLines: true, dryRun: false, signal };
  const { refused } = await editModuleFile({ document, directory, groups, ...options });
  return {
    fixed: groups.length - refused.size,
    refused: new Map([...refused].map(([{ finding }, error]) => [finding, error])),
  };
}

function editOf({ fix }: LintFinding): YamlEdit | undefined {
  if (fix === undefined) return undefined;
  const { path, change } = fix;
  return 'remove' in change ? { cut: change.remove } : { path, value: change.value };
}
