// SPDX-License-Identifier: Apache-2.0
import type { BlobRow, Report } from '../core/report.ts';
import type { Mirror } from '../fetch/mirrors.ts';
import type { Hunk } from '../yaml/edit/splice.ts';
import type { FetchDeps } from './fetch-options.ts';
import type { BlobQuery } from './load-modules.ts';

/** What a URL holds, and what stands in its place afterwards. */
export interface UrlReplacement {
  readonly from: string;
  readonly to: string;
}

export interface UpdateOptions extends BlobQuery {
  /** Applied one after the other. */
  readonly replacements: readonly UrlReplacement[];
  /** The new value of `version`. */
  readonly version?: string;
  /** Whether entries get a `size` that have none. */
  readonly addsSize: boolean;
  /** Whether branches and tags in URLs become the commits that they mean. */
  readonly pin: boolean;
  readonly dryRun: boolean;
  /** Downloads at once. */
  readonly jobs: number;
  readonly mirrors: readonly Mirror[];
  /** Whether nothing may come over the network. */
  readonly offline: boolean;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly maxSizeBytes: number;
}

export type UpdateDeps = Omit<FetchDeps, 'prompt'>;

/** A value of an entry that changes; `before` is absent for a key that is added. */
export interface KeyUpdate {
  readonly key: string;
  readonly before?: string | number;
  readonly after: string | number;
}

/** A selected blob as its entry declares it afterwards, and how its file stands to that. */
export interface UpdateRow extends BlobRow {
  readonly result: 'updated' | 'unchanged' | 'failed';
  /** None unless it was updated, or in a dry run would be. */
  readonly changes: readonly KeyUpdate[];
  /** Where the bytes came from, one for each URL, without credentials. */
  readonly sources: readonly string[];
}

/** A module.yml that changed, or in a dry run would. */
export interface UpdatedFile {
  /** Absolute. */
  readonly file: string;
  readonly module: string;
  /** How many entries changed. */
  readonly blobs: number;
  /** Each with the path of the blob that it is about. */
  readonly hunks: readonly (Hunk & { readonly path: string })[];
}

export interface UpdateReport extends Report {
  readonly rows: readonly UpdateRow[];
  readonly files: readonly UpdatedFile[];
  readonly dryRun: boolean;
  /** Bytes that came over the network or from a mirror. */
  readonly downloadedBytes: number;
}
