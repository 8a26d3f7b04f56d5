// SPDX-License-Identifier: Apache-2.0
import { raceFetch } from '../support/race-fetch.mjs';

/**
 * @param {number} delayMs
 * @param {Record<string, number>} targetRatios
 * @returns {import('../support/case.mjs').Case}
 */
function fetchSmall(delayMs, targetRatios) {
  const name = `fetch-small-${delayMs}ms`;
  return {
    name,
    about: `fetch 100 blobs of 200 KB; the server answers after ${delayMs} ms`,
    run: (bench) =>
      raceFetch(bench, { name, count: 100, sizeBytes: 200_000, delayMs, rounds: 9, targetRatios }),
  };
}

export const fetchSmall0Ms = fetchSmall(0, {});
export const fetchSmall30Ms = fetchSmall(30, { 'curl -Z (16)': 1.8 });
