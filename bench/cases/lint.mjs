// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { limitRow, measureUsage } from '../support/measure-usage.mjs';

// As many as there are in all known versions of real modules.
const modules = 400;
const entries = 8_700;
const rounds = 3;
const targetCpuSeconds = 4;
const targetMib = 200;

/**
 * A module with the troubles of real ones.
 * @param {number} number
 */
function moduleYaml(number) {
  const first = Math.floor((number * entries) / modules);
  const end = Math.floor(((number + 1) * entries) / modules);
  const lines = [`name: hal_bench_${number}`, 'build:', '  cmake: .', 'blobs:'];
  for (let entry = first; entry < end; entry++) {
    const file = `lib/board_${entry % 7}/libradio_${entry}.a`;
    const ref = ['refs/heads/main', 'v1.2.3', createHash('sha1').update(file).digest('hex')][entry % 3];
    const sha256 = createHash('sha256').update(file).digest('hex');
    lines.push(
      `  - path: ${file}`,
      `    sha256: ${entry % 11 === 0 ? sha256.toUpperCase() : sha256}`,
      `    type: ${entry % 4 === 0 ? 'img' : 'lib'}`,
      `    version: '${entry % 13 === 0 ? 'TBD' : '1.0'}'`,
      `    license-path: ${entry % 5 === 0 ? './LICENSE' : 'zephyr/blobs/license.txt'}`,
      `    url: https://github.com/vendor/hal_${number}/raw/${ref}/${file}`,
      `    description: "Radio library ${entry}"`,
      ...(entry % 3 === 0 ? [] : ['    doc-url: https://example.com/vendor/doc']),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** @type {import('../support/case.mjs').Case} */
export const lint = {
  name: 'lint',
  about: `CPU time and peak memory of linting ${entries} entries in ${modules} modules`,
  async run({ program, scratch, signal }) {
    const args = [program];
    for (let number = 0; number < modules; number++) {
      const directory = path.join(scratch, `hal_bench_${number}`);
      await mkdir(path.join(directory, 'zephyr'), { recursive: true });
      await writeFile(path.join(directory, 'zephyr', 'module.yml'), moduleYaml(number));
      await writeFile(path.join(directory, 'LICENSE'), 'SPDX-License-Identifier: Apache-2.0\n');
      args.push('-m', directory);
    }
    // There are findings, so the exit code alone does not tell a whole run.
    const lintAll = [...args, 'lint', '--json'];
    const ours = [];
    const reference = [];
    for (let round = 0; round < rounds; round++) {
      const run = await measureUsage({ args: lintAll, directory: scratch, signal, exitCodes: [0, 1] });
      const { total } = JSON.parse(run.stdout).summary;
      if (total !== entries) throw new Error(`lint looked at ${total} entries, not ${entries}`);
      ours.push(run);
      reference.push(await measureUsage({ args: ['-e', '0'], directory: scratch, signal }));
    }
    const name = 'node -e 0';
    return {
      case: 'lint',
      rows: [
        limitRow({
          unit: 's',
          oursRuns: ours.map(({ cpuSeconds }) => cpuSeconds),
          reference: name,
          referenceRuns: reference.map(({ cpuSeconds }) => cpuSeconds),
          target: targetCpuSeconds,
        }),
        limitRow({
          unit: 'MiB',
          oursRuns: ours.map(({ peakMemoryMib }) => peakMemoryMib),
          reference: name,
          referenceRuns: reference.map(({ peakMemoryMib }) => peakMemoryMib),
          target: targetMib,
        }),
      ],
      notes: ['CPU time, user and system'],
    };
  },
};
