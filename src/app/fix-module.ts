// SPDX-License-Identifier: Apache-2.0
import { BlobsError, describeError, systemCode } from '../core/errors.ts';
import type { Issue } from '../core/report.ts';
import type { LintFinding } from '../lint/engine.ts';
import type { LintModule } from '../lint/lint-module.ts';
import { readRegularFile } from '../store/regular-file.ts';
import { replaceFile } from '../store/replace-file.ts';
import { decodeUtf8 } from '../yaml/decode.ts';
import { editGroups } from '../yaml/edit/edit-groups.ts';
import type { YamlEdit } from '../yaml/edit/edit-yaml.ts';
import { MAX_YAML_BYTES } from '../yaml/limits.ts';

/** What became of the findings that can be mended. */
export interface FixedModule {
  /** How many were mended. */
  readonly fixed: number;
  /** Why others were not. */
  readonly refused: ReadonlyMap<LintFinding, BlobsError>;
}

/**
 * Mends what `findings` say can be mended, in the module's file, which is replaced at once. No line is added or removed,
 * and no value changes but those that are to.
 *
 * @throws BlobsError `BLOBS_CANNOT_EDIT` where the file changed since it was read; see {@link replaceFile}
 */
export function fixModule({ module, document }: LintModule, findings: readonly LintFinding[]): FixedModule {
  const groups = findings.flatMap((finding) => {
    const edit = editOf(finding);
    return edit === undefined ? [] : [{ finding, edits: [edit] }];
  });
  if (groups.length === 0) return { fixed: 0, refused: new Map() };
  const { file } = document;
  const before = readRegularFile(file, MAX_YAML_BYTES);
  if (decodeUtf8(before) !== document.text) {
    const hint = 'run the same command again';
    throw new BlobsError('BLOBS_CANNOT_EDIT', `${file} changed while it was worked on`, { file, hint });
  }
  const { bytes, refused } = editGroups(before, groups, { file, keepsLines: true });
  const fixed = groups.length - refused.size;
  if (fixed > 0) replaceFile({ file, root: module.directory, before, after: bytes });
  return { fixed, refused: new Map([...refused].map(([{ finding }, error]) => [finding, error])) };
}

/** The issue for a file that cannot be replaced. What is a defect is thrown on. */
export function editIssue(file: string, error: unknown): Issue {
  const known = error instanceof BlobsError ? error : undefined;
  if (known === undefined && systemCode(error) === undefined) throw error;
  return {
    severity: 'error',
    code: known?.code ?? 'BLOBS_FILE_ACCESS',
    message: known?.message ?? `cannot write ${file}: ${describeError(error)}`,
    hint: known?.details.hint ?? 'look at the permissions of the file and of its directory',
    file,
  };
}

function editOf({ fix }: LintFinding): YamlEdit | undefined {
  if (fix === undefined) return undefined;
  const { path, change } = fix;
  return 'remove' in change ? { cut: change.remove } : { path, value: change.value };
}
