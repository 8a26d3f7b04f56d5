// SPDX-License-Identifier: Apache-2.0
import type { TransferLimits } from './fetch-command-options.ts';
import type { ListenAddress } from './listen-address.ts';

/** The options of `blobs serve`, as commander gives them. */
export interface ServeCommandOptions extends TransferLimits {
  readonly listen: ListenAddress;
  /** A directory, a registry behind it, or both. */
  readonly store?: readonly string[];
  readonly allowHost?: readonly string[];
  readonly allowNetwork?: readonly string[];
  readonly tokenFile?: string;
  /** Bytes. */
  readonly quota?: number;
  /** Milliseconds. */
  readonly maxAge?: number;
  readonly xAccelRedirect?: string;
  readonly hideIndex?: boolean;
  readonly upstreamCredentials?: boolean;
  readonly mirror?: readonly string[];
  readonly jobs?: number;
}
