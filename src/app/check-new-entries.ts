// SPDX-License-Identifier: Apache-2.0
import type { Blob } from '../core/blob.ts';
import { BlobsError } from '../core/errors.ts';
import type { ModulePlace } from '../core/modules.ts';
import type { Issue } from '../core/report.ts';
import { lintModule } from '../lint/engine.ts';
import { toLintModule } from '../lint/lint-module.ts';
import type { LintSettings } from '../lint/severities.ts';
import type { LintTools } from '../lint/tools.ts';
import { readDocument } from '../module/read-document.ts';
import type { Appended } from '../yaml/edit/append-entry.ts';
import { readYaml } from '../yaml/read-yaml.ts';
import type { YamlDocument } from '../yaml/yaml-document.ts';
import { NO_FILES, prematureRules } from './draft-lint.ts';

/** A module as it will be. */
export interface ModuleDraft {
  readonly place: ModulePlace;
  /** Absolute path of its module.yml. */
  readonly file: string;
  /** Entries that it had before. */
  readonly before: number;
  readonly appended: Appended;
}

/** The new blobs, and what is to be said of their entries. */
export interface CheckedEntries {
  readonly blobs: readonly Blob[];
  readonly issues: readonly Issue[];
}

/**
 * What `blobs lint` says of the new entries before anybody knows their digest and size, for which others stand in:
 * errors that no download can change. `pin` tells whether branches in URLs will become commits.
 *
 * @throws the signal's reason
 */
export async function checkDraftEntries(
  draft: ModuleDraft,
  tools: Omit<LintTools, 'findFile' | 'inspect'>,
  { pin }: { readonly pin: boolean },
): Promise<CheckedEntries> {
  const levels: LintSettings['levels'] = new Map(prematureRules({ pin }).map((id) => [id, 'off']));
  const { blobs, issues } = await lintDraft(draft, { ...tools, ...NO_FILES }, levels);
  return { blobs, issues: issues.filter(({ severity }) => severity === 'error').map(asUnwritten) };
}

/**
 * What `blobs lint` says of the new entries.
 *
 * @throws the signal's reason
 */
export function lintNewEntries(draft: ModuleDraft, tools: LintTools): Promise<CheckedEntries> {
  return lintDraft(draft, tools, new Map());
}

/** `issue`, which is about a new entry, where that does not come into the file. */
export function asUnwritten(issue: Issue): Issue {
  return issue.line === undefined ? issue : { ...issue, line: 1, isUnwritten: true };
}

async function lintDraft(
  draft: ModuleDraft,
  tools: LintTools,
  levels: LintSettings['levels'],
): Promise<CheckedEntries> {
  const { module, issues, document } = readDraft(draft);
  const blobs = module.blobs.filter(({ index }) => index >= draft.before);
  const linted = toLintModule(module, document, ({ index }) => index >= draft.before);
  const findings = await lintModule(linted, issues, tools, { levels, online: false, download: false });
  // What is wrong elsewhere was so before.
  const own = findings.filter(({ entry = -1 }) => entry >= draft.before);
  return { blobs, issues: own.map(({ issue }) => issue) };
}

function readDraft({
  place,
  file,
  appended,
}: ModuleDraft): ReturnType<typeof readDocument> & { readonly document: YamlDocument } {
  const { document } = readYaml(file, appended.bytes);
  if (document) return { ...readDocument(place, document), document };
  throw new BlobsError('BLOBS_CANNOT_EDIT', `${file} would not be sound any more`, { file });
}
