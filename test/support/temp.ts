// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  watch,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { onTestFinished } from 'vitest';

/** A new empty directory, gone after the running test. No symbolic link is part of its path. */
export function tempDir(): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'blobs-test-')));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

let home: string | undefined;

/** The home directory of the running test: fresh for each test, shared by the runs in it. */
export function testHome(): string {
  if (home === undefined) {
    home = tempDir();
    onTestFinished(() => {
      home = undefined;
    });
  }
  return home;
}

/** SHA-256 as lower-case hexadecimal digits. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * The SHA-256 of what a file holds; undefined when there is no file. Comparing digests is quick and says little when
 * it fails, where comparing buffers is slow and says too much.
 */
export function sha256OfFile(path: string): string | undefined {
  return existsSync(path) ? sha256(readFileSync(path)) : undefined;
}

/** `sizeBytes` bytes that differ for each seed and do not compress well; the same on every run. */
export function someBytes(seed: string, sizeBytes = 1000): Buffer {
  const parts: Buffer[] = [];
  for (let i = 0; i * 32 < sizeBytes; i++) parts.push(createHash('sha256').update(`${seed}/${i}`).digest());
  return Buffer.concat(parts).subarray(0, sizeBytes);
}

/** Paths of all files and symbolic links below `directory`, relative, with forward slashes, sorted. */
export function filesBelow(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

/** The temporary files of the program, of any process, that lie below `directory`. */
export function temporaryFilesBelow(directory: string): string[] {
  return filesBelow(directory).filter((path) => /(?:^|\/)\.blobs-/.test(path));
}

/**
 * Resolves as soon as a temporary file of the program lies below `directory`, which is made if it is missing.
 * Event-driven: waits as long as the test may run.
 */
export async function untilTemporaryFileBelow(directory: string): Promise<void> {
  mkdirSync(directory, { recursive: true });
  await new Promise<void>((resolve) => {
    const watcher = watch(directory, { recursive: true }, check);
    function check(): void {
      if (temporaryFilesBelow(directory).length === 0) return;
      watcher.close();
      resolve();
    }
    check();
  });
}

/** Makes the directory that will hold `file`, and returns `file`. */
export function withDirectory(file: string): string {
  mkdirSync(dirname(file), { recursive: true });
  return file;
}
