// SPDX-License-Identifier: Apache-2.0
import { BlobsError, describeError, systemCode } from '../core/errors.ts';
import type { Issue } from '../core/report.ts';
import { writeModuleFile } from '../module/write-module-file.ts';
import { readRegularFile } from '../store/regular-file.ts';
import { decodeUtf8 } from '../yaml/decode.ts';
import { type EditedGroups, editGroups } from '../yaml/edit/edit-groups.ts';
import type { YamlEdit } from '../yaml/edit/edit-yaml.ts';
import { MAX_YAML_BYTES } from '../yaml/limits.ts';
import type { YamlDocument } from '../yaml/yaml-document.ts';

export interface ModuleEdit<Group> {
  /** As it was read. */
  readonly document: YamlDocument;
  /** The module's directory, which the file must be in. */
  readonly directory: string;
  /** Each is done whole or not at all. */
  readonly groups: readonly Group[];
  readonly keepsLines: boolean;
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

/**
 * Changes a module's file in place, as far as that can be: the file is replaced at once, if anything changes.
 *
 * @throws BlobsError `BLOBS_CANNOT_EDIT` where the file changed since it was read; see {@link writeModuleFile} and {@link editGroups}
 */
export async function editModuleFile<Group extends { readonly edits: readonly YamlEdit[] }>({
  document: { file, text },
  directory,
  groups,
  keepsLines,
  dryRun,
  signal,
}: ModuleEdit<Group>): Promise<EditedGroups<Group>> {
  const before = readRegularFile(file, MAX_YAML_BYTES);
  if (decodeUtf8(before) !== text) {
    const hint = 'run the same command again';
    throw new BlobsError('BLOBS_CANNOT_EDIT', `${file} changed while it was worked on`, { file, hint });
  }
  const edited = await editGroups(before, groups, { file, keepsLines, signal });
  if (!dryRun && edited.hunks.length > 0) writeModuleFile({ directory, file, before, after: edited.bytes });
  return edited;
}

/** The issue for a file that cannot be replaced. What is a defect is thrown on. */
export function editIssue(file: string, error: unknown): Issue {
  const known = error instanceof BlobsError ? error : undefined;
  if (known === undefined && systemCode(error) === undefined) throw error;
  return {
    severity: 'error',
    code: known?.code ?? 'BLOBS_FILE_ACCESS',
    message: known?.message ?? `cannot read ${file}: ${describeError(error)}`,
    hint: known?.details.hint ?? 'look at the permissions of the file and of its directory',
    file,
  };
}
