// SPDX-License-Identifier: Apache-2.0
import { setMaxListeners } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BlobQuery } from '../../src/app/load-modules.ts';
import type { Blob, Module } from '../../src/core/blob.ts';
import type { Clock, Prompt } from '../../src/core/deps.ts';
import { BlobsError } from '../../src/core/errors.ts';
import type { Issue } from '../../src/core/report.ts';
import { findSha256, type Sha256 } from '../../src/core/sha256.ts';
import type { ReadModule } from '../../src/module/empty-module.ts';
import { readModule } from '../../src/module/read-module.ts';
import { readYaml, type YamlResult } from '../../src/yaml/read-yaml.ts';
import { sha256, tempDir, withDirectory } from '../support/temp.ts';

/** The digest of `content`. */
export function digestOf(content: Uint8Array | string): Sha256 {
  const digest = findSha256(sha256(content));
  if (digest === undefined) throw new Error('no digest');
  return digest;
}

/** A blob that was never read from a file; `content` decides its digest. */
export function sampleBlob(changes: Partial<Blob> & { readonly content?: Uint8Array | string } = {}): Blob {
  const { content = 'content', ...rest } = changes;
  const moduleDirectory = rest.moduleDirectory ?? '/nowhere/hal_x';
  const path = rest.path ?? 'fw.bin';
  const digest = rest.digest ?? digestOf(content);
  return {
    module: 'hal_x',
    moduleDirectory,
    path,
    abspath: join(moduleDirectory, 'zephyr', 'blobs', path),
    digest,
    sha256: digest,
    type: 'img',
    version: '1.0',
    licensePath: 'LICENSE',
    licenseAbspath: join(moduleDirectory, 'LICENSE'),
    urls: [`https://blobs.invalid/${path}`],
    description: 'a sample',
    extra: {},
    index: 0,
    origin: { file: join(moduleDirectory, 'zephyr', 'module.yml'), line: 1, column: 1 },
    ...rest,
  };
}

/** A module that was never read from a file. */
export function sampleModule(name: string, blobs: readonly Blob[] = []): Module {
  return { name, directory: `/nowhere/${name}`, depends: [], blobs };
}

/** What `readYaml` makes of a text. */
export function readText(content: string | Uint8Array): YamlResult {
  return readYaml('/x/module.yml', Buffer.from(content));
}

/** The value of a text that must be sound. */
export function soundValue(content: string | Uint8Array): unknown {
  const { document, issues } = readText(content);
  if (document === undefined) throw new Error(`not sound: ${summary(issues).join('; ')}`);
  return document.value;
}

/** Each issue as "line:column message". */
export function summary(issues: readonly Issue[]): string[] {
  return issues.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

/** Reads a module.yml with this content from a new directory `hal_x`, which `prepare` may fill first. */
export function readModuleText(
  content: string | Uint8Array,
  prepare?: (directory: string) => void,
): ReadModule & { readonly directory: string } {
  const directory = join(tempDir(), 'hal_x');
  const file = withDirectory(join(directory, 'zephyr', 'module.yml'));
  writeFileSync(file, content);
  prepare?.(directory);
  const { observations: _, document: __, ...read } = readModule({ directory, defaultName: 'hal_x' }, file);
  return { ...read, directory };
}

/** The lines of one entry of `blobs:` with `changes`; a value of undefined leaves the key out. */
export function entryText(changes: Readonly<Record<string, string | undefined>> = {}): string {
  const entry: Record<string, string | undefined> = {
    path: 'fw.bin',
    sha256: `"${digestOf('content')}"`,
    type: 'img',
    version: '"1.0"',
    'license-path': 'LICENSE',
    url: 'https://blobs.invalid/fw.bin',
    description: 'a sample',
    ...changes,
  };
  const lines = Object.entries(entry).flatMap(([key, value]) =>
    value === undefined ? [] : `${key}: ${value}`,
  );
  return `  - ${lines.join('\n    ')}\n`;
}

/** A query for these module directories and nothing else. */
export function queryFor(
  directories: readonly string[],
  selection: Partial<BlobQuery['selection']> = {},
): BlobQuery {
  return {
    search: {
      cwd: '/',
      moduleDirectories: directories,
      zephyrModules: [],
      extraModules: [],
      westConfig: { global: '/nonexistent/global', system: ['/nonexistent/system'] },
      gitEnvironment: {},
    },
    selection: { modules: [], ...selection },
  };
}

/** A clock that never waits, and remembers for how long it was asked to. */
export class FakeClock implements Clock {
  readonly slept: number[] = [];
  nowMs = Date.UTC(2024, 0, 2, 3, 4, 5);

  now(): number {
    return this.nowMs;
  }

  async sleep(ms: number): Promise<void> {
    this.slept.push(ms);
    this.nowMs += ms;
  }
}

/** A person who gives `answers` in turn, and remembers what was asked. */
export class FakePrompt implements Prompt {
  readonly isInteractive: boolean;
  readonly asked: { text: string; question: string }[] = [];
  readonly #answers: boolean[];

  constructor(answers: readonly boolean[] | undefined) {
    this.isInteractive = answers !== undefined;
    this.#answers = [...(answers ?? [])];
  }

  async confirm(text: string, question: string): Promise<boolean> {
    this.asked.push({ text, question });
    const answer = this.#answers.shift();
    if (answer === undefined) throw new Error('asked more often than expected');
    return answer;
  }
}

/** The BlobsError that `action` throws or rejects with. */
export async function caught(action: () => unknown): Promise<BlobsError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof BlobsError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** A signal that is never aborted; as many as want may listen to it at once. */
export const NEVER: AbortSignal = new AbortController().signal;
setMaxListeners(0, NEVER);
