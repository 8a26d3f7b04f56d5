// SPDX-License-Identifier: Apache-2.0
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { checkDownloads, listDownloads, writeBlobModule } from '../support/blob-module.mjs';
import { limitRow, measureUsage } from '../support/measure-usage.mjs';
import { withServer } from '../support/server-process.mjs';

const sizeBytes = 2_000_000_000;
const rounds = 1;
const targetMib = 150;

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
        oursRuns.push((await measureUsage({ args, directory, signal })).peakMemoryMib);
        await checkDownloads(blobsDirectory, downloads);
        referenceRuns.push((await measureUsage({ args: ['-e', '0'], directory, signal })).peakMemoryMib);
        await rm(directory, { recursive: true });
      }
      return {
        case: 'memory',
        rows: [limitRow({ unit: 'MiB', oursRuns, reference: 'node -e 0', referenceRuns, target: targetMib })],
        notes: ['through the store'],
      };
    }),
};
