// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import { type FaultServer, startFaultServer } from '../support/fault-server.ts';
import { type MadeModule, makeModule } from '../support/modules.ts';
import { freePort, whenListening } from '../support/ports.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';
import { sha256, sha256OfFile, someBytes, tempDir } from '../support/temp.ts';
import { hasOpenssl, startTlsServer } from '../support/tls.ts';

const BYTES = someBytes('proxied', 100_000);

/** A proxy of Debian, and how it is told what to do. */
interface ProxyProgram {
  readonly command: string;
  readonly args: (config: string) => readonly string[];
  readonly config: (port: number, directory: string) => string;
  /** Lines that make it ask for user "me" and password "pass1word". */
  readonly protectedBy?: string;
}

const PROGRAMS: Readonly<Record<string, ProxyProgram>> = {
  tinyproxy: {
    command: 'tinyproxy',
    args: (config) => ['-d', '-c', config],
    config: (port, directory) =>
      `Port ${port}\nListen 127.0.0.1\nTimeout 30\nMaxClients 20\nAllow 127.0.0.1\nLogFile "${directory}/access.log"\nLogLevel Connect\nViaProxyName "tested"\n`,
    protectedBy: 'BasicAuth me pass1word\n',
  },
  squid: {
    command: 'squid',
    args: (config) => ['-N', '-f', config],
    config: (port, directory) =>
      `http_port 127.0.0.1:${port}\npid_filename none\nvisible_hostname tested\nhttp_access allow all\ncache deny all\ncache_log ${directory}/cache.log\naccess_log stdio:${directory}/access.log\ncoredump_dir ${directory}\npinger_enable off\nshutdown_lifetime 0 seconds\n`,
  },
};

describe.each(Object.entries(PROGRAMS))('through %s', (_, program) => {
  it('plain http is fetched without a tunnel', async (context) => {
    const proxy = await startProgram(program, context);
    const { server, module } = await setUp();

    const { code, stderr } = await fetch(module, { http_proxy: proxy.url });

    expect(stderr).not.toContain('error');
    expect(sha256OfFile(module.blobFile('a.bin'))).toBe(sha256(BYTES));
    expect(server.requests.map(({ headers }) => headers['via'])).toEqual([expect.stringContaining('tested')]);
    expect(proxy.log()).toContain(`GET ${server.origin}/a`);
    expect(proxy.log()).not.toContain('CONNECT 127');
    expect(code).toBe(0);
  });

  it('https is fetched through a tunnel, under a certificate of NODE_EXTRA_CA_CERTS', async (context) => {
    if (!hasOpenssl()) context.skip('openssl is not installed');
    const proxy = await startProgram(program, context);
    const tls = await startTlsServer((_request, response) => response.end(BYTES));
    const module = makeModule(tempDir(), {
      blobs: [{ path: 'a.bin', bytes: BYTES, url: `${tls.origin}/a` }],
    });
    const env = { HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: tls.certificateFile };

    const { code, stderr } = await fetch(module, env);

    expect(stderr).not.toContain('error');
    expect(sha256OfFile(module.blobFile('a.bin'))).toBe(sha256(BYTES));
    expect(proxy.log()).toContain(`CONNECT ${new URL(tls.origin).host}`);
    expect(code).toBe(0);
  });

  it('nothing is fetched from a host of NO_PROXY', async (context) => {
    const proxy = await startProgram(program, context);
    const { server, module } = await setUp();

    const { code } = await fetch(module, { http_proxy: proxy.url, NO_PROXY: 'example.com,127.0.0.1' });

    expect(server.requests.map(({ headers }) => headers['via'])).toEqual([undefined]);
    expect(proxy.log()).not.toContain(server.origin);
    expect(code).toBe(0);
  });
});

it('tinyproxy gets its user name and password, which nothing shows', async (context) => {
  const program = PROGRAMS['tinyproxy'];
  if (program === undefined) throw new Error('no tinyproxy');
  const proxy = await startProgram(program, context, program.protectedBy);
  const { server, module } = await setUp();
  const withPassword = proxy.url.replace('//', '//me:pass%31word@');

  const refused = await fetch(module, { http_proxy: proxy.url });
  const allowed = await fetch(module, { http_proxy: withPassword }, ['--debug']);

  expect(refused.stderr).toContain(`the proxy ${proxy.url} asks for a user name and a password`);
  expect(refused.code).toBe(1);
  expect(server.requests).toHaveLength(1);
  expect(server.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
  expect(allowed.stderr).toContain(`through ${proxy.url} → 200`);
  expect(allowed.stdout + allowed.stderr).not.toMatch(/pass(1|%31)word/);
  expect(allowed.code).toBe(0);
});

function fetch(
  module: MadeModule,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<CliResult> {
  return runCli(['fetch', '-m', module.directory, '--no-store', '--retries', '0', ...args], { env });
}

async function setUp(): Promise<{ server: FaultServer; module: MadeModule }> {
  const server = await startFaultServer();
  const url = server.serve('/a', BYTES);
  return { server, module: makeModule(tempDir(), { blobs: [{ path: 'a.bin', bytes: BYTES, url }] }) };
}

/** Starts a proxy on a free port; it ends with the running test, which is skipped where it is not installed. */
async function startProgram(
  { command, args, config }: ProxyProgram,
  context: TestContext,
  more = '',
): Promise<{ readonly url: string; readonly log: () => string }> {
  const program = find(command);
  if (program === undefined) context.skip(`${command} is not installed`);
  const directory = tempDir();
  // Started by root, they become somebody else before they open their logs.
  chmodSync(directory, 0o777);
  const port = await freePort();
  const file = join(directory, 'proxy.conf');
  writeFileSync(file, config(port, directory) + more);
  const child = spawn(program ?? command, args(file), { stdio: 'ignore' });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  });
  await whenListening(port, child);
  return { url: `http://127.0.0.1:${port}`, log: () => readFileSync(join(directory, 'access.log'), 'utf8') };
}

function find(command: string): string | undefined {
  try {
    const path = `${process.env['PATH']}:/usr/sbin`;
    return execFileSync('sh', ['-c', `PATH=${path} command -v ${command}`], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}
