// SPDX-License-Identifier: Apache-2.0
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from './run-command.mjs';

export const connections = 16;

const loadScript = fileURLToPath(new URL('../load.mjs', import.meta.url));

/**
 * What a server gave under load.
 * @typedef {{ perSecond: number, p50Ms: number, p99Ms: number }} Load
 */

/**
 * What is asked for: the paths in turn, for some seconds.
 * @typedef {object} LoadOptions
 * @property {string} origin
 * @property {string[]} paths
 * @property {number} seconds
 * @property {number} sizeBytes of each body
 * @property {string} scratch
 * @property {AbortSignal} signal
 */

/** @typedef {{ name: string, run: (options: LoadOptions) => Promise<Load> }} Loader */

/**
 * wrk where it is installed; else a program of ours, which costs more than a server that is measured.
 * @param {AbortSignal} signal
 * @returns {Promise<Loader>}
 */
export async function findLoader(signal) {
  // It ends with 1 whatever it is asked about itself.
  const hasWrk = await runCommand(
    { file: 'wrk', args: ['-v'], cwd: '.', env: process.env, exitCodes: [0, 1] },
    signal,
  ).then(
    () => true,
    () => false,
  );
  return hasWrk ? { name: 'wrk', run: runWrk } : { name: 'node', run: runOwn };
}

/**
 * @param {LoadOptions} options
 * @returns {Promise<Load>}
 */
async function runWrk({ origin, paths, seconds, sizeBytes, scratch, signal }) {
  const script = path.join(scratch, 'load.lua');
  // A wrong status counts as an error, a body of another length too.
  await writeFile(
    script,
    `local paths = { ${paths.map((each) => JSON.stringify(each)).join(', ')} }
local at = 0
request = function() at = at % #paths + 1; return wrk.format("GET", paths[at]) end
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format('{"requests":%d,"microseconds":%d,"bytes":%.0f,"errors":%d,"p50":%f,"p99":%f}\\n',
    summary.requests, summary.duration, summary.bytes, e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50), latency:percentile(99)))
end
`,
  );
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '30s', '-s', script, origin];
  const { stdout } = await runCommand({ file: 'wrk', args, cwd: scratch, env: process.env }, signal);
  const found = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  check(found.errors, { bytes: found.bytes, requests: found.requests, sizeBytes });
  return {
    perSecond: found.requests / (found.microseconds / 1e6),
    p50Ms: found.p50 / 1000,
    p99Ms: found.p99 / 1000,
  };
}

/**
 * @param {LoadOptions} options
 * @returns {Promise<Load>}
 */
async function runOwn({ origin, paths, seconds, sizeBytes, scratch, signal }) {
  const args = [loadScript, JSON.stringify({ origin, paths, connections, seconds })];
  const { stdout } = await runCommand(
    { file: process.execPath, args, cwd: scratch, env: process.env },
    signal,
  );
  const { errors, requests, bytes, perSecond, p50Ms, p99Ms } = JSON.parse(stdout);
  check(errors, { bytes, requests, sizeBytes });
  return { perSecond, p50Ms, p99Ms };
}

/**
 * @param {number} errors
 * @param {{ bytes: number, requests: number, sizeBytes: number }} got
 */
function check(errors, { bytes, requests, sizeBytes }) {
  if (errors > 0) throw new Error(`${errors} requests failed under load`);
  // wrk does not count the last bytes that it reads.
  if (requests === 0 || bytes < (requests - 1) * sizeBytes) throw new Error('answers were too short');
}

/**
 * Asks for each path once, over 16 connections.
 * @param {{ origin: string, paths: string[] }} what
 * @returns {import('./run-command.mjs').Command}
 */
export function askOnce({ origin, paths }) {
  const args = [loadScript, JSON.stringify({ origin, paths, connections, seconds: 0 })];
  return { file: process.execPath, args, cwd: '.', env: process.env };
}
