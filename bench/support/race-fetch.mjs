// SPDX-License-Identifier: Apache-2.0
import { listDownloads } from './blob-module.mjs';
import { compareTimes } from './case.mjs';
import { runContest } from './contest.mjs';
import { blobsFetch, findReferences } from './fetch-contenders.mjs';
import { withServer } from './server-process.mjs';

/**
 * Times `blobs fetch` against everything installed that downloads files.
 * @param {import('./case.mjs').Bench} bench
 * @param {object} race
 * @param {string} race.name of the case
 * @param {number} race.count
 * @param {number} race.sizeBytes of each blob
 * @param {number} race.delayMs what the server waits before each answer
 * @param {number} race.rounds
 * @param {Record<string, number>} race.targetRatios by the reference's name
 * @param {boolean} race.usesStore
 * @returns {Promise<import('./case.mjs').Measured>}
 */
export async function raceFetch({ program, scratch, signal }, race) {
  const { name, count, sizeBytes, delayMs, rounds, targetRatios, usesStore } = race;
  return withServer({ delayMs, scratch }, async (origin) => {
    const downloads = listDownloads({ origin, count, sizeBytes });
    const { installed, absent } = await findReferences(downloads, signal);
    const contenders = [blobsFetch(program, downloads, usesStore), ...installed];
    const [oursRuns = [], ...referencesRuns] = await runContest({ contenders, rounds, scratch, signal });
    const rows = [...installed.map((contender) => contender.name), ...absent].map((reference, index) =>
      compareTimes({
        oursRuns,
        reference,
        referenceRuns: referencesRuns[index],
        targetRatio: targetRatios[reference],
      }),
    );
    return { case: name, rows, notes: [] };
  });
}
