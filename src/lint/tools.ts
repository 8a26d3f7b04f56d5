// SPDX-License-Identifier: Apache-2.0

import type { Inspection } from '../binary/inspect.ts';
import type { Blob, BlobStatus } from '../core/blob.ts';
import type { Sha256 } from '../core/sha256.ts';
import type { UrlProbe } from './url-probe.ts';

/** What rules may use beside the module itself. */
export interface LintTools {
  /** Aborted when the user ends the run. */
  readonly signal: AbortSignal;
  /** Absent unless the network may be asked. */
  readonly probe?: UrlProbe;
  /** The environment that git runs in. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /**
   * How a blob stands on disk. Each blob is looked at and hashed once a run, however often it is asked for.
   *
   * @throws the signal's reason.
   */
  findFile(blob: Blob): Promise<BlobFile>;
  /**
   * What is in a blob's file, whatever its hash; undefined where there is no regular file, it cannot be read, or a link
   * leads to it from outside the module. Looked at once a run, too.
   *
   * @throws the signal's reason.
   */
  inspect(blob: Blob): Promise<Inspection | undefined>;
}

/** A blob's file. */
export interface BlobFile {
  readonly status: BlobStatus;
  /** What its bytes hash to; absent where there is no regular file, or it cannot be read. */
  readonly sha256?: Sha256;
  readonly bytes?: number;
  /** What kept it from being read. */
  readonly problem?: string;
}
