// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { scrubbedEnvironment } from './scratch.mjs';

const serverScript = fileURLToPath(new URL('../server.mjs', import.meta.url));

/**
 * Calls `use` with the origin of a file server that answers each request after `delayMs`, and ends the server
 * afterwards.
 * @template T
 * @param {{ delayMs: number, scratch: string }} options
 * @param {(origin: string) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withServer({ delayMs, scratch }, use) {
  const server = spawn(process.execPath, [serverScript, String(delayMs)], {
    env: scrubbedEnvironment(scratch),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(server, 'exit');
  try {
    const [port] = await Promise.race([
      once(createInterface({ input: server.stdout }), 'line'),
      exited.then(() => Promise.reject(new Error('the file server ended before it printed its port'))),
    ]);
    return await use(`http://127.0.0.1:${port}`);
  } finally {
    server.stdin.end();
    await exited;
  }
}
