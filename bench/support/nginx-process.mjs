// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { isInstalled } from './run-command.mjs';

/**
 * The command that starts nginx; rejects where it is not installed.
 * @param {AbortSignal} signal
 */
export async function findNginx(signal) {
  // Debian's is where the paths of many users do not lead.
  for (const command of ['nginx', '/usr/sbin/nginx']) {
    if (await isInstalled(command, '-v', signal)) return command;
  }
  throw new Error('nginx is not installed: there is nothing to compare with');
}

/** A port of 127.0.0.1 that nobody listens on. */
export async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('a server without a port');
  return address.port;
}

/**
 * Calls `use` while nginx runs, with as many workers as there are cores, and ends it afterwards.
 * @template T
 * @param {{ nginx: string, scratch: string, servers: string }} options `servers`: what stands in `http { … }`
 * @param {() => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withNginx({ nginx, scratch, servers }, use) {
  const directory = await mkdtemp(path.join(scratch, 'nginx-'));
  await mkdir(path.join(directory, 'logs'));
  const config = path.join(directory, 'nginx.conf');
  const own = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${directory}/${name};`,
  );
  // Started by root, it becomes somebody else who cannot read what is measured.
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  const text = `daemon off; ${user} worker_processes auto; pid ${directory}/pid; error_log stderr notice;
    events { worker_connections 1024; }
    http {
      access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; default_type application/octet-stream;
      ${own.join('\n')}
      ${servers}
    }\n`;
  await writeFile(config, text);
  const child = spawn(nginx, ['-p', directory, '-c', config, '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(child, 'exit');
  try {
    await new Promise((resolve, reject) => {
      let log = '';
      child.stderr.setEncoding('utf8').on('data', (text) => {
        log += text;
        if (log.includes('start worker process ')) resolve(undefined);
      });
      exited.then(() => reject(new Error(`nginx ended: ${log}`)), reject);
    });
    return await use();
  } finally {
    child.kill('SIGTERM');
    await exited;
  }
}
