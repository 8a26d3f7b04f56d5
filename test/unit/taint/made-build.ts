// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Issue } from '../../../src/core/report.ts';
import { findLinkedBlobs } from '../../../src/taint/linked-blobs.ts';
import { tempDir, withDirectory } from '../../support/temp.ts';
import { NEVER, sampleBlob } from '../samples.ts';

/** What is found out about a build. */
export interface Found {
  /** `<kind> <file below the build directory>` of all that names a blob, by the blob's path. */
  readonly linked: Readonly<Record<string, readonly string[]>>;
  readonly issues: readonly Issue[];
}

/** A build directory beside a module with blobs, none of which is there. */
export interface MadeBuild {
  /** Holds `hal` and `build`; without symbolic links. */
  readonly top: string;
  /** Absolute. */
  readonly directory: string;
  /** The module's `zephyr/blobs`, absolute. */
  readonly blobsDirectory: string;
  find(directory?: string, blobs?: readonly string[]): Promise<Found>;
}

/** Path below the build directory → content; `@BLOBS@` in a text stands for the module's `zephyr/blobs`. */
export type BuildFiles = Readonly<Record<string, string | Uint8Array>>;

/** The blobs that every made build knows, unless a test names others. */
const BLOBS = ['a.a', 'b.a', 'lib/libphy.a', 'fw.bin', 'dir with space/c.a'] as const;

export function makeBuild(files: BuildFiles): MadeBuild {
  const top = tempDir();
  const moduleDirectory = join(top, 'hal');
  const blobsDirectory = join(moduleDirectory, 'zephyr', 'blobs');
  const directory = join(top, 'build');
  mkdirSync(directory);
  mkdirSync(blobsDirectory, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    const bytes = typeof content === 'string' ? content.replaceAll('@BLOBS@', blobsDirectory) : content;
    writeFileSync(withDirectory(join(directory, path)), bytes);
  }
  const find = async (build = directory, paths: readonly string[] = BLOBS): Promise<Found> => {
    const blobs = paths.map((path) => sampleBlob({ path, moduleDirectory }));
    const { evidence, issues } = await findLinkedBlobs(build, blobs, NEVER);
    const linked = [...evidence].map(([blob, reasons]) => [
      blob.path,
      reasons.map(({ kind, file }) => `${kind} ${file.slice(directory.length + 1)}`),
    ]);
    return { linked: Object.fromEntries(linked), issues };
  };
  return { top, directory, blobsDirectory, find };
}

/** The paths of the blobs that a build with these files links; fails where something is wrong with it. */
export async function linkedIn(files: BuildFiles): Promise<string[]> {
  const { linked, issues } = await makeBuild(files).find();
  if (issues.length > 0) throw new Error(issues.map(({ file, message }) => `${file}: ${message}`).join('\n'));
  return Object.keys(linked).sort();
}

/** ninja's log of dependencies with these entries. */
export function ninjaDeps(version: 3 | 4, entries: Readonly<Record<string, readonly string[]>>): Buffer {
  const ids = new Map<string, number>();
  const records: Buffer[] = [Buffer.from('# ninjadeps\n'), int32(version)];
  const idOf = (path: string): number => {
    const known = ids.get(path);
    if (known !== undefined) return known;
    const id = ids.size;
    ids.set(path, id);
    const bytes = Buffer.from(path);
    const body = Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4), int32(~id)]);
    records.push(int32(body.length), body);
    return id;
  };
  for (const [output, inputs] of Object.entries(entries)) {
    const list = [output, ...inputs].map(idOf);
    const [id = 0, ...rest] = list;
    const body = Buffer.concat([int32(id), Buffer.alloc(version === 3 ? 4 : 8, 1), ...rest.map(int32)]);
    records.push(int32(body.length | 0x80000000), body);
  }
  return Buffer.concat(records);
}

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32LE(value | 0);
  return buffer;
}
