// SPDX-License-Identifier: Apache-2.0
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const corpus = fileURLToPath(new URL('../../../shared/corpus/', import.meta.url));

/**
 * Copies the corpus's modules of different names into a workspace, where the corpus is there.
 * @param {string} topdir
 * @returns {Promise<import('./workspace.mjs').WorkspaceModules | undefined>}
 */
export async function copyCorpusModules(topdir) {
  const text = await readFile(path.join(corpus, 'list.golden.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  /** @type {{ cases: { case: string, lines: number, modules: { dir: string, path: string, project: string }[] }[] }} */
  const golden = JSON.parse(text);
  const unique = golden.cases.find((each) => each.case === 'unique');
  if (unique === undefined) return undefined;
  for (const module of unique.modules) {
    // Only module.yml: the corpus's directories may be read-only, and would be so here too.
    const moduleFile = path.join('zephyr', 'module.yml');
    await mkdir(path.join(topdir, module.path, 'zephyr'), { recursive: true });
    await copyFile(path.join(corpus, module.dir, moduleFile), path.join(topdir, module.path, moduleFile));
  }
  const projects = unique.modules.map((module) => ({ name: module.project, path: module.path }));
  return { projects, blobs: unique.lines, source: 'from the corpus' };
}
