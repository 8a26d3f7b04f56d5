// SPDX-License-Identifier: Apache-2.0
import type { Sha256 } from './sha256.ts';

/** `img`: a firmware image; `lib`: a precompiled library. */
export type BlobType = 'img' | 'lib';

/** west's letters: `A` present and the hash matches, `M` present and it differs, `D` absent. */
export type BlobStatus = 'A' | 'M' | 'D';

/** One entry of `blobs:` in a module.yml that passed the schema and the path rules. */
export interface Blob {
  /** Name of the module that declares it. */
  readonly module: string;
  /** Absolute directory of that module. */
  readonly moduleDirectory: string;
  /** Below `<module>/zephyr/blobs`, with forward slashes. */
  readonly path: string;
  readonly abspath: string;
  /** The digest to compare with. */
  readonly digest: Sha256;
  /** The digest as module.yml spells it (some write it in upper case). */
  readonly sha256: string;
  readonly type: BlobType;
  readonly version: string;
  readonly licensePath: string;
  readonly licenseAbspath: string;
  /** In the order of preference; never empty. */
  readonly urls: readonly string[];
  readonly description: string;
  readonly docUrl?: string;
  readonly clickThrough?: boolean;
  readonly fetcher?: string;
  /** Declared size in bytes. */
  readonly size?: number;
  /** SPDX licence expression. */
  readonly license?: string;
  /** Keys of the entry that this program does not know. */
  readonly extra: Readonly<Record<string, unknown>>;
  /** Zero-based, in `blobs:`. */
  readonly index: number;
  readonly origin: Origin;
}

/** Where an entry stands. */
export interface Origin {
  /** Absolute path of the file. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
}

/** A Zephyr module, as read from its directory. */
export interface Module {
  readonly name: string;
  /** Absolute. */
  readonly directory: string;
  /** The west project it came from. */
  readonly project?: string;
  /** `build: depends:`, each name once. */
  readonly depends: readonly string[];
  /** Where they stand. */
  readonly dependsOrigin?: Origin & { readonly sourceLine: string };
  readonly blobs: readonly Blob[];
}

/** How people and messages name a blob: "hal_x: lib/fw.bin". */
export function blobLabel(blob: Pick<Blob, 'module' | 'path'>): string {
  return `${blob.module}: ${blob.path}`;
}
