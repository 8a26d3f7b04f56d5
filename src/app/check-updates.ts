// SPDX-License-Identifier: Apache-2.0
import { type Blob, blobLabel } from '../core/blob.ts';
import type { ModulePlace } from '../core/modules.ts';
import type { Issue } from '../core/report.ts';
import { type LintFinding, lintModule } from '../lint/engine.ts';
import { type LintModule, toLintModule } from '../lint/lint-module.ts';
import type { LintSettings } from '../lint/severities.ts';
import type { LintTools } from '../lint/tools.ts';
import { writtenUrls } from '../lint/url/written-urls.ts';
import { readDocument } from '../module/read-document.ts';
import { editGroups } from '../yaml/edit/edit-groups.ts';
import type { YamlEdit } from '../yaml/edit/edit-yaml.ts';
import { readYaml } from '../yaml/read-yaml.ts';
import type { YamlDocument } from '../yaml/yaml-document.ts';
import { NO_FILES } from './draft-lint.ts';
import { inOwnWords } from './update-entry.ts';

/** A module as it was read. */
export interface UpdatedModule {
  readonly place: ModulePlace;
  readonly document: YamlDocument;
}

/** What is to change in the entry of `blob`, which then has these URLs. */
export interface EntryEdits {
  readonly blob: Blob;
  readonly urls: readonly string[];
  readonly edits: readonly YamlEdit[];
}

// An update changes no path, and git is not asked again about those.
const RULES_OF_PATHS = ['tracked-blob', 'unignored-blob'];

/** A module with its errors, by the entry's index and the rule. */
interface Linted {
  readonly module: LintModule;
  readonly errors: ReadonlyMap<number, ReadonlyMap<string, Issue>>;
}

/** Tells what `blobs lint` would call an error in entries that are to be updated, and does not now. */
export class UpdateChecker {
  readonly #module: UpdatedModule;
  readonly #tools: Omit<LintTools, 'findFile' | 'inspect'>;

  constructor(module: UpdatedModule, tools: Omit<LintTools, 'findFile' | 'inspect'>) {
    this.#module = module;
    this.#tools = tools;
  }

  /**
   * Why some of `groups`, as far as they are about the module, must not be written: an error of a rule that the entry does not break yet, in what the file
   * becomes with all others. Rules in `off` are not asked. The files of the blobs are not looked at: they are those of
   * before.
   *
   * @throws the signal's reason
   */
  async findNewErrors(
    groups: readonly EntryEdits[],
    off: readonly string[],
  ): Promise<ReadonlyMap<Blob, Issue>> {
    const refused = new Map<Blob, Issue>();
    const { document } = this.#module;
    let left = groups
      .filter(({ blob, edits }) => blob.origin.file === document.file && edits.length > 0)
      .map((group) => ({ ...group, edits: inOwnWords(group.edits, document) }));
    if (left.length === 0) return refused;
    const before = await this.#lint([], off);
    // What is refused stays as it was, which may be an error together with another change.
    for (let isChecked = false; !isChecked; ) {
      const found = findRefused(left, before, await this.#lint(left, off));
      for (const [blob, issue] of found) refused.set(blob, issue);
      left = left.filter(({ blob }) => !found.has(blob));
      isChecked = found.size === 0 || left.length === 0;
    }
    return refused;
  }

  async #lint(groups: readonly EntryEdits[], off: readonly string[]): Promise<Linted> {
    const { place, document: old } = this.#module;
    const { signal } = this.#tools;
    const { bytes } = await editGroups(Buffer.from(old.text), groups, { file: old.file, signal });
    const { document } = readYaml(old.file, bytes);
    if (document === undefined) throw new Error('an edited file that is no YAML');
    const { module, issues } = readDocument(place, document);
    const levels: LintSettings['levels'] = new Map([...RULES_OF_PATHS, ...off].map((id) => [id, 'off']));
    const linted = toLintModule(module, document, () => true);
    const findings = await lintModule(
      linted,
      issues,
      { ...this.#tools, ...NO_FILES },
      { levels, online: false, download: false },
    );
    return { module: linted, errors: errorsOf(findings) };
  }
}

function errorsOf(findings: readonly LintFinding[]): Linted['errors'] {
  const errors = new Map<number, Map<string, Issue>>();
  for (const { entry, issue } of findings) {
    if (entry === undefined || issue.severity !== 'error') continue;
    const own = errors.get(entry) ?? new Map<string, Issue>();
    errors.set(entry, own);
    own.set(issue.rule ?? issue.code, own.get(issue.rule ?? issue.code) ?? issue);
  }
  return errors;
}

function findRefused(groups: readonly EntryEdits[], before: Linted, after: Linted): Map<Blob, Issue> {
  const byIndex = new Map(groups.map((group) => [group.blob.index, group]));
  const refused = new Map<Blob, Issue>();
  for (const [index, errors] of after.errors) {
    const added = [...errors]
      .filter(([rule]) => !before.errors.get(index)?.has(rule))
      .map(([, issue]) => issue);
    if (added.length === 0) continue;
    const own = byIndex.get(index);
    // Of two entries with one URL the later is at fault, also where the earlier is the one that changes.
    const causes = own === undefined ? groups.filter((group) => sharesUrl(group, index, after)) : [own];
    for (const { blob } of causes) refused.set(blob, refusal(blob, added));
  }
  return refused;
}

function sharesUrl({ urls }: EntryEdits, index: number, { module }: Linted): boolean {
  return writtenUrls(module).some(({ entry, url }) => entry.index === index && urls.includes(url));
}

function refusal(blob: Blob, errors: readonly Issue[]): Issue {
  const [{ code, rule, hint } = {} as Partial<Issue>] = errors;
  const prefix = `${blob.path}: `;
  const facts = errors.flatMap((error) => {
    const message = error.message.startsWith(prefix) ? error.message.slice(prefix.length) : error.message;
    return [`lint would call it an error (${error.rule ?? error.code}): ${message}`, ...(error.facts ?? [])];
  });
  return {
    severity: 'error',
    code: code ?? 'BLOBS_LINT',
    message: `cannot update ${blobLabel(blob)}: its entry would be wrong`,
    facts,
    ...(hint === undefined ? {} : { hint }),
    module: blob.module,
    path: blob.path,
    file: blob.origin.file,
    line: blob.origin.line,
    ...(rule === undefined ? {} : { rule }),
  };
}
