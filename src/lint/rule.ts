// SPDX-License-Identifier: Apache-2.0
import type { ErrorCode } from '../core/errors.ts';
import type { Severity } from '../core/report.ts';
import type { ValuePath } from '../yaml/yaml-document.ts';
import type { LintEntry, LintModule } from './lint-module.ts';
import type { LintTools } from './tools.ts';

/** What a rule says of itself: `--list-rules`, `--explain`, the README and SARIF print it. */
export interface RuleTexts {
  /** Stable, kebab-case; names what is wrong. */
  readonly id: string;
  /** Unless a finding or the user says otherwise. */
  readonly severity: Severity;
  /** Findings with another severity: which they are, as a phrase such as "thin archives". */
  readonly otherwise?: Readonly<Partial<Record<Severity, string>>>;
  /** What is looked for, in one line that begins in lower case and has no full stop. */
  readonly checks: string;
  /** Whole sentences: the policy or the incident behind the rule. */
  readonly why: string;
  /** Whole sentences: what to do about a finding. */
  readonly mend: string;
  /** Whether `--fix` can mend what it finds, at least where that is safe. */
  readonly isFixable?: boolean;
  /** Whether its findings always count: no option and no comment changes that. */
  readonly isFixed?: boolean;
  /** Asked of the network, so only on demand: with --online, or with --download too. */
  readonly needs?: 'online' | 'download';
}

/** One thing that lint looks for. Each rule has a file of its own in `rules/`. */
export interface Rule extends RuleTexts {
  /**
   * What is wrong in `module`. Bad input of any kind is a finding or nothing, never an exception.
   *
   * @throws the signal's reason.
   */
  check(module: LintModule, tools: LintTools): Iterable<Finding> | Promise<Iterable<Finding>>;
}

/** Something that a rule found; the engine adds the rule's id, its severity and the position. */
export interface Finding {
  /** What is wrong, in one line; the engine puts the blob's path before it. */
  readonly message: string;
  readonly facts?: readonly string[];
  /** One thing to try. */
  readonly hint?: string;
  /** The entry of `blobs:` that it is about; absent for the whole file. */
  readonly entry?: LintEntry;
  /** The value that it is about, below the entry, or below the document where there is none. */
  readonly at?: ValuePath;
  /** Whether it is about the key of `at`, not its value. */
  readonly isAboutKey?: boolean;
  /** Where it stands if that is no value: 1-based. */
  readonly place?: { readonly line: number; readonly column: number };
  /** Unless the user says otherwise; the rule's by default. */
  readonly severity?: Severity;
  /** `BLOBS_LINT` by default. */
  readonly code?: ErrorCode;
  readonly fix?: Fix;
}

/** What mends a finding: the scalar at the finding's `at` gets another value, or a part of the text goes. */
export type Fix =
  | { readonly value: string | boolean }
  /** UTF-16 offsets into the module's text; never a line end. */
  | { readonly remove: { readonly start: number; readonly end: number } };
