// SPDX-License-Identifier: Apache-2.0
import type { Blob, Module } from './blob.ts';
import type { BlobRow, Issue, Report } from './report.ts';

/** Why a blob counts as linked: something that the build wrote down names it. */
export interface LinkEvidence {
  /**
   * A command that links; another step on the way to what is linked; the linker's map; the dependencies that a compiler or
   * ninja recorded.
   */
  readonly kind: 'link-command' | 'build-step' | 'map-file' | 'dependency-file';
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

/** A blob and how far it came. */
export interface TaintRow extends BlobRow {
  /** The furthest of its states. */
  readonly taint: TaintState;
  /** Why it counts as linked; empty unless it does. */
  readonly evidence: readonly LinkEvidence[];
}

/** What a module's selected blobs are to the build. */
export interface ModuleTaint {
  readonly module: Module;
  /** `<NAME>` of `ZEPHYR_<NAME>_MODULE`; several modules can have the same. */
  readonly kconfigName: string;
  readonly rows: readonly TaintRow[];
  /** Whether one of the blobs taints the build; undefined where none was found, but not everything could be looked at. */
  readonly isTainted: boolean | undefined;
}

/**
 * What taints a build: without a build directory every blob that is fetched (Zephyr's rule), with one those alone that
 * are linked.
 */
export interface TaintReport extends Report {
  /** The selected modules, in module order; those without blobs included, unless the selection is about blobs. */
  readonly modules: readonly ModuleTaint[];
  /** Whether blobs were chosen by type or path: modules without such blobs are left out then. */
  readonly isAboutSome: boolean;
  /** Absolute; undefined where nobody asked what is linked. */
  readonly buildDirectory: string | undefined;
  /** As in {@link ModuleTaint}, for all of them. */
  readonly isTainted: boolean | undefined;
}

/** Whether a file is at the blob's place, a stale one too (Zephyr's zephyr_module.py: any status but `D`). */
export function isFetched({ status }: BlobRow): boolean {
  return status !== 'D';
}

/** Whether the build names the blob, wherever its file is now. */
export function isLinked({ taint }: TaintRow): boolean {
  return taint === 'linked';
}
