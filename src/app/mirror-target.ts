// SPDX-License-Identifier: Apache-2.0
import type { Blob } from '../core/blob.ts';
import type { Clock } from '../core/deps.ts';
import type { Issue, MirrorRow } from '../core/report.ts';
import type { Sha256 } from '../core/sha256.ts';
import type { Network } from './fetch-options.ts';

/** What a push needs of the world. */
export interface PushDeps {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  /** Opens the network where the destination is a registry. */
  readonly openNetwork: (options: { readonly jobs: number; readonly timeoutMs: number }) => Promise<Network>;
}

/** Where blobs are pushed to, by digest. */
export interface MirrorTarget {
  /** Blobs that are pushed at once. */
  readonly jobs: number;
  /** Called once, before anything else is done. @throws BlobsError where nothing can be pushed there */
  prepare(): Promise<void>;
  /** What is there in the place of these bytes, and whether it is as it should be. */
  find(digest: Sha256, signal: AbortSignal): Promise<FoundBlob | undefined>;
  /** Copies the file `source` there, and gives its size in bytes; never completes what does not have the digest. */
  add(source: string, digest: Sha256, signal: AbortSignal): Promise<number>;
  /** Makes known there what a blob is, of which all entries that are pushed are given. */
  describe?(digest: Sha256, blobs: readonly Blob[], sizeBytes: number): Promise<void>;
  /** Why a blob could not be copied; undefined for a defect of this program. */
  explain(blob: Blob, error: unknown): Issue | undefined;
  /** How damaged bytes there are called. */
  nameOf(digest: Sha256): string;
  /** Called once, with all rows, also where the run was interrupted. */
  end(rows: readonly MirrorRow[]): Promise<readonly Issue[]>;
}

/** Bytes of a mirror. */
export interface FoundBlob {
  /** Absent where the mirror does not say. */
  readonly bytes?: number;
  readonly good: boolean;
}
