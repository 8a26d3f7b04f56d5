// SPDX-License-Identifier: Apache-2.0
import type { Blob, BlobStatus, Module } from './blob.ts';
import type { BlobsError, ErrorCode } from './errors.ts';
import type { Workspace } from './modules.ts';
import type { Sha256 } from './sha256.ts';

export type Severity = 'error' | 'warning' | 'info';

/** Something that the user should know; `error`s decide the exit code. */
export interface Issue {
  readonly severity: Severity;
  readonly code: ErrorCode;
  /** What went wrong and for which blob, in one line. */
  readonly message: string;
  /** Further facts, a line each. */
  readonly facts?: readonly string[];
  /** One thing to try. */
  readonly hint?: string;
  readonly module?: string;
  /** The blob's path as declared. */
  readonly path?: string;
  /** Absolute path of the file that is at fault. */
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  /** 1-based. */
  readonly column?: number;
  /** The source line that `line` names, without its line end. */
  readonly sourceLine?: string;
  /** Whether `column` and `sourceLine` are of an entry that is not in the file; `line` is then 1. */
  readonly isUnwritten?: boolean;
  /** Where the program was when it failed; for --debug alone. */
  readonly stack?: string;
  /** The lint rule that found it. */
  readonly rule?: string;
}

/** Turns a thrown error into an issue. */
export function issueOf(error: BlobsError, severity: Severity = 'error'): Issue {
  return { severity, code: error.code, message: error.message, ...error.details };
}

/** What every command reports. */
export interface Report {
  readonly issues: readonly Issue[];
}

/** A blob and how it stands on disk. */
export interface BlobRow {
  readonly blob: Blob;
  readonly status: BlobStatus;
  /** Size of the file in bytes; absent where there is none. */
  readonly bytes?: number;
}

/** What `list` and `verify` found, and what `lint` looked at. */
export interface BlobReport extends Report {
  readonly rows: readonly BlobRow[];
}

/** Where a blob came from, or why it did not. */
export type FetchResult = 'up-to-date' | 'store' | 'cache' | 'mirror' | 'url' | 'skipped' | 'failed';

export interface FetchRow extends BlobRow {
  readonly result: FetchResult;
  /** The URL or file that had the bytes, in a dry run the first that would be asked; without credentials. */
  readonly source?: string;
  /** In a dry run: where the bytes would be looked for, in order, without credentials. */
  readonly sources?: readonly string[];
  /** Whether a modified file was left alone because the user asked for it. */
  readonly kept?: boolean;
  /** Whether a file with other bytes was replaced, or in a dry run would be. */
  readonly replaced?: boolean;
}

export interface FetchReport extends Report {
  readonly rows: readonly FetchRow[];
  readonly dryRun: boolean;
  readonly durationMs: number;
  /** Bytes that came over the network or from a mirror. */
  readonly downloadedBytes: number;
}

export interface CleanRow extends BlobRow {
  /** In a dry run: whether it would be removed. */
  readonly removed: boolean;
  /** Bytes freed. */
  readonly freedBytes: number;
}

export interface CleanReport extends Report {
  readonly rows: readonly CleanRow[];
  readonly dryRun: boolean;
}

/** A file below a module's `zephyr/blobs` that neither its module.yml declares nor git tracks. */
export interface UntrackedRow {
  /** The module's name. */
  readonly module: string;
  /** Below `zephyr/blobs`, with forward slashes; bytes that are no UTF-8 stand as `\\xNN`. */
  readonly path: string;
  /** Absolute, spelt as `path` is. */
  readonly abspath: string;
  /** 0 for what is no regular file, such as a symbolic link. */
  readonly bytes: number;
  /** Of clean: whether it was removed, or in a dry run would be. */
  readonly removed?: boolean;
}

export interface UntrackedReport extends Report {
  /** By module, then by path. */
  readonly rows: readonly UntrackedRow[];
  readonly dryRun: boolean;
}

/** What became of a blob that was to be put into a mirror: `present` is there already, `skipped` was left out. */
export type PushResult = 'pushed' | 'present' | 'skipped' | 'failed';

export interface MirrorRow extends BlobRow {
  /** In a dry run: what would become of it. */
  readonly result: PushResult;
  /** The local file that had the bytes. */
  readonly source?: string;
  /** Bytes of the file in the mirror. */
  readonly mirroredBytes?: number;
}

export interface MirrorReport extends Report {
  /** The mirror's directory, absolute; absent where it is a registry. */
  readonly directory?: string;
  /** `oci://REGISTRY/REPOSITORY`, where it is one. */
  readonly registry?: string;
  readonly rows: readonly MirrorRow[];
  /** Whether the mirror's index tells of all that is there. */
  readonly isIndexed: boolean;
  readonly dryRun: boolean;
}

/** A URL that was given, and the one at a commit that took its place. */
export interface PinnedRow {
  readonly from: string;
  readonly to: string;
  /** The branch or tag. */
  readonly ref: string;
}

/** What `add` wrote, or in a dry run would write. */
export interface AddReport extends Report {
  /** The new blobs; empty where something was wrong with one. */
  readonly rows: readonly BlobRow[];
  readonly pinned: readonly PinnedRow[];
  /** What came into which file; absent where nothing did. */
  readonly added?: AddedText;
  readonly dryRun: boolean;
}

export interface AddedText {
  /** Absolute. */
  readonly file: string;
  /** The first line that is new: 1-based. */
  readonly line: number;
  /** The new lines, each ended by a line feed. */
  readonly text: string;
}

/** Where bytes came from when they came from outside. */
export interface SourceRecord {
  /** How they came; with `lfs`, the URL is the base of a Git LFS API, which says for a time where they are. */
  readonly kind: 'url' | 'mirror' | 'lfs';
  /** The URL that was asked, without credentials. */
  readonly url: string;
  /** When they were complete: ISO 8601, UTC. */
  readonly time: string;
}

/** A file of the local store. */
export interface StoreEntry {
  readonly digest: Sha256;
  /** Absolute. */
  readonly file: string;
  readonly bytes: number;
  /** When it was made or last put into a module: milliseconds since 1970. */
  readonly usedMs: number;
}

/** An entry of the store, and what was found or done about it. */
export interface CacheRow {
  readonly entry: StoreEntry;
  /** Where it came from; absent where nobody asked, or nobody knows. */
  readonly source?: SourceRecord;
  /** Whether it holds what its name says; absent where nobody looked. */
  readonly good?: boolean;
  /** In a dry run: whether it would be removed; absent where nothing is. */
  readonly removed?: boolean;
}

export interface CacheReport extends Report {
  /** The store's directory; undefined where it is switched off. */
  readonly directory: string | undefined;
  /** By digest. */
  readonly rows: readonly CacheRow[];
  /** The bytes of each unfinished download that was removed, or in a dry run would be. */
  readonly unfinishedBytes: readonly number[];
  readonly dryRun: boolean;
}

/** Where a value of the configuration comes from. */
export type SettingOrigin =
  | { readonly from: 'option' | 'environment'; readonly name: string }
  | { readonly from: 'west'; readonly name: string; readonly file: string; readonly line: number }
  /** `name` says where. */
  | { readonly from: 'found'; readonly name: string }
  | { readonly from: 'default' };

export type SettingValue = string | number | boolean | readonly string[] | null;

/** One value of the configuration, without secrets. */
export interface SettingRow {
  readonly name: string;
  /** Null for none. */
  readonly value: SettingValue;
  readonly origin: SettingOrigin;
}

export interface ConfigReport extends Report {
  /** Those that could not be understood are left out. */
  readonly rows: readonly SettingRow[];
}

/** A module with what is there of its blobs. */
export interface ModuleRow {
  readonly module: Module;
  /** Blobs of status `A`. */
  readonly present: number;
  /** Their size in bytes. */
  readonly bytes: number;
}

export interface ModulesReport extends Report {
  /** The selected modules, in module order. */
  readonly rows: readonly ModuleRow[];
  /** Every module that was found. */
  readonly modules: readonly Module[];
  readonly workspace: Workspace | undefined;
}
