// SPDX-License-Identifier: Apache-2.0
import type { Severity } from '../core/report.ts';

/** How serious the user takes a rule. */
export type RuleLevel = Severity | 'off';

/** What the user says of rules, by their ids. */
export type RuleLevels = ReadonlyMap<string, RuleLevel>;

/** Which rules are asked, and how their findings count. */
export interface LintSettings {
  readonly levels: RuleLevels;
  /** Whether rules may ask each URL. */
  readonly online: boolean;
  /** Whether rules may download each blob. */
  readonly download: boolean;
}
