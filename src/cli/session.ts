// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../core/errors.ts';
import type { Issue, Report } from '../core/report.ts';
import { createColors } from '../output/colors.ts';
import { issueText } from '../output/issue-text.ts';
import { type JsonDocument, jsonText } from '../output/json.ts';
import type { Config, Terminals } from './config.ts';
import { type ExitCode, exitCodeFor } from './exit-codes.ts';
import type { Output } from './streams.ts';

/** One run of one command: its configuration, its streams, and the signal that ends it early. */
export interface Session {
  readonly config: Config;
  readonly terminals: Terminals;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
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
  stdout.write(config.json ? jsonText(view.document()) : view.text());
  printIssues(session, told);
  if (view.summary && config.verbosity !== 'quiet') stderr.write(view.summary());
  return exitCodeFor(report.issues);
}

/** Prints issues on stderr: notes and warnings not when quiet, notes on what is usual only when verbose. */
export function printIssues({ config, stderr }: Session, issues: readonly Issue[]): void {
  const colors = createColors(config.colorStderr);
  for (const issue of issues) {
    if (issue.severity !== 'error' && config.verbosity === 'quiet') continue;
    if (issue.code === 'BLOBS_NOT_CLONED' && config.verbosity !== 'verbose') continue;
    stderr.write(issueText(issue, { colors, cwd: config.cwd }));
  }
}

/** The issue for anything that was thrown. */
export function toIssue(error: unknown, signal: AbortSignal): Issue {
  if (signal.aborted) return { severity: 'error', code: 'BLOBS_INTERRUPTED', message: 'interrupted' };
  if (error instanceof BlobsError) {
    return { severity: 'error', code: error.code, message: error.message, ...error.details };
  }
  return {
    severity: 'error',
    code: 'BLOBS_INTERNAL',
    message: `this is a defect of blobs: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'please report it, with what you ran and what --debug prints',
  };
}
