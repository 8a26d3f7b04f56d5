// SPDX-License-Identifier: Apache-2.0

import { pathToFileURL } from 'node:url';
import { findPathBelow } from '../core/path-below.ts';
import type { Issue, Severity } from '../core/report.ts';
import { escapeControls } from '../core/text.ts';
import { redactText } from '../core/url.ts';
import type { RuleTexts } from '../lint/rule.ts';

const LEVELS: Record<Severity, 'error' | 'warning' | 'note'> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
};
const ROOT = 'SRCROOT';

export interface SarifOptions {
  readonly rules: readonly RuleTexts[];
  /** Of this program. */
  readonly version: string;
  /** Absolute: files below it are named relative to it, as code scanning services want them. */
  readonly root: string;
}

/**
 * Issues as a SARIF 2.1.0 log (OASIS). Findings of a rule are results; what else kept the run from being whole is a
 * notification of the tool. Ends with a line feed.
 */
export function sarifText(issues: readonly Issue[], { rules, version, root }: SarifOptions): string {
  const indexes = new Map(rules.map(({ id }, index) => [id, index]));
  const isFinding = ({ rule }: Issue): boolean => rule !== undefined && indexes.has(rule);
  const others = issues.filter((issue) => !isFinding(issue));
  const log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'blobs', version, semanticVersion: version, rules: rules.map(ruleObject) } },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { [ROOT]: { uri: directoryUri(root) } },
        invocations: [
          {
            executionSuccessful: !others.some(({ severity }) => severity === 'error'),
            toolExecutionNotifications: others.map((issue) => ({
              level: LEVELS[issue.severity],
              descriptor: { id: issue.code },
              message: { text: messageOf(issue) },
              ...locationsOf(issue, root),
            })),
          },
        ],
        results: issues.filter(isFinding).map((issue) => ({
          ruleId: issue.rule,
          ruleIndex: indexes.get(issue.rule ?? ''),
          level: LEVELS[issue.severity],
          message: { text: messageOf(issue) },
          ...locationsOf(issue, root),
        })),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function ruleObject({ id, severity, checks, why, mend }: RuleTexts): unknown {
  return {
    id,
    shortDescription: { text: checks },
    fullDescription: { text: why },
    help: { text: `${why} ${mend}` },
    defaultConfiguration: { level: LEVELS[severity] },
  };
}

function messageOf({ message, facts = [], hint }: Issue): string {
  const lines = [message, ...facts, ...(hint === undefined ? [] : [`hint: ${hint}`])];
  return lines.map((line) => escapeControls(redactText(line))).join('\n');
}

function locationsOf({ file, line, column }: Issue, root: string): { locations?: readonly unknown[] } {
  if (file === undefined) return {};
  const region = {
    startLine: line ?? 1,
    ...(line === undefined || column === undefined ? {} : { startColumn: column }),
  };
  return { locations: [{ physicalLocation: { artifactLocation: artifactOf(file, root), region } }] };
}

function artifactOf(file: string, root: string): { uri: string; uriBaseId?: string } {
  const below = findPathBelow(root, file);
  if (below === undefined) return { uri: pathToFileURL(file).href };
  const uri = below.split('/').map(encodeURIComponent).join('/');
  return { uri, uriBaseId: ROOT };
}

function directoryUri(directory: string): string {
  const { href } = pathToFileURL(directory);
  return href.endsWith('/') ? href : `${href}/`;
}
