// SPDX-License-Identifier: Apache-2.0

/** The options of `blobs lint`, beside those that choose blobs. */
export interface LintCommandOptions {
  readonly format?: 'text' | 'json' | 'sarif' | 'github';
  readonly online?: boolean;
  readonly download?: boolean;
  readonly fix?: boolean;
  readonly strict?: boolean;
  /** `RULE=LEVEL`, as given. */
  readonly rule?: readonly string[];
  readonly listRules?: boolean;
  /** A rule's id, as given. */
  readonly explain?: string;
}
