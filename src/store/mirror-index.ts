// SPDX-License-Identifier: Apache-2.0
import { lstatSync } from 'node:fs';
import { BlobsError, describeError } from '../core/errors.ts';
import { isRecord } from '../core/record.ts';
import { findSha256, type Sha256 } from '../core/sha256.ts';
import { readRegularFile } from './regular-file.ts';

// What index.json of a mirror directory holds, version 1. It tells people and tools what the files are; a fetch finds
// them by digest alone.
//
//   {
//     "schemaVersion": 1,
//     "format": "zephyr-blobs mirror",
//     "blobs": [                                       by sha256
//       {
//         "sha256": "abcd…",                           of the file sha256/ab/abcd…
//         "size": 123,                                 its bytes
//         "entries": [{"module": …, "path": …, …}]     every entry of a module.yml that it was pushed for, by the keys of
//       }                                              module.yml and with its module's name; URLs without credentials
//     ]
//   }
//
// Keys that are not named here stay as they are.

const SCHEMA_VERSION = 1;
const FORMAT = 'zephyr-blobs mirror';
const MAX_BYTES = 64 * 1024 * 1024;

/** A file of a mirror, and the entries of module.yml that it is for. */
export interface MirroredBlob {
  readonly sha256: Sha256;
  readonly size: number;
  readonly entries: readonly Readonly<Record<string, unknown>>[];
}

/** The content of an index. */
export interface MirrorIndex {
  readonly blobs: readonly MirroredBlob[];
  readonly [key: string]: unknown;
}

/**
 * What the index in `file` holds; nothing where there is no file.
 *
 * @throws BlobsError `BLOBS_BAD_MIRROR` for anything that is no such index; `BLOBS_FILE_ACCESS`
 */
export function readMirrorIndex(file: string): MirrorIndex {
  let text: string;
  try {
    const stats = lstatSync(file, { throwIfNoEntry: false });
    if (stats === undefined) return { blobs: [] };
    if (!stats.isFile()) throw bad(file, 'is not a regular file');
    text = readRegularFile(file, MAX_BYTES).toString('utf8');
  } catch (error) {
    if (error instanceof BlobsError && error.code === 'BLOBS_BAD_MIRROR') throw error;
    if (error instanceof BlobsError) throw bad(file, `is no regular file of at most ${MAX_BYTES} bytes`);
    throw new BlobsError('BLOBS_FILE_ACCESS', `cannot read ${file}: ${describeError(error)}`);
  }
  return parseIndex(text, file);
}

/** `index` with all that `added` knows, and nothing less. */
export function mergeIntoIndex(index: MirrorIndex, added: readonly MirroredBlob[]): MirrorIndex {
  const blobs = new Map<string, MirroredBlob>(index.blobs.map((blob) => [blob.sha256, blob]));
  for (const blob of added) {
    const known = blobs.get(blob.sha256);
    const entries = new Map((known?.entries ?? []).map((entry) => [JSON.stringify(entry), entry]));
    for (const entry of blob.entries) entries.set(JSON.stringify(entry), entry);
    blobs.set(blob.sha256, { ...known, ...blob, entries: [...entries.values()] });
  }
  const sorted = [...blobs.values()].sort((one, other) => (one.sha256 < other.sha256 ? -1 : 1));
  return { ...index, blobs: sorted };
}

/**
 * The text of an index.
 *
 * @throws BlobsError `BLOBS_BAD_MIRROR` for one that could not be read again
 */
export function indexText(index: MirrorIndex, file: string): string {
  const { blobs, ...rest } = index;
  const content = { ...rest, schemaVersion: SCHEMA_VERSION, format: FORMAT, blobs };
  const text = `${JSON.stringify(content, undefined, 2)}\n`;
  if (Buffer.byteLength(text) <= MAX_BYTES) return text;
  throw bad(file, `would have more than ${MAX_BYTES} bytes`);
}

function parseIndex(text: string, file: string): MirrorIndex {
  let value: unknown;
  try {
    value = JSON.parse(text);
    // What is nested too deeply to be written again could not be kept.
    JSON.stringify(value);
  } catch {
    throw bad(file, 'is not JSON, or nested too deeply');
  }
  if (!isRecord(value) || value['format'] !== FORMAT) throw bad(file, 'is not the index of a mirror');
  if (value['schemaVersion'] !== SCHEMA_VERSION) throw bad(file, 'is of another version of this program');
  const { blobs } = value;
  if (!Array.isArray(blobs)) throw bad(file, 'has no list of blobs');
  const wrong = blobs.findIndex((blob) => !isMirroredBlob(blob));
  if (wrong !== -1) throw bad(file, `is damaged: blobs[${wrong}] is not as it should be`);
  return { ...value, blobs };
}

function isMirroredBlob(value: unknown): value is MirroredBlob {
  if (!isRecord(value)) return false;
  const { sha256, size, entries } = value;
  return (
    typeof sha256 === 'string' &&
    findSha256(sha256) === sha256 &&
    typeof size === 'number' &&
    Number.isSafeInteger(size) &&
    size >= 0 &&
    Array.isArray(entries) &&
    entries.every(isRecord)
  );
}

function bad(file: string, problem: string): BlobsError {
  return new BlobsError('BLOBS_BAD_MIRROR', `${file} ${problem}`, {
    hint: 'nothing was changed; name another directory, or move the file away',
  });
}
