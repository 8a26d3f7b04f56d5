// SPDX-License-Identifier: Apache-2.0
import { raceFetch } from '../support/race-fetch.mjs';

/**
 * @param {object} what
 * @param {string} what.name
 * @param {string} what.how
 * @param {boolean} what.usesStore
 * @param {number} what.targetRatio
 * @returns {import('../support/case.mjs').Case}
 */
function fetchLargeBy({ name, how, usesStore, targetRatio }) {
  return {
    name,
    about: `fetch 5 blobs of 50 MB, ${how}`,
    run: (bench) =>
      raceFetch(bench, {
        name,
        count: 5,
        sizeBytes: 50_000_000,
        delayMs: 0,
        rounds: 5,
        targetRatios: { 'curl -Z (16); openssl dgst': targetRatio },
        usesStore,
      }),
  };
}

export const fetchLarge = fetchLargeBy({
  name: 'fetch-large',
  how: 'without the store',
  usesStore: false,
  targetRatio: 1.6,
});
export const fetchLargeStore = fetchLargeBy({
  name: 'fetch-large-store',
  how: 'through the store',
  usesStore: true,
  targetRatio: 2.5,
});
