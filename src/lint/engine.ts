// SPDX-License-Identifier: Apache-2.0
import type { Issue, Severity } from '../core/report.ts';
import { shorten } from '../core/text.ts';
import type { SourcePosition, ValuePath } from '../yaml/yaml-document.ts';
import { type LintEntry, type LintModule, labelOf, MAX_LABEL_CHARACTERS } from './lint-module.ts';
import { readingFixFinder } from './reading-fixes.ts';
import { findReadingRule, READING_RULES } from './reading-rules.ts';
import type { Finding, Fix, RuleTexts } from './rule.ts';
import { findRule, RULES } from './rules.ts';
import type { LintSettings, RuleLevels } from './severities.ts';
import { findSuppressions, ownerFinder, SUPPRESSION_RULES, type Suppression } from './suppressions.ts';
import type { LintTools } from './tools.ts';

/** A finding as it is reported, and what would mend it: the scalar at `path`, or a part of the text. */
export interface LintFinding {
  readonly issue: Issue;
  readonly fix?: { readonly path: ValuePath; readonly change: Fix };
  /** The index in `blobs:` of the entry that it is about; absent for the whole file. */
  readonly entry?: number;
}

/** Findings, and the rules that were asked. */
interface Found {
  readonly finding: LintFinding;
  readonly rule: string;
  /** Undefined for the whole file. */
  readonly entry: number | undefined;
}

/**
 * What was wrong while a module was read, as findings: they name their rule, file and line. Issues that are about no
 * file stay as they are. Those of rules that are off are left out.
 */
export function readingFindings(issues: readonly Issue[], { levels }: LintSettings): Issue[] {
  return issues.flatMap((issue): Issue[] => {
    const rule = findReadingRule(issue);
    if (rule === undefined || issue.file === undefined) return [issue];
    const level = levels.get(rule.id) ?? issue.severity;
    return level === 'off' ? [] : [{ line: 1, ...issue, severity: level, rule: rule.id }];
  });
}

/**
 * What the rules find in a module that is YAML, with what was wrong while it was read (`issues`), in the order of the
 * lines; without what comments suppress.
 *
 * @throws the signal's reason.
 */
export async function lintModule(
  module: LintModule,
  issues: readonly Issue[],
  tools: LintTools,
  settings: LintSettings,
): Promise<LintFinding[]> {
  const asked = RULES.filter((rule) => isAsked(rule, settings));
  const findOwner = ownerFinder(module.document);
  const findReadingFix = readingFixFinder(module.document);
  const found: Found[] = readingFindings(issues, settings).map((issue) => ({
    finding: { issue, ...withFix(findReadingFix(issue)) },
    rule: issue.rule ?? '',
    entry: findOwner({ line: issue.line ?? 1, column: 0 }),
  }));
  const selected = new Set(module.entries);
  for (const rule of asked) {
    tools.signal.throwIfAborted();
    for (const finding of await rule.check(module, tools)) {
      if (finding.entry !== undefined && !selected.has(finding.entry)) continue;
      found.push({
        finding: toLintFinding(module, rule, finding, settings),
        rule: rule.id,
        entry: finding.entry?.index,
      });
    }
  }
  const applied = new Set([...READING_RULES, ...asked].map(({ id }) => id));
  const kept = suppress(module, found, applied, settings);
  return kept.sort((a, b) => (a.issue.line ?? 0) - (b.issue.line ?? 0));
}

function isAsked({ id, needs }: RuleTexts, { levels, online, download }: LintSettings): boolean {
  if (levels.get(id) === 'off') return false;
  return needs === undefined || (needs === 'online' ? online : online && download);
}

function toLintFinding(
  { module, document }: LintModule,
  rule: RuleTexts,
  finding: Finding,
  { levels }: Pick<LintSettings, 'levels'>,
): LintFinding {
  const { entry, at = [], isAboutKey = false, place, fix } = finding;
  const path: ValuePath = entry === undefined ? at : ['blobs', entry.index, ...at];
  const position: SourcePosition =
    place === undefined
      ? isAboutKey
        ? document.positionOfKey(path)
        : document.positionOf(path)
      : document.positionAt(place);
  const label = entry === undefined ? undefined : labelOf(entry);
  const issue: Issue = {
    severity: chosen(levels, rule.id) ?? finding.severity ?? rule.severity,
    code: finding.code ?? 'BLOBS_LINT',
    message: label === undefined ? finding.message : `${label}: ${finding.message}`,
    ...(finding.facts === undefined ? {} : { facts: finding.facts }),
    ...(finding.hint === undefined ? {} : { hint: finding.hint }),
    rule: rule.id,
    module: module.name,
    ...pathOf(entry),
    ...position,
  };
  return { issue, ...withFix(fix === undefined ? undefined : { path, change: fix }) };
}

function withFix(fix: LintFinding['fix']): Pick<LintFinding, 'fix'> {
  return fix === undefined ? {} : { fix };
}

/** The blob's path, as reading reports it: that of an entry that is not sound may be anything. */
function pathOf(entry: LintEntry | undefined): { path?: string } {
  const path = entry?.blob?.path ?? entry?.value['path'];
  if (typeof path !== 'string') return {};
  return { path: entry?.blob === undefined ? shorten(path, MAX_LABEL_CHARACTERS) : path };
}

/** What the user wants of a rule that is asked. */
function chosen(levels: RuleLevels, id: string): Severity | undefined {
  const level = levels.get(id);
  return level === 'off' ? undefined : level;
}

/** What no comment suppresses, and what is wrong with the comments. */
function suppress(
  module: LintModule,
  found: readonly Found[],
  applied: ReadonlySet<string>,
  { levels }: LintSettings,
): LintFinding[] {
  const { good, bad } = findSuppressions(module.document, (id) => findRule(id) !== undefined);
  const target = (rule: string, entry: number | undefined): string => `${rule} ${entry ?? ''}`;
  const byTarget = new Map<string, Suppression[]>();
  for (const one of good) {
    const same = byTarget.get(target(one.rule, one.entry));
    if (same) same.push(one);
    else byTarget.set(target(one.rule, one.entry), [one]);
  }
  const used = new Set<Suppression>();
  const kept = found.filter(({ rule, entry }) => {
    const hiding = findRule(rule)?.isFixed ? [] : byTarget.get(target(rule, entry));
    for (const one of hiding ?? []) used.add(one);
    return hiding === undefined || hiding.length === 0;
  });
  const selected = new Set(module.entries.map(({ index }) => index));
  // A rule that was not applied may have had something to find.
  const unused = good.filter(
    (one) => !used.has(one) && applied.has(one.rule) && (one.entry === undefined || selected.has(one.entry)),
  );
  const reports = [
    ...bad.map(({ problem, ...place }) => ({ id: 'bad-suppression', message: problem, place })),
    ...unused.map(({ rule, entry: _, ...place }) => ({
      id: 'unused-suppression',
      message: `the comment suppresses "${rule}", which finds nothing here`,
      place,
    })),
  ].flatMap(({ id, message, place }): LintFinding[] => {
    const rule = SUPPRESSION_RULES.find((one) => one.id === id);
    if (rule === undefined || levels.get(id) === 'off') return [];
    return [toLintFinding(module, rule, { message, place }, { levels })];
  });
  const withEntry = kept.map(({ finding, entry }) => (entry === undefined ? finding : { ...finding, entry }));
  return [...withEntry, ...reports];
}
