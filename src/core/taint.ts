// SPDX-License-Identifier: Apache-2.0
import type { Blob } from './blob.ts';
import type { Issue } from './report.ts';

/** Why a blob counts as linked: something that the build wrote down names it. */
export interface LinkEvidence {
  /** A command that links, or makes what is linked; the linker's map; the dependencies that a compiler or ninja recorded. */
  readonly kind: 'link-command' | 'map-file' | 'dependency-file';
  /** Absolute path of the file that names the blob. */
  readonly file: string;
}

/** Which blobs went into a build. */
export interface LinkedBlobs {
  /** Those that are linked, each with at least one reason. */
  readonly evidence: ReadonlyMap<Blob, readonly LinkEvidence[]>;
  /** What could not be read, so that the answer may be incomplete. */
  readonly issues: readonly Issue[];
}

/** How far a blob came into a product: `declared` alone, `fetched` (a file is at its place, a stale one too), or `linked`. */
export type TaintState = 'declared' | 'fetched' | 'linked';
