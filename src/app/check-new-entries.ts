// SPDX-License-Identifier: Apache-2.0
import type { Blob } from '../core/blob.ts';
import { BlobsError } from '../core/errors.ts';
import type { ModulePlace } from '../core/modules.ts';
import type { Issue } from '../core/report.ts';
import { lintModule, readingFindings } from '../lint/engine.ts';
import { toLintModule } from '../lint/lint-module.ts';
import type { LintSettings } from '../lint/severities.ts';
import type { LintTools } from '../lint/tools.ts';
import { readDocument } from '../module/read-document.ts';
import type { Appended } from '../yaml/edit/append-entry.ts';
import { readYaml } from '../yaml/read-yaml.ts';
import type { YamlDocument } from '../yaml/yaml-document.ts';

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

const SETTINGS: LintSettings = { levels: new Map(), online: false, download: false };

/** What reading says of the new entries: errors of the schema and of paths. */
export function readNewEntries(draft: ModuleDraft): CheckedEntries {
  const { module, issues } = readDraft(draft);
  const blobs = module.blobs.filter(({ index }) => index >= draft.before);
  return { blobs, issues: readingFindings(issues, SETTINGS).filter((issue) => isAboutNew(draft, issue)) };
}

/**
 * What `blobs lint` says of the new entries.
 *
 * @throws the signal's reason
 */
export async function lintNewEntries(draft: ModuleDraft, tools: LintTools): Promise<CheckedEntries> {
  const { module, issues, document } = readDraft(draft);
  const blobs = module.blobs.filter(({ index }) => index >= draft.before);
  const linted = toLintModule(module, document, ({ index }) => index >= draft.before);
  const findings = await lintModule(linted, issues, tools, SETTINGS);
  return { blobs, issues: findings.map(({ issue }) => issue).filter((issue) => isAboutNew(draft, issue)) };
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

/** What is wrong elsewhere was so before. */
function isAboutNew({ appended: { line, added } }: ModuleDraft, issue: Issue): boolean {
  const last = line + added.split('\n').length - 2;
  return issue.line !== undefined && issue.line >= line && issue.line <= last;
}
