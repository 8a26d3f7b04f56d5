// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import { listDownloads } from '../support/blob-module.mjs';
import { compareTimes } from '../support/case.mjs';
import { askOnce } from '../support/load.mjs';
import { findNginx, freePort, withNginx } from '../support/nginx-process.mjs';
import { runCommand } from '../support/run-command.mjs';
import { withServe } from '../support/serve-process.mjs';
import { withServer } from '../support/server-process.mjs';

const rounds = 5;
const shapes = [
  { count: 100, sizeBytes: 200_000 },
  { count: 5, sizeBytes: 20_000_000 },
];

/** @typedef {import('../support/blob-module.mjs').Download} Download */

/** @type {import('../support/case.mjs').Case} */
export const serveMiss = {
  name: 'serve-miss',
  about: 'give blobs that are not stored yet to 16 connections, against a proxy that stores nothing',
  run: async ({ program, scratch, signal }) => {
    const nginx = await findNginx(signal);
    return withServer({ delayMs: 0, scratch }, async (origin) => {
      const rows = [];
      for (const shape of shapes) {
        const downloads = listDownloads({ origin, ...shape });
        /** @type {number[]} */
        const oursRuns = [];
        /** @type {number[]} */
        const referenceRuns = [];
        for (let round = 0; round <= rounds; round++) {
          const store = path.join(scratch, `store-${shape.sizeBytes}-${round}`);
          const ours = await withServe(
            { program, scratch, store, downloads, args: ['--allow-host', '127.0.0.1'] },
            (server) =>
              ask(
                server,
                downloads.map(({ sha256 }) => `/sha256/${sha256}`),
              ),
          );
          const port = await freePort();
          const servers = `server { listen 127.0.0.1:${port}; location / {
            proxy_pass ${origin}; proxy_http_version 1.1; proxy_buffering off; } }`;
          const reference = await withNginx({ nginx, scratch, servers }, () =>
            ask(
              `http://127.0.0.1:${port}`,
              downloads.map(({ url }) => new URL(url).pathname),
            ),
          );
          // The first round is a warm-up.
          if (round === 0) continue;
          oursRuns.push(ours);
          referenceRuns.push(reference);
        }
        const name = `nginx proxy_pass (${shape.count} × ${shape.sizeBytes / 1000} KB)`;
        rows.push(compareTimes({ oursRuns, reference: name, referenceRuns }));
      }
      return { case: 'serve-miss', rows, notes: ['ours is verified and stored, too'] };
    });

    /**
     * @param {string} server
     * @param {string[]} paths
     */
    async function ask(server, paths) {
      return (await runCommand(askOnce({ origin: server, paths }), signal)).seconds;
    }
  },
};
