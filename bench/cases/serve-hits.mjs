// SPDX-License-Identifier: Apache-2.0
import { raceServe } from '../support/race-serve.mjs';

export const serveSmall = raceServe({
  name: 'serve-small',
  count: 20,
  sizeBytes: 200_000,
  targets: { alone: 0.2, behindNginx: 0.6 },
});
export const serveLarge = raceServe({
  name: 'serve-large',
  count: 3,
  sizeBytes: 20_000_000,
  targets: { alone: 0.8, behindNginx: 0.6 },
});
