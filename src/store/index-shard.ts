// SPDX-License-Identifier: Apache-2.0
import { lstatSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { isRecord } from '../core/record.ts';
import type { Observation } from './observations.ts';
import { readCheckedFile } from './regular-file.ts';

// A shard of the index is one file: a line HEAD with the length of a JSON text in bytes, then that text, twice. Two
// equal copies show damage as well as a checksum would, and cost less: Node's crypto takes milliseconds to load.

const HEAD = /^zephyr-blobs index 1 (\d{1,8})\n/;
const HEAD_BYTES = 64;

/** More is neither read nor written. */
export const MAX_SHARD_BYTES = 16 * 1024 * 1024;

/** What was worked out from files, and what the file system answered meanwhile. */
export interface Remembered {
  /** What it was worked out for. */
  readonly key: string;
  readonly observations: readonly Observation[];
  /** Plain JSON. */
  readonly value: unknown;
}

/** What is remembered of one directory. */
export interface Shard {
  /** Whose it is: the program that wrote it, and the directory. */
  readonly owner: string;
  readonly remembered?: Remembered;
  /** For each file, by its path: its stamp and SHA-256. */
  readonly digests: Readonly<Record<string, readonly [stamp: string, sha256: string]>>;
}

/** The bytes of a shard's file; undefined for one that would be too large. */
export function writeShard(shard: Shard): Buffer | undefined {
  const text = Buffer.from(JSON.stringify(shard), 'utf8');
  const bytes = Buffer.concat([Buffer.from(`zephyr-blobs index 1 ${text.length}\n`), text, text]);
  return bytes.length > MAX_SHARD_BYTES ? undefined : bytes;
}

/** The shard that `bytes` hold; undefined for anything else, damaged ones included. */
export function findShard(bytes: Buffer, owner: string): Shard | undefined {
  const [head = '', digits = ''] = HEAD.exec(bytes.toString('latin1', 0, HEAD_BYTES)) ?? [];
  const length = Number(digits);
  const [start, middle] = [head.length, head.length + length];
  if (head === '' || bytes.length !== middle + length) return undefined;
  if (bytes.compare(bytes, middle, middle + length, start, middle) !== 0) return undefined;
  try {
    const shard: unknown = JSON.parse(bytes.toString('utf8', start, middle));
    return isShard(shard) && shard.owner === owner ? shard : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The shard in `file`; undefined where there is none, and for one that another user made or may have changed: what a
 * shard says is believed.
 */
export function readShard(file: string, owner: string): Shard | undefined {
  try {
    assertPrivate(lstatSync(dirname(file)));
    return findShard(readCheckedFile(file, MAX_SHARD_BYTES, assertPrivate), owner);
  } catch {
    return undefined;
  }
}

// Of a SHA-256.
const DIGITS = 64;

// Bits of a mode by which group and others may write.
const FOREIGN_WRITE = 0o022;

function assertPrivate({ uid, mode }: Stats): void {
  const user = process.geteuid?.();
  if (user === undefined) return;
  if (uid !== user || (mode & FOREIGN_WRITE) !== 0) throw new Error('not ours');
}

function isShard(value: unknown): value is Shard {
  if (!isRecord(value) || typeof value['owner'] !== 'string' || !isRecord(value['digests'])) return false;
  return (
    Object.values(value['digests']).every(isDigest) &&
    (value['remembered'] === undefined || isRemembered(value['remembered']))
  );
}

function isDigest(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [stamp, digest] = value as unknown[];
  return typeof stamp === 'string' && typeof digest === 'string' && digest.length === DIGITS;
}

function isRemembered(value: unknown): boolean {
  if (!isRecord(value) || typeof value['key'] !== 'string' || !('value' in value)) return false;
  const observations = value['observations'];
  return Array.isArray(observations) && observations.every(isObservation);
}

function isObservation(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 3) return false;
  const [question, path, answer] = value as unknown[];
  return (
    typeof path === 'string' &&
    (answer === null || typeof answer === 'string') &&
    (question === 'file' || question === 'names' || question === 'real')
  );
}
