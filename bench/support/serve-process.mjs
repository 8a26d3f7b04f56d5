// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { writeBlobModule } from './blob-module.mjs';
import { scrubbedEnvironment } from './scratch.mjs';

/**
 * Calls `use` with the origin of a `blobs serve`, whose log goes to a file, and ends it afterwards.
 * @template T
 * @param {object} options
 * @param {string} options.program
 * @param {string} options.scratch
 * @param {string} options.store
 * @param {import('./blob-module.mjs').Download[]} options.downloads what its module declares
 * @param {string[]} [options.args]
 * @param {(origin: string) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withServe({ program, scratch, store, downloads, args = [] }, use) {
  const directory = await mkdtemp(path.join(scratch, 'serve-'));
  await writeBlobModule(path.join(directory, 'module'), downloads);
  const log = await open(path.join(directory, 'log'), 'w');
  const server = spawn(
    process.execPath,
    [program, '-m', path.join(directory, 'module'), 'serve', '--listen', '127.0.0.1:0', ...args],
    {
      env: { ...scrubbedEnvironment(scratch), BLOBS_STORE: store },
      stdio: ['ignore', 'pipe', log.fd],
    },
  );
  const exited = once(server, 'exit');
  try {
    const [line] = await Promise.race([
      once(createInterface({ input: server.stdout }), 'line'),
      exited.then(() => Promise.reject(new Error('blobs serve ended before it listened'))),
    ]);
    return await use(String(line).replace('listening on ', ''));
  } finally {
    server.kill('SIGTERM');
    await exited;
    await log.close();
  }
}
