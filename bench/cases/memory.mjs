// SPDX-License-Identifier: Apache-2.0
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { checkDownloads, listDownloads, writeBlobModule } from '../support/blob-module.mjs';
import { runCommand } from '../support/run-command.mjs';
import { scrubbedEnvironment } from '../support/scratch.mjs';
import { withServer } from '../support/server-process.mjs';

const sizeBytes = 2_000_000_000;
const rounds = 1;
const targetMib = 150;
const preload = new URL('../support/record-peak-memory.mjs', import.meta.url);

/**
 * Runs a node command in a directory of its own.
 * @param {object} run
 * @param {string[]} run.args
 * @param {string} run.directory
 * @param {AbortSignal} run.signal
 * @returns {Promise<number>} its peak memory in MiB
 */
async function measurePeakMemoryMib({ args, directory, signal }) {
  const file = path.join(directory, 'peak-memory');
  const env = { ...scrubbedEnvironment(directory), BENCH_PEAK_MEMORY_FILE: file };
  await runCommand(
    { file: process.execPath, args: ['--import', preload.href, ...args], cwd: directory, env },
    signal,
  );
  return Number(await readFile(file, 'utf8')) / 1024;
}

/** @type {import('../support/case.mjs').Case} */
export const memory = {
  name: 'memory',
  about: `peak memory of fetching one blob of ${sizeBytes / 1e9} GB`,
  run: ({ program, scratch, signal }) =>
    withServer({ delayMs: 0, scratch }, async (origin) => {
      const downloads = listDownloads({ origin, count: 1, sizeBytes });
      const oursRuns = [];
      const referenceRuns = [];
      for (let round = 0; round < rounds; round++) {
        const directory = path.join(scratch, `run-${round}`);
        const blobsDirectory = await writeBlobModule(path.join(directory, 'module'), downloads);
        const args = [program, '-m', path.join(directory, 'module'), 'fetch'];
        oursRuns.push(await measurePeakMemoryMib({ args, directory, signal }));
        await checkDownloads(blobsDirectory, downloads);
        referenceRuns.push(await measurePeakMemoryMib({ args: ['-e', '0'], directory, signal }));
        await rm(directory, { recursive: true });
      }
      // A limit holds for the worst run, not for the middle one.
      const ours = Math.max(...oursRuns);
      const referenceValue = Math.max(...referenceRuns);
      return {
        case: 'memory',
        rows: [
          {
            unit: 'MiB',
            ours,
            oursRuns,
            reference: 'node -e 0',
            referenceValue,
            referenceRuns,
            ratio: ours / referenceValue,
            target: targetMib,
            targetUnit: 'MiB',
            withinTarget: ours < targetMib,
          },
        ],
        notes: ['through the store'],
      };
    }),
};
