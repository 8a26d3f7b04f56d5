// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { type FaultServer, startFaultServer } from './fault-server.ts';
import { type BlobSpec, type MadeModule, makeModule, makeWorkspace } from './modules.ts';
import { type CliOptions, type CliResult, type JsonDocument, runCli } from './run-cli.ts';
import { schemaErrors } from './schema.ts';
import {
  filesBelow,
  sha256,
  sha256OfFile,
  someBytes,
  tempDir,
  temporaryFilesBelow,
  testHome,
  withDirectory,
} from './temp.ts';

export const PATH = 'lib/fw.bin';
export const BYTES = someBytes('stored', 50_000);
export const DIGEST = sha256(BYTES);
export const IS_WINDOWS = process.platform === 'win32';

export interface Damage {
  readonly what: string;
  readonly damage: (file: string) => void;
  /** Codes of the warnings; absent where none is needed, since nothing was tried. */
  readonly warnings?: readonly string[];
}

export const DAMAGED_FILES: readonly Damage[] = [
  {
    what: 'with a changed byte',
    damage: (file) =>
      writeFileSync(file, Buffer.concat([BYTES.subarray(0, -1), Buffer.from([1 ^ (BYTES.at(-1) ?? 0)])])),
    warnings: ['BLOBS_HASH_MISMATCH'],
  },
  {
    what: 'that is truncated',
    damage: (file) => writeFileSync(file, BYTES.subarray(0, 30_000)),
    warnings: ['BLOBS_HASH_MISMATCH'],
  },
  { what: 'that is empty', damage: (file) => writeFileSync(file, ''), warnings: ['BLOBS_HASH_MISMATCH'] },
  { what: 'that grew', damage: (file) => appendFileSync(file, 'more'), warnings: ['BLOBS_SIZE_MISMATCH'] },
];

export const STRANGERS: readonly (Damage & { readonly isThere?: (file: string) => boolean })[] = [
  {
    what: 'a directory',
    damage: (file) => writeFileSync(withDirectory(join(file, 'mine')), 'mine'),
    warnings: ['BLOBS_FILE_ACCESS'],
    isThere: (file) => readFileSync(join(file, 'mine'), 'utf8') === 'mine',
  },
  {
    what: 'a symbolic link to wrong bytes',
    damage: (file) => {
      writeFileSync(join(testHome(), 'elsewhere'), 'wrong');
      symlinkSync(join(testHome(), 'elsewhere'), file);
    },
    isThere: () => readFileSync(join(testHome(), 'elsewhere'), 'utf8') === 'wrong',
  },
  {
    what: 'a symbolic link to the right bytes',
    damage: (file) => {
      writeFileSync(join(testHome(), 'elsewhere'), BYTES);
      symlinkSync(join(testHome(), 'elsewhere'), file);
    },
    isThere: () => sha256OfFile(join(testHome(), 'elsewhere')) === DIGEST,
  },
  { what: 'a symbolic link to itself', damage: (file) => symlinkSync(file, file) },
  ...(IS_WINDOWS ? [] : [{ what: 'a FIFO', damage: (file: string) => void execFileSync('mkfifo', [file]) }]),
];

/** The default place, since no test names another unless it says so. */
export function storeDirectory(): string {
  return join(testHome(), '.cache', 'zephyr-blobs');
}

/** Paths of all files below `directory`, but for what is remembered of files, which is there or not as time has it. */
export function storedBelow(directory: string): string[] {
  return filesBelow(directory).filter((path) => !/(?:^|\/)v1\/index\/u\d*\/[0-9a-f]{16}\.idx$/.test(path));
}

export function entryFile(digest = DIGEST): string {
  return join(storeDirectory(), 'v1', 'sha256', digest.slice(0, 2), digest);
}

export async function serveBlob(): Promise<{ server: FaultServer; url: string }> {
  const server = await startFaultServer();
  return { server, url: server.serve('/fw.bin', BYTES) };
}

export function moduleWith(blobs: readonly BlobSpec[]): MadeModule {
  return makeModule(join(tempDir(), 'hal_x'), { name: 'hal_x', blobs });
}

/** A workspace with one module and these lines in the section `[blobs]` of its configuration; its topdir. */
export function workspaceWith(blobs: readonly BlobSpec[], lines: readonly string[]): string {
  const topdir = join(tempDir(), 'workspace');
  makeWorkspace(topdir, [{ name: 'hal_x', blobs }]);
  appendFileSync(join(topdir, '.west', 'config'), `[blobs]\n${lines.join('\n')}\n`);
  return topdir;
}

export function manyPaths(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `many/${index}.bin`);
}

export function bytesOf(path: string): Buffer {
  return someBytes(path, 20_000);
}

/** So many blobs, each with its own bytes and URL; the answer may take some time. */
export function manyBlobs(
  server: FaultServer,
  count: number,
  { delayMs }: { delayMs?: number } = {},
): BlobSpec[] {
  return manyPaths(count).map((path) => ({
    path,
    bytes: bytesOf(path),
    url: server.serve(`/${path}`, bytesOf(path), {
      kind: 'ok',
      ...(delayMs === undefined ? {} : { delayMs }),
    }),
  }));
}

export function expectManyBlobs(module: MadeModule, count: number): void {
  const found = manyPaths(count).map((path) => sha256OfFile(module.blobFile(path)));
  expect(found).toEqual(manyPaths(count).map((path) => sha256(bytesOf(path))));
  expect(temporaryFilesBelow(module.directory)).toEqual([]);
}

/** Fails for an entry of the store that does not hold what its name says. */
export function expectGoodStore(hint = ''): void {
  const root = join(storeDirectory(), 'v1', 'sha256');
  for (const path of filesBelow(root))
    expect(path, hint).toBe(`${path.slice(0, 2)}/${sha256OfFile(join(root, path))}`);
}

/** Does as if the test's own process downloaded the blob, until it is told to end. */
export function holdLock({ bytes = '' }: BlobSpec): () => void {
  const file = withDirectory(join(storeDirectory(), 'v1', 'partial', `${sha256(bytes)}.lock`));
  writeFileSync(file, `${process.pid}-`);
  return () => rmSync(file);
}

export function fetch(
  module: MadeModule,
  args: readonly string[] = [],
  options: CliOptions = {},
): Promise<CliResult> {
  return runCli(['fetch', '-m', module.directory, '--timeout', '10', ...args], options);
}

export async function fetchJson(module: MadeModule): Promise<JsonDocument> {
  return checked(await fetch(module, ['--json']));
}

/** The document of a fetch, which must be as its schema says, and whose summary must count its blobs. */
export function checked(result: CliResult): JsonDocument {
  const document = result.json();
  expect(schemaErrors('fetch', document)).toEqual([]);
  const { total, ...counts } = document.summary;
  expect(total).toBe(document.blobs.length);
  for (const [name, number] of Object.entries(counts)) {
    expect([name, number]).toEqual([name, document.blobs.filter((blob) => blob.result === name).length]);
  }
  return document;
}

export function outcome(blob: JsonDocument['blobs'][number]): unknown[] {
  return [blob.status, blob.result, blob['source'], blob['bytes']];
}

export function modeOf(file: string): number {
  return statSync(file).mode & 0o777;
}

/** Makes every directory below `directory`, which is made if it is missing, read-only while the test runs. */
export function makeReadOnly(directory: string): void {
  mkdirSync(directory, { recursive: true });
  execFileSync('chmod', ['-R', 'a-w', directory]);
  onTestFinished(() => void execFileSync('chmod', ['-R', 'u+w', directory]));
}

/** All that can be seen of what lies below `directory`, but for when it was read. */
export function snapshot(directory: string): unknown[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => {
      const { mode, size, mtimeMs, ctimeMs, ino } = lstatSync(path);
      return [path, mode, size, mtimeMs, ctimeMs, ino];
    });
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
