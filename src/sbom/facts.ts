// SPDX-License-Identifier: Apache-2.0
import type { Blob, BlobStatus, Module } from '../core/blob.ts';
import type { BlobLicense } from '../core/license.ts';
import type { SourceRecord } from '../core/report.ts';
import type { Sha256 } from '../core/sha256.ts';
import type { LinkEvidence, TaintState } from '../core/taint.ts';

/** The formats of a software bill of materials: SPDX 2.3 and CycloneDX 1.6, both as JSON. */
export const SBOM_FORMATS = ['spdx-json', 'cyclonedx-json'] as const;

export type SbomFormat = (typeof SBOM_FORMATS)[number];

/** All that is known of a blob. */
export interface BlobFacts {
  readonly blob: Blob;
  readonly status: BlobStatus;
  readonly taint: TaintState;
  /** Whether it is known that the build does not link it. */
  readonly isLeftOut: boolean;
  /** What the file's bytes hash to; absent where there is no file that can be read. */
  readonly sha256?: Sha256;
  /** Size of the file. */
  readonly bytes?: number;
  readonly license: BlobLicense;
  /** Where the bytes that are there came from, as the local store recorded it. */
  readonly source?: SourceRecord;
  /** What of a build names the blob. */
  readonly linkedBy: readonly LinkEvidence['kind'][];
}

/** The commit of the repository that a module is in. */
export interface ModuleRevision {
  /** Hexadecimal digits. */
  readonly commit: string;
  /** Whether module.yml holds something else than it does in the commit. */
  readonly isModified: boolean;
}

/** A module, and its blobs that the document is about. */
export interface ModuleFacts {
  readonly module: Module;
  /** Absent where it is in no git repository, or not in its last commit. */
  readonly revision?: ModuleRevision;
  readonly blobs: readonly BlobFacts[];
}
