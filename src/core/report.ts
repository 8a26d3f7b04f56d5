// SPDX-License-Identifier: Apache-2.0
import type { BlobsError, ErrorCode } from './errors.ts';

export type Severity = 'error' | 'warning' | 'info';

/** Something that the user should know; `error`s decide the exit code. */
export interface Issue {
  readonly severity: Severity;
  readonly code: ErrorCode;
  /** What went wrong and for which blob, in one line. */
  readonly message: string;
  /** Further facts, a line each. */
  readonly facts?: readonly string[];
  /** One thing to try. */
  readonly hint?: string;
  readonly module?: string;
  /** The blob's path as declared. */
  readonly path?: string;
  /** Absolute path of the file that is at fault. */
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  /** 1-based. */
  readonly column?: number;
  /** The source line that `line` names, without its line end. */
  readonly sourceLine?: string;
  /** The lint rule that found it. */
  readonly rule?: string;
}

/** Turns a thrown error into an issue. */
export function issueOf(error: BlobsError, severity: Severity = 'error'): Issue {
  return { severity, code: error.code, message: error.message, ...error.details };
}
