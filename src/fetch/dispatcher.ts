// SPDX-License-Identifier: Apache-2.0
import { Agent, type Dispatcher } from 'undici';

export interface DispatcherOptions {
  /** Connections to one origin at once. */
  readonly jobs: number;
  /** How long a connection may take to be made. */
  readonly timeoutMs: number;
}

/** Connections that are kept alive between downloads, HTTP/1.1 only. The caller destroys it. */
export function createDispatcher({ jobs, timeoutMs }: DispatcherOptions): Dispatcher {
  return new Agent({ connections: jobs, connect: { timeout: timeoutMs } });
}
