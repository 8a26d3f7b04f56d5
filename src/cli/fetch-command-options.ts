// SPDX-License-Identifier: Apache-2.0
import type { Sha256 } from '../core/sha256.ts';

/** Downloads at once, where nobody says otherwise. */
export const DEFAULT_JOBS = 16;

/** What bounds each download, as commander gives it. */
export interface TransferLimits {
  /** Milliseconds. */
  readonly timeout: number;
  readonly retries: number;
  /** Bytes. */
  readonly maxSize: number;
}

/** The options that `fetch` alone has, as commander gives them. */
export interface FetchCommandOptions extends TransferLimits {
  readonly autoAccept?: boolean;
  readonly acceptLicense?: readonly Sha256[];
  readonly jobs?: number;
  readonly dryRun?: boolean;
  readonly keepModified?: boolean;
  readonly mirror?: readonly string[];
  readonly offline?: boolean;
  /** Directories parted by semicolons. */
  readonly cacheDirs?: string;
  readonly autoCache?: string;
  /** False for --no-store. */
  readonly store: boolean;
  readonly failFast?: boolean;
}

/** The values of the options that always have one. */
export const FETCH_DEFAULTS = {
  store: true,
  timeout: 30_000,
  retries: 4,
  maxSize: 2 ** 31,
} as const satisfies FetchCommandOptions;
