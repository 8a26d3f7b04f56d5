// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

// A few modules have many blobs and many have few, as in a real workspace: 310 blobs in 26 modules.
const blobsPerModule = [88, 62, 44, 31, 22, 15, 11, 8, 5, 4, 3, 2, 2, ...Array.from({ length: 13 }, () => 1)];

/**
 * Writes modules like real ones into a workspace.
 * @param {string} topdir
 * @returns {Promise<import('./workspace.mjs').WorkspaceModules>}
 */
export async function writeGeneratedModules(topdir) {
  const projects = [];
  for (const [index, blobs] of blobsPerModule.entries()) {
    const project = { name: `hal_bench_${index}`, path: `modules/hal/bench_${index}` };
    const directory = path.join(topdir, project.path, 'zephyr');
    await mkdir(directory, { recursive: true });
    await writeFile(path.join(directory, 'module.yml'), moduleYaml(project.name, blobs));
    projects.push(project);
  }
  const blobs = blobsPerModule.reduce((sum, count) => sum + count, 0);
  return { projects, blobs, source: 'generated (the corpus is absent)' };
}

/**
 * @param {string} name
 * @param {number} blobs
 */
function moduleYaml(name, blobs) {
  const entries = Array.from({ length: blobs }, (_, index) => {
    const file = `lib/board_${index % 7}/libradio_${index}.a`;
    return [
      `  - path: ${file}`,
      `    sha256: ${createHash('sha256').update(`${name}/${file}`).digest('hex')}`,
      '    type: lib',
      "    version: '1.0'",
      '    license-path: zephyr/blobs/license.txt',
      `    url: https://example.com/vendor/${name}/raw/0123456789abcdef0123456789abcdef01234567/${file}`,
      `    description: "Radio library ${index}"`,
      '    doc-url: https://example.com/vendor/doc',
    ].join('\n');
  });
  return `name: ${name}\nbuild:\n  cmake: .\n  kconfig: zephyr/Kconfig\nblobs:\n${entries.join('\n')}\n`;
}
