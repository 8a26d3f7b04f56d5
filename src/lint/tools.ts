// SPDX-License-Identifier: Apache-2.0
import type { UrlProbe } from './url-probe.ts';

/** What rules may use beside the module itself. */
export interface LintTools {
  /** Aborted when the user ends the run. */
  readonly signal: AbortSignal;
  /** Absent unless the network may be asked. */
  readonly probe?: UrlProbe;
  /** The environment that git runs in. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}
