// SPDX-License-Identifier: Apache-2.0

/** Time, so that tests need not wait for it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** A question to the person at the terminal. */
export interface Prompt {
  /** Whether there is a person to ask. */
  readonly isInteractive: boolean;
  /** Shows `text`, then asks `question`; true only for "y" or "yes". False at the end of input. */
  confirm(text: string, question: string, signal: AbortSignal): Promise<boolean>;
}
