// SPDX-License-Identifier: Apache-2.0
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'vitest';
import { writeManifest } from './modules.ts';
import { filesBelow, withDirectory } from './temp.ts';

/** Real module.yml files of vendors; lies beside the project and is often absent. Read in place, never written. */
export const CORPUS = fileURLToPath(new URL('../../../shared/corpus', import.meta.url));

/** Skips the running test when the corpus is absent. */
export function needCorpus(context: TestContext): void {
  if (!existsSync(join(CORPUS, 'oddities.json'))) context.skip('shared corpus absent, skipped');
}

/** One golden run of `west blobs list`. */
export interface GoldenCase {
  readonly case: string;
  /** The file that holds what west printed, `<topdir>` standing for the workspace. */
  readonly golden: string | null;
  readonly modules: readonly { readonly dir: string; readonly path: string; readonly project: string }[];
  /** Blobs in place before the run; `keep`: only that many first bytes. */
  readonly place?: readonly {
    readonly module: string;
    readonly path: string;
    readonly sha256: string;
    readonly keep?: number;
  }[];
}

/** The golden case of this name. */
export function readGoldenCase(name: string): GoldenCase {
  const { cases } = JSON.parse(readCorpus('list.golden.json')) as { cases: readonly GoldenCase[] };
  const found = cases.find((candidate) => candidate.case === name);
  if (found === undefined) throw new Error(`list.golden.json has no case ${name}`);
  return found;
}

/** What west printed in a golden case run in `topdir`. */
export function goldenOutput({ golden }: GoldenCase, topdir: string): string {
  return golden === null ? '' : readCorpus(golden).replaceAll('<topdir>', topdir);
}

/** Copies the modules of a golden case to their places below `topdir` and writes a manifest that lists them. */
export function rebuildWorkspace({ modules }: GoldenCase, topdir: string): void {
  for (const { dir, path } of modules) copyModule(dir, join(topdir, path));
  writeManifest(
    topdir,
    modules.map(({ project, path }) => ({ name: project, path })),
  );
}

/** Copies a module of the corpus; the copy is writable even where the corpus is not. */
export function copyModule(directory: string, to: string): void {
  const from = join(CORPUS, directory);
  for (const path of filesBelow(from)) {
    writeFileSync(withDirectory(join(to, path)), readFileSync(join(from, path)));
  }
}

/** A text file of the corpus. */
export function readCorpus(path: string): string {
  return readFileSync(join(CORPUS, path), 'utf8');
}

/** The true bytes with this digest. */
export function corpusBytes(digest: string): Buffer {
  return readFileSync(join(CORPUS, 'bytes', digest));
}

/** A blob whose true bytes the corpus holds. */
export interface IndexedBlob {
  readonly sha256: string;
  /** Directory of its module in the corpus. */
  readonly module: string;
  readonly path: string;
  readonly url: string;
}

/** The blobs of bytes/INDEX.tsv. */
export function readIndex(): IndexedBlob[] {
  const [, ...lines] = readCorpus('bytes/INDEX.tsv').trimEnd().split('\n');
  return lines.map((line) => {
    const [digest = '', , module = '', path = '', url = ''] = line.split('\t');
    return { sha256: digest, module, path, url };
  });
}

/** Directories of all modules in the corpus, relative to it. */
export function corpusModules(): string[] {
  return readdirSync(join(CORPUS, 'modules'), { recursive: true, encoding: 'utf8' })
    .map((path) => path.split(sep).join('/'))
    .filter((path) => /^[^/]+\/[^/]+\/zephyr\/module\.yml$/.test(path))
    .map((path) => `modules/${path.slice(0, -'/zephyr/module.yml'.length)}`)
    .sort();
}
