// SPDX-License-Identifier: Apache-2.0
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, type TestContext } from 'vitest';
import { tempDir } from './temp.ts';

const ENVIRONMENT = {
  PATH: process.env['PATH'],
  GIT_CONFIG_GLOBAL: devNull,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'T',
  GIT_AUTHOR_EMAIL: 't@t.invalid',
  GIT_COMMITTER_NAME: 'T',
  GIT_COMMITTER_EMAIL: 't@t.invalid',
};

/** What git prints. */
export function git(directory: string, ...args: string[]): string {
  const done = spawnSync('git', ['-C', directory, ...args], { env: ENVIRONMENT, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`git ${args.join(' ')}: ${done.stderr}`);
  return done.stdout.trim();
}

/** Skips the running test where git cannot serve over http. */
export function needGitHttp(context: TestContext): void {
  const { status, stdout = '' } = spawnSync('git', ['--exec-path'], { encoding: 'utf8' });
  const backend = spawnSync(join((stdout ?? '').trim(), 'git-http-backend'), { encoding: 'utf8' });
  if (status !== 0 || backend.error) context.skip('git http-backend absent, skipped');
}

/** A bare repository with a commit on each of `branches` and an annotated tag on each of `tags`. */
export function makeRepository(
  directory: string,
  { branches, tags = [] }: { readonly branches: readonly string[]; readonly tags?: readonly string[] },
): Record<string, string> {
  mkdirSync(directory, { recursive: true });
  git(directory, 'init', '--quiet', '--bare', '--initial-branch', branches[0] ?? 'main');
  const tree = git(directory, 'write-tree');
  const commits: Record<string, string> = {};
  for (const name of [...branches, ...tags]) {
    const commit = git(directory, 'commit-tree', '-m', name, tree);
    commits[name] = commit;
    if (branches.includes(name)) git(directory, 'update-ref', `refs/heads/${name}`, commit);
    if (tags.includes(name)) git(directory, 'tag', '-a', '-m', name, '--', name, commit);
  }
  return commits;
}

/**
 * Serves the bare repositories `NAME.git` below a directory over http on a free port of 127.0.0.1, and answers all
 * other paths with `answer`.
 */
export async function startGitServer(
  answer: (path: string) => Uint8Array | undefined,
): Promise<{ readonly origin: string; readonly directory: string; readonly requests: string[] }> {
  const directory = tempDir();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    if (/\.git\//.test(request.url ?? '')) runBackend(directory, request, response);
    else {
      const body = answer(new URL(request.url ?? '', 'http://h').pathname);
      response.writeHead(body ? 200 : 404).end(body);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, directory, requests };
}

function runBackend(directory: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '', 'http://h');
  const child = spawn('git', ['http-backend'], {
    env: {
      ...ENVIRONMENT,
      GIT_PROJECT_ROOT: directory,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      ...(request.headers['git-protocol'] ? { GIT_PROTOCOL: String(request.headers['git-protocol']) } : {}),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const chunks: Buffer[] = [];
  child.stdin.on('error', () => undefined);
  request.pipe(child.stdin);
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.on('close', () => {
    const all = Buffer.concat(chunks);
    const end = all.indexOf('\r\n\r\n');
    const lines = all.subarray(0, end).toString('latin1').split('\r\n');
    const headers = lines.map((line) => line.split(': ', 2) as [string, string]);
    const status = Number(headers.find(([name]) => name === 'Status')?.[1]?.slice(0, 3) ?? 200);
    response.writeHead(status, Object.fromEntries(headers.filter(([name]) => name !== 'Status')));
    response.end(all.subarray(end + 4));
  });
}
