// SPDX-License-Identifier: Apache-2.0
// Asks a server for paths, over connections that are kept: for some seconds in turn, or each once (0 seconds). In a process of
// its own, so that its work is not done on the event loop that takes the times. Prints what came of it as JSON.
import { Agent, get } from 'node:http';

const { origin, paths, connections, seconds } = JSON.parse(process.argv[2] ?? '{}');
const agent = new Agent({ keepAlive: true, maxSockets: connections });
/** @type {number[]} */
const times = [];
let [next, bytes, errors] = [0, 0, 0];
const started = performance.now();

/** @param {string} path */
function ask(path) {
  const begun = performance.now();
  return new Promise((resolve) => {
    const request = get(origin + path, { agent }, (response) => {
      if (response.statusCode !== 200) errors += 1;
      response.on('data', (piece) => {
        bytes += piece.length;
      });
      response.once('close', () => {
        if (!response.complete) errors += 1;
        times.push(performance.now() - begun);
        resolve(undefined);
      });
    });
    request.once('error', () => {
      errors += 1;
      resolve(undefined);
    });
  });
}

async function work() {
  while (
    errors === 0 &&
    (seconds === 0 ? next < paths.length : performance.now() - started < seconds * 1000)
  ) {
    await ask(paths[next++ % paths.length]);
  }
}

await Promise.all(Array.from({ length: connections }, work));
const elapsed = (performance.now() - started) / 1000;
agent.destroy();
times.sort((a, b) => a - b);
const requests = times.length;
const [p50Ms, p99Ms] = [times[Math.floor(requests * 0.5)], times[Math.floor(requests * 0.99)]];
process.stdout.write(
  JSON.stringify({ requests, bytes, errors, perSecond: requests / elapsed, p50Ms, p99Ms }),
);
if (errors > 0) process.exitCode = 1;
