// SPDX-License-Identifier: Apache-2.0
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** @typedef {{ name: string, path: string }} Project */

/**
 * Modules that lie in a workspace, and where they came from.
 * @typedef {{ projects: Project[], blobs: number, source: string }} WorkspaceModules
 */

/**
 * Makes a directory a west workspace whose manifest names the projects.
 * @param {string} topdir
 * @param {Project[]} projects
 */
export async function writeWorkspace(topdir, projects) {
  await mkdir(path.join(topdir, '.west'));
  await writeFile(
    path.join(topdir, '.west', 'config'),
    '[manifest]\npath = manifest\nfile = west.yml\n\n[zephyr]\nbase = zephyr\n',
  );
  const entries = projects.map(
    (project) => `    - name: ${project.name}\n      path: ${project.path}\n      revision: main\n`,
  );
  await mkdir(path.join(topdir, 'manifest'));
  await writeFile(
    path.join(topdir, 'manifest', 'west.yml'),
    `manifest:\n  defaults:\n    remote: bench\n  remotes:\n    - name: bench\n      url-base: https://example.com\n` +
      `  projects:\n${entries.join('')}  self:\n    path: manifest\n`,
  );
}
