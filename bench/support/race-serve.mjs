// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { compareRates } from './case.mjs';
import { contentParts } from './content.mjs';
import { connections, findLoader } from './load.mjs';
import { findNginx, freePort, withNginx } from './nginx-process.mjs';
import { withServe } from './serve-process.mjs';

/** @typedef {import('./load.mjs').Load} Load */

const rounds = 5;
const seconds = 2;

/**
 * Hits of `blobs serve`, alone and behind nginx, beside nginx with the same files.
 * @param {object} race
 * @param {string} race.name
 * @param {number} race.count of files
 * @param {number} race.sizeBytes of each
 * @param {{ alone: number, behindNginx: number }} race.targets the least ratios of requests per second
 * @returns {import('./case.mjs').Case}
 */
export function raceServe({ name, count, sizeBytes, targets }) {
  return {
    name,
    about: `serve stored blobs of ${sizeBytes / 1000} KB to ${connections} connections`,
    run: async ({ program, scratch, signal }) => {
      const nginx = await findNginx(signal);
      const load = await findLoader(signal);
      const store = path.join(scratch, 'store');
      const digests = await fillStore(store, { count, sizeBytes });
      const files = digests.map((digest) => `/${digest.slice(0, 2)}/${digest}`);
      const paths = digests.map((digest) => `/sha256/${digest}`);
      const [filesPort, frontPort] = [await freePort(), await freePort()];
      const serve = { program, scratch, store, downloads: [] };
      const measure = async (/** @type {string} */ alone, /** @type {string} */ behind) =>
        withNginx(
          { nginx, scratch, servers: nginxServers({ filesPort, frontPort, store, behind }) },
          async () => {
            /** @type {Load[][]} */
            const runs = [[], [], []];
            const targetsOfLoad = [
              { origin: `http://127.0.0.1:${filesPort}`, paths: files },
              { origin: alone, paths },
              { origin: `http://127.0.0.1:${frontPort}`, paths },
            ];
            for (let round = 0; round <= rounds; round++) {
              for (const [index, target] of targetsOfLoad.entries()) {
                const measured = await load.run({ ...target, seconds, sizeBytes, scratch, signal });
                // The first round is a warm-up.
                if (round > 0) runs[index]?.push(measured);
              }
            }
            return runs;
          },
        );
      const [reference = [], alone = [], behindNginx = []] = await withServe(serve, (origin) =>
        withServe({ ...serve, args: ['--x-accel-redirect', '/stored'] }, (behind) => measure(origin, behind)),
      );
      const rows = [
        compareLoads('nginx', alone, reference, targets.alone),
        compareLoads('nginx; blobs behind it (x-accel)', behindNginx, reference, targets.behindNginx),
      ].flat();
      return { case: name, rows, notes: [`load by ${load.name}, ${connections} connections kept alive`] };
    },
  };
}

/**
 * @param {string} reference
 * @param {Load[]} ours
 * @param {Load[]} references
 * @param {number} targetRatio
 */
function compareLoads(reference, ours, references, targetRatio) {
  const pick = (/** @type {'perSecond' | 'p50Ms' | 'p99Ms'} */ key) => ({
    oursRuns: ours.map((load) => load[key]),
    referenceRuns: references.map((load) => load[key]),
  });
  return [
    compareRates({ unit: 'req/s', reference, ...pick('perSecond'), targetRatio }),
    compareRates({ unit: 'ms', reference: '  p50', ...pick('p50Ms') }),
    compareRates({ unit: 'ms', reference: '  p99', ...pick('p99Ms') }),
  ];
}

/** @param {{ filesPort: number, frontPort: number, store: string, behind: string }} places */
function nginxServers({ filesPort, frontPort, store, behind }) {
  const files = path.join(store, 'v1', 'sha256');
  return `
    upstream blobs { server ${new URL(behind).host}; keepalive 32; }
    server { listen 127.0.0.1:${filesPort}; location / { root ${files}; } }
    server {
      listen 127.0.0.1:${frontPort};
      location / {
        proxy_pass http://blobs;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_buffering off;
      }
      location /stored/ { internal; alias ${files}/; etag off; }
    }`;
}

/**
 * Writes files into a store as entries; their digests.
 * @param {string} store
 * @param {{ count: number, sizeBytes: number }} what
 */
async function fillStore(store, { count, sizeBytes }) {
  const digests = [];
  for (let seed = 0; seed < count; seed++) {
    const bytes = Buffer.concat([...contentParts({ seed, sizeBytes })]);
    const digest = createHash('sha256').update(bytes).digest('hex');
    const directory = path.join(store, 'v1', 'sha256', digest.slice(0, 2));
    await mkdir(directory, { recursive: true });
    await writeFile(path.join(directory, digest), bytes);
    digests.push(digest);
  }
  return digests;
}
