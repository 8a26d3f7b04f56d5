// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../core/errors.ts';
import { type Issue, issueOf, type Report } from '../core/report.ts';
import { count, escapeControlsInText } from '../core/text.ts';
import { redactText } from '../core/url.ts';
import { createColors } from '../output/colors.ts';
import { issueText } from '../output/issue-text.ts';
import type { JsonDocument } from '../output/json.ts';
import { jsonPieces } from '../output/json-text.ts';
import type { Config, Terminals } from './config.ts';
import { type ExitCode, exitCodeFor } from './exit-codes.ts';

/** Where text goes. */
export interface TextOutput {
  write(text: string): void;
}

/** One run of one command: its configuration, its streams, and the signal that ends it early. */
export interface Session {
  readonly config: Config;
  readonly terminals: Terminals;
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  /** Keeps the last line for stderr until it is known how the program ends: left out where that is with 0. */
  readonly endWith: (line: string) => void;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** What the process ends with where it was interrupted. */
  readonly interruptedCode: () => 130 | 143;
  /** Characters in a line of stdout, where it is a terminal. */
  readonly width: number | undefined;
}

/** How a report is shown: as a document, or as text for stdout. */
export interface View {
  readonly document: () => JsonDocument;
  readonly text: () => string;
  /** A closing line for stderr. */
  readonly summary?: () => string;
}

/**
 * Prints a report in the form that was asked for, `told` of its issues (all by default) on stderr, and says how the
 * program should end.
 */
export function present(
  session: Session,
  report: Report,
  view: View,
  told: readonly Issue[] = report.issues,
): ExitCode {
  const { config, stdout, stderr } = session;
  for (const piece of config.json ? jsonPieces(view.document()) : [view.text()]) stdout.write(piece);
  printIssues(session, told);
  const exitCode = exitCodeFor(report.issues);
  if (config.verbosity !== 'quiet') {
    stderr.write(view.summary?.() ?? '');
    session.endWith(closingText(report.issues, exitCode === 130 ? session.interruptedCode() : exitCode));
  }
  return exitCode;
}

/** The last line of a log must not read like success where there was none. */
function closingText(issues: readonly Issue[], exitCode: number): string {
  if (exitCode === 0) return '';
  const errors = issues.filter((issue) => issue.severity === 'error').length;
  return `failed: ${count(errors, 'error')} (exit code ${exitCode})\n`;
}

/** Prints issues on stderr: notes and warnings not when quiet, notes on what is usual only when verbose. */
export function printIssues({ config, stderr }: Session, issues: readonly Issue[]): void {
  const colors = createColors(config.colorStderr);
  for (const issue of issues) {
    if (issue.severity !== 'error' && config.verbosity === 'quiet') continue;
    if (issue.code === 'BLOBS_NOT_CLONED' && config.verbosity !== 'verbose') continue;
    stderr.write(issueText(issue, { colors, cwd: config.cwd }));
    if (config.debug && issue.stack !== undefined)
      stderr.write(`${escapeControlsInText(redactText(issue.stack))}\n`);
  }
}

/** The issue for anything that was thrown. */
export function toIssue(error: unknown, signal: AbortSignal): Issue {
  if (signal.aborted) return { severity: 'error', code: 'BLOBS_INTERRUPTED', message: 'interrupted' };
  if (error instanceof BlobsError) return issueOf(error);
  return {
    severity: 'error',
    code: 'BLOBS_INTERNAL',
    message: `this is a defect of blobs: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'please report it, with what you ran and what --debug prints',
  };
}
