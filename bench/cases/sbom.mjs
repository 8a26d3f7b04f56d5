// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { limitRow, measureUsage } from '../support/measure-usage.mjs';

const modules = 25;
const blobsPerModule = 40;
const rounds = 3;
const targetCpuSeconds = 1;
const formats = ['spdx-json', 'cyclonedx-json'];

/**
 * The bytes of a blob.
 * @param {string} name
 */
function bytesOf(name) {
  return `${name}\n`.repeat(50);
}

/**
 * Writes a module with all of its blobs in place.
 * @param {string} directory
 * @param {number} number
 */
async function writeModule(directory, number) {
  const blobs = path.join(directory, 'zephyr', 'blobs');
  const lines = [`name: hal_bench_${number}`, 'build:', '  cmake: .', 'blobs:'];
  for (let entry = 0; entry < blobsPerModule; entry++) {
    const file = `lib/board_${entry % 7}/libradio_${number}_${entry}.a`;
    await mkdir(path.dirname(path.join(blobs, file)), { recursive: true });
    await writeFile(path.join(blobs, file), bytesOf(file));
    lines.push(
      `  - path: ${file}`,
      `    sha256: ${createHash('sha256').update(bytesOf(file)).digest('hex')}`,
      `    type: ${entry % 4 === 0 ? 'img' : 'lib'}`,
      "    version: '1.0'",
      `    license-path: zephyr/blobs/license_${entry % 2}.txt`,
      `    url: https://example.com/vendor/hal_${number}/raw/v1.0/${file}`,
      `    description: "Radio library ${entry}"`,
      '    doc-url: https://example.com/vendor/doc',
    );
  }
  await writeFile(path.join(blobs, 'license_0.txt'), 'SPDX-License-Identifier: BSD-3-Clause\n');
  await writeFile(
    path.join(blobs, 'license_1.txt'),
    `Licence of vendor ${number}\n\n${'You may use these bytes in products with our chips. '.repeat(200)}\n`,
  );
  await writeFile(path.join(directory, 'zephyr', 'module.yml'), `${lines.join('\n')}\n`);
}

/** @type {import('../support/case.mjs').Case} */
export const sbom = {
  name: 'sbom',
  about: `CPU time of an SBOM of ${modules * blobsPerModule} blobs in ${modules} modules, beyond start-up`,
  async run({ program, scratch, signal }) {
    const args = [program];
    for (let number = 0; number < modules; number++) {
      const directory = path.join(scratch, `hal_bench_${number}`);
      await writeModule(directory, number);
      args.push('-m', directory);
    }
    const rows = [];
    for (const format of formats) {
      const ours = [];
      const startUps = [];
      const outputs = new Set();
      for (let round = 0; round < rounds; round++) {
        const options = { directory: scratch, signal, environment: { SOURCE_DATE_EPOCH: '1700000000' } };
        const run = await measureUsage({ args: [...args, 'sbom', '--format', format], ...options });
        const { packages, components } = JSON.parse(run.stdout);
        const { length } = packages ?? components;
        if (length !== modules * (blobsPerModule + 1)) throw new Error(`the SBOM has ${length} packages`);
        outputs.add(run.stdout);
        const startUp = await measureUsage({ args: ['-e', '0'], directory: scratch, signal });
        startUps.push(startUp.cpuSeconds);
        ours.push(run.cpuSeconds - startUp.cpuSeconds);
      }
      if (outputs.size !== 1) throw new Error(`${format}: the same blobs made other bytes`);
      rows.push(
        limitRow({
          unit: 's',
          oursRuns: ours,
          reference: `node -e 0 (${format})`,
          referenceRuns: startUps,
          target: targetCpuSeconds,
        }),
      );
    }
    return { case: 'sbom', rows, notes: ['CPU time, user and system, less that of node -e 0'] };
  },
};
