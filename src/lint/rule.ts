// SPDX-License-Identifier: Apache-2.0
import type { Blob } from '../core/blob.ts';
import type { Issue, Severity } from '../core/report.ts';

/** Something that a rule found; the engine adds the rule's id and severity and where the entry stands. */
export type Finding = Pick<Issue, 'code' | 'message' | 'hint' | 'facts'> & { readonly blob: Blob };

/** One thing that lint looks for. Each rule has a file of its own in `rules/`. */
export interface Rule {
  /** Stable, kebab-case. */
  readonly id: string;
  readonly severity: Severity;
  check(blobs: readonly Blob[]): Promise<readonly Finding[]>;
}
