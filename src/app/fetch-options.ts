// SPDX-License-Identifier: Apache-2.0
import type { Clock, Prompt } from '../core/deps.ts';
import type { HttpOptions } from '../fetch/http.ts';
import type { Mirror } from '../fetch/mirrors.ts';
import type { TransportOptions } from '../fetch/transport.ts';
import type { CacheOptions } from './caches.ts';
import type { FetchObserver } from './fetch-events.ts';
import type { LicenseOptions } from './license-gate.ts';
import type { BlobQuery } from './load-modules.ts';

export interface FetchOptions extends BlobQuery {
  readonly licenses: Omit<LicenseOptions, 'dryRun'>;
  /** Downloads at once. */
  readonly jobs: number;
  readonly dryRun: boolean;
  readonly keepModified: boolean;
  readonly failFast: boolean;
  readonly mirrors: readonly Mirror[];
  readonly caches: CacheOptions;
  /** Whether nothing may come over the network. */
  readonly offline: boolean;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly maxSizeBytes: number;
}

/** What a fetch needs of the world. */
export interface FetchDeps {
  readonly clock: Clock;
  readonly prompt: Prompt;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  /** Opens the network when the first download needs it. */
  readonly openNetwork: (options: NetworkOptions) => Promise<Network>;
  readonly observe: FetchObserver;
}

/** `admitAddress` watches over the connections; who asks for clients gives `admit` beside it with each request. */
export type NetworkOptions = Pick<TransportOptions, 'jobs' | 'timeoutMs' | 'admitAddress'>;

export type Network = Pick<HttpOptions, 'transport' | 'userAgent' | 'trace' | 'credentials' | 'findProxy'> & {
  /** Docker's `config.json`, absolute, whose credentials are for OCI registries. */
  readonly dockerConfigFile?: string;
};
