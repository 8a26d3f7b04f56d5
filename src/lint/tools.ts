// SPDX-License-Identifier: Apache-2.0

/** What rules may use beside the module itself. */
export interface LintTools {
  /** Aborted when the user ends the run. */
  readonly signal: AbortSignal;
}
