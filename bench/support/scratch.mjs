// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * Calls `use` with an empty temporary directory and removes the directory afterwards.
 * @template T
 * @param {(directory: string) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withScratchDirectory(use) {
  const directory = await realpath(await mkdtemp(path.join(tmpdir(), 'blobs-bench-')));
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * The environment of every measured process: what the user has set (proxies, NODE_OPTIONS, a store, a certificate
 * file that costs each node process 40 ms) must not be part of the figures. The store lies below `home`.
 * @param {string} home
 * @returns {NodeJS.ProcessEnv}
 */
export function scrubbedEnvironment(home) {
  /** @type {NodeJS.ProcessEnv} */
  const environment = { HOME: home, USERPROFILE: home, LOCALAPPDATA: home, LC_ALL: 'C' };
  for (const name of ['PATH', 'SystemRoot', 'TMPDIR', 'TEMP', 'TMP']) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}
