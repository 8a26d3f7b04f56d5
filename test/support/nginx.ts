// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { freePort } from './ports.ts';
import { tempDir } from './temp.ts';
import { hasOpenssl } from './tls.ts';

const DOCS = new URL('../../docs/serving.md', import.meta.url);

/** Debian's is where the paths of many users do not lead. */
const NGINX = ['nginx', '/usr/sbin/nginx'].find((command) => spawnSync(command, ['-v']).status === 0);

/** Why nginx cannot be used here; undefined where it can. */
export function whyNoNginx(): string | undefined {
  if (NGINX === undefined) return 'nginx is not installed';
  return hasOpenssl() ? undefined : 'openssl is not installed';
}

/** The configuration that docs/serving.md shows, with these in the place of its addresses and paths. */
function documentedConfig(places: Readonly<Record<string, string>>): string {
  let config = /^```nginx\n(.*?)^```$/ms.exec(readFileSync(DOCS, 'utf8'))?.[1] ?? '';
  for (const [documented, place] of Object.entries(places)) {
    if (!config.includes(documented)) throw new Error(`docs/serving.md shows no ${documented}`);
    config = config.replaceAll(documented, place);
  }
  return config;
}

/**
 * Starts nginx as docs/serving.md says, before `upstream` (HOST:PORT) and the store at `store`, until the test ends.
 * Resolves to its origin, under a certificate that nobody has reason to trust.
 */
export async function startNginx({
  upstream,
  store,
}: {
  readonly upstream: string;
  readonly store: string;
}): Promise<string> {
  const directory = tempDir();
  const [port, certificate, key] = [await freePort(), join(directory, 'c.pem'), join(directory, 'k.pem')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const names = ['-subj', '/CN=blobs test', '-keyout', key, '-out', certificate];
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...curve, ...names], { stdio: 'ignore' });
  const server = documentedConfig({
    '127.0.0.1:8080': upstream,
    'listen 443 ssl': `listen 127.0.0.1:${port} ssl`,
    '/etc/ssl/certs/cache.example.com.pem': certificate,
    '/etc/ssl/private/cache.example.com.key': key,
    '/var/lib/blobs/': `${store}/`,
  });
  const own = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${directory}/${name};`)
    .join('\n');
  const config = join(directory, 'nginx.conf');
  mkdirSync(join(directory, 'logs'));
  writeFileSync(
    config,
    `daemon off;\nmaster_process off;\npid ${directory}/pid;\nerror_log stderr notice;\nevents {}\nhttp {\naccess_log off;\n${own}\n${server}}\n`,
  );
  const nginx = spawn(NGINX ?? 'nginx', ['-p', directory, '-c', config, '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(nginx, 'exit');
  onTestFinished(async () => {
    nginx.kill('SIGKILL');
    await ended;
  });
  await new Promise<void>((resolve, reject) => {
    let text = '';
    nginx.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      // It listens before it says how it waits.
      if (text.includes('event method')) resolve();
    });
    ended.then(() => reject(new Error(`nginx ended: ${text}`)), reject);
  });
  return `https://127.0.0.1:${port}`;
}
