// SPDX-License-Identifier: Apache-2.0
import { raceFetch } from '../support/race-fetch.mjs';

/**
 * @param {object} what
 * @param {string} what.name
 * @param {number} what.delayMs
 * @param {boolean} what.usesStore
 * @param {Record<string, number>} what.targetRatios
 * @returns {import('../support/case.mjs').Case}
 */
function fetchSmall({ name, delayMs, usesStore, targetRatios }) {
  const how = usesStore ? ', through the store' : '';
  return {
    name,
    about: `fetch 100 blobs of 200 KB${how}; the server answers after ${delayMs} ms`,
    run: (bench) =>
      raceFetch(bench, { name, count: 100, sizeBytes: 200_000, delayMs, rounds: 9, targetRatios, usesStore }),
  };
}

const curl = 'curl -Z (16)';

export const fetchSmall0Ms = fetchSmall({
  name: 'fetch-small-0ms',
  delayMs: 0,
  usesStore: false,
  targetRatios: {},
});
export const fetchSmall30Ms = fetchSmall({
  name: 'fetch-small-30ms',
  delayMs: 30,
  usesStore: false,
  targetRatios: { [curl]: 1.6 },
});
export const fetchSmallStore = fetchSmall({
  name: 'fetch-small-store',
  delayMs: 30,
  usesStore: true,
  targetRatios: {},
});
