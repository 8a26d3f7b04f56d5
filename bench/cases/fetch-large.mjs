// SPDX-License-Identifier: Apache-2.0
import { raceFetch } from '../support/race-fetch.mjs';

const name = 'fetch-large';

/** @type {import('../support/case.mjs').Case} */
export const fetchLarge = {
  name,
  about: 'fetch 5 blobs of 50 MB',
  run: (bench) =>
    raceFetch(bench, { name, count: 5, sizeBytes: 50_000_000, delayMs: 0, rounds: 3, targetRatios: {} }),
};
