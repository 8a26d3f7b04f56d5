// SPDX-License-Identifier: Apache-2.0

import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { startFaultServer } from '../support/fault-server.ts';
import { makeModule } from '../support/modules.ts';
import { connectRaw, exchangeRaw, parseAnswer, rawGet } from '../support/raw-http.ts';
import { runCli, runCliOnTerminal } from '../support/run-cli.ts';
import { schemaErrors } from '../support/schema.ts';
import { startServe } from '../support/serve.ts';
import { BYTES, DIGEST, moduleWith, PATH, serveBlob } from '../support/store.ts';
import { sha256, someBytes, tempDir, testHome } from '../support/temp.ts';

async function get(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers });
  return {
    status: response.status,
    headers: response.headers,
    body: Buffer.from(await response.arrayBuffer()),
  };
}

async function codeOf(url: string): Promise<unknown> {
  const { status, body } = await get(url);
  return [status, JSON.parse(body.toString('utf8')).error.code];
}

describe('blobs serve', () => {
  it('asks this machine for nobody, unless it is told to', async () => {
    const { server, url } = await serveBlob();
    const module = moduleWith([{ path: PATH, bytes: BYTES, url }]);
    const served = await startServe(['-m', module.directory, '--retries', '0'], { allowHosts: [] });
    expect(await codeOf(`${served.url}/sha256/${DIGEST}`)).toEqual([403, 'BLOBS_ADDRESS_NOT_ALLOWED']);
    expect(await codeOf(`${served.url}/api/v1/fetch?url=${server.origin}/other`)).toEqual([
      403,
      'BLOBS_URL_NOT_ALLOWED',
    ]);
    expect(server.requests).toEqual([]);
  });

  it('asks a mirror wherever it is, and nothing else there', async () => {
    const server = await startFaultServer();
    const origin = server.origin.replace('127.0.0.1', 'localhost');
    server.serve(`/m/${DIGEST}`, BYTES);
    const secret = someBytes('secret');
    server.serve('/secret', secret);
    const away = someBytes('away');
    const other = await startFaultServer();
    server.serve(`/m/${sha256(away)}`, away, { kind: 'redirect', to: other.serve('/away', away) });
    const module = moduleWith([
      { path: PATH, bytes: BYTES, url: 'http://vendor.invalid/fw.bin' },
      { path: 'lib/secret.a', bytes: secret, url: `${origin}/secret` },
      { path: 'lib/literal.a', bytes: secret, url: `${server.origin}/secret` },
      { path: 'lib/away.a', bytes: away, url: `${origin}/secret?` },
    ]);
    const served = await startServe(
      ['-m', module.directory, '--retries', '0', '--mirror', `sha256=${origin}/m/{sha256}`],
      { allowHosts: [] },
    );
    expect(sha256((await get(`${served.url}/sha256/${DIGEST}`)).body)).toBe(DIGEST);
    for (const digest of [sha256(secret), sha256(away)])
      expect(await codeOf(`${served.url}/sha256/${digest}`)).toEqual([403, 'BLOBS_ADDRESS_NOT_ALLOWED']);
    expect([server.requestsFor('/secret'), other.requests]).toEqual([[], []]);
  });

  it('needs no modules where a host is allowed, and says so where none is', async () => {
    const { server, url } = await serveBlob();
    const served = await startServe([]);
    const { status, headers, body } = await get(`${served.url}/api/v1/fetch/?url=${url}&ttl=1h`);
    expect([status, sha256(body)]).toEqual([200, DIGEST]);
    expect(headers.get('content-disposition')).toBe('attachment; filename="fw.bin"');
    expect((await get(`${served.url}/sha256/${DIGEST}`)).status).toBe(200);
    expect(server.requestsFor('/fw.bin').length).toBe(1);
    const without = await runCli(['serve', '--listen', '127.0.0.1:0']);
    expect(without.code).toBe(2);
    expect(without.stderr).toMatch(/nothing can be asked for.*BLOBS_NO_MODULES.*--allow-host/s);
  });

  it('serves after a restart what was stored, without its upstream', async () => {
    const { server, url } = await serveBlob();
    const module = moduleWith([{ path: PATH, bytes: BYTES, url }]);
    const store = join(tempDir(), 'store');
    const first = await startServe(['-m', module.directory, '--store', store]);
    await get(`${first.url}/sha256/${DIGEST}`);
    expect((await first.stop('SIGINT')).code).toBe(0);
    await server.close().catch(() => undefined);
    const second = await startServe(['-m', module.directory, '--store', store]);
    expect(sha256((await get(`${second.url}/sha256/${DIGEST}`)).body)).toBe(DIGEST);
  });

  it('lets a request under way finish, and then ends with 0', async () => {
    const large = someBytes('large', 3_000_000);
    const server = await startFaultServer();
    const url = server.serve('/large.bin', large, { kind: 'ok', delayMs: 1000 });
    const module = moduleWith([{ path: PATH, bytes: large, url }]);
    const served = await startServe(['-m', module.directory]);
    const client = await connectRaw(served.url);
    client.say(rawGet(`/sha256/${sha256(large)}`));
    await expect.poll(() => server.requestsFor('/large.bin').length).toBe(1);
    served.cli.kill('SIGTERM');
    await expect.poll(async () => (await get(`${served.url}/api/v1/health/`)).status).toBe(503);
    expect((await get(`${served.url}/sha256/${DIGEST}`)).status).toBe(503);
    expect(sha256(parseAnswer(await client.ended()).body)).toBe(sha256(large));
    expect((await served.ended).code).toBe(0);
  });

  it('reads modules and token again on SIGHUP, and keeps what it had where it cannot', async () => {
    const { server, url } = await serveBlob();
    const other = someBytes('other', 1000);
    const directory = join(tempDir(), 'hal_x');
    makeModule(directory, { name: 'hal_x', blobs: [{ path: PATH, bytes: BYTES, url }] });
    const tokenFile = join(tempDir(), 'token');
    writeFileSync(tokenFile, 'first\n', { mode: 0o600 });
    const served = await startServe(['-m', directory, '--token-file', tokenFile]);
    const ask = async (digest: string, token: string) =>
      (await get(`${served.url}/sha256/${digest}`, { authorization: `Bearer ${token}` })).status;
    expect([await ask(DIGEST, 'first'), await ask(sha256(other), 'first'), await ask(DIGEST, 'x')]).toEqual([
      200, 404, 401,
    ]);
    makeModule(directory, {
      name: 'hal_x',
      blobs: [{ path: PATH, bytes: other, url: server.serve('/other.bin', other) }],
    });
    writeFileSync(tokenFile, 'second\n');
    served.cli.kill('SIGHUP');
    await served.cli.seen(/"read again"/);
    expect([await ask(sha256(other), 'second'), await ask(DIGEST, 'first')]).toEqual([200, 401]);
    rmSync(tokenFile);
    served.cli.kill('SIGHUP');
    await served.cli.seen(/not read again/);
    expect(await ask(sha256(other), 'second')).toBe(200);
    expect((await served.stop()).stderr).not.toMatch(/first|second/);
  });

  test.skipIf(process.platform !== 'linux').for([['SIGTERM'], ['SIGINT'], ['SIGHUP']] as const)(
    'is not killed by a %s while it starts',
    async ([signal]) => {
      const result = await runCli(['serve', '--listen', '127.0.0.1:0', '--allow-host', 'x.invalid'], {
        timeoutMs: 60_000,
        onStart: async (running) => {
          let stdout = '';
          running.child.stdout?.on('data', (chunk: Buffer) => {
            stdout += chunk.toString('utf8');
          });
          const isCaught = (): boolean => {
            const status = readFileSync(`/proc/${running.pid}/status`, 'utf8');
            const caught = BigInt(`0x${/^SigCgt:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
            // SIGHUP, the first signal, is heard from the beginning of the start.
            return (caught & 1n) === 1n;
          };
          await expect.poll(isCaught, { interval: 1, timeout: 20_000 }).toBe(true);
          expect(stdout).toBe('');
          running.kill(signal);
          if (signal !== 'SIGHUP') return;
          await running.seen(/^listening on/m);
          running.kill('SIGTERM');
        },
      });
      expect(result.code).toBe(0);
    },
  );

  it('prints one document at its start with --json, and the log as JSON on stderr', async () => {
    const { url } = await serveBlob();
    const module = moduleWith([{ path: PATH, bytes: BYTES, url }]);
    let running: { kill(signal: NodeJS.Signals): void } | undefined;
    const ended = runCli(['serve', '--listen', '127.0.0.1:0', '--json', '-m', module.directory], {
      onStart: async (cli) => {
        running = cli;
        await cli.seen(/^\}\n/m);
        cli.kill('SIGTERM');
      },
    });
    const result = await ended;
    expect(running).toBeDefined();
    const document = result.json();
    expect(schemaErrors('serve', document)).toEqual([]);
    expect(document).toMatchObject({
      command: 'serve',
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      summary: { total: 1 },
    });
    for (const line of result.stderr.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('msg');
    const failed = await runCli(['serve', '--listen', '127.0.0.1:0', '--json']);
    expect(schemaErrors('serve', failed.json())).toEqual([]);
  });

  it('logs a line a request for people on a terminal, and only warnings with -q', async () => {
    const { url } = await serveBlob();
    const module = moduleWith([{ path: PATH, bytes: BYTES, url }]);
    const args = ['serve', '--listen', '127.0.0.1:0', '--allow-host', '127.0.0.1', '-m', module.directory];
    let shown = '';
    const result = await runCliOnTerminal(args, {
      onStart: async (cli) => {
        cli.child.stdout?.on('data', (chunk: Buffer) => {
          shown += chunk.toString('utf8');
        });
        await cli.seen(/listening on \S+/);
        const address = /listening on (\S+)/.exec(shown)?.[1] ?? '';
        await get(`${address}/sha256/${DIGEST}`);
        await cli.seen(/ GET /);
        cli.type('\x03');
      },
    });
    expect(result.stdout).toMatch(/ 200 GET sha256:[0-9a-f]{12} 50 kB \d+ ms miss 127\.0\.0\.1/);
    const quiet = await startServe(['-q', '-m', module.directory]);
    await get(`${quiet.url}/sha256/${DIGEST}`);
    expect((await quiet.stop()).stderr).toBe('');
  });

  it('leaves out what is malformed, and says so in its log', async () => {
    const { url } = await serveBlob();
    const good = moduleWith([{ path: PATH, bytes: BYTES, url }]);
    const bad = makeModule(join(tempDir(), 'hal_bad'), { name: 'hal_bad', yaml: 'name: [\n' });
    const served = await startServe(['-m', good.directory, '-m', bad.directory]);
    expect((await get(`${served.url}/sha256/${DIGEST}`)).status).toBe(200);
    expect((await served.stop()).stderr).toMatch(/"level":40.*BLOBS_MALFORMED_YAML/);
  });

  test.for([
    ['--listen', '8080'],
    ['--listen', '127.0.0.1:99999'],
    ['--store', 'oci://registry'],
    ['--store', 'off'],
    ['--allow-host', 'http://x/'],
    ['--allow-network', '10.0.0.0/33'],
    ['--mirror', 'nonsense'],
    ['--timeout', '0'],
    ['--max-size', '0'],
    ['--jobs', '0'],
  ] as const)('refuses %s %s', async ([option, value]) => {
    const { code, stderr } = await runCli(['serve', option, value]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/BLOBS_USAGE/);
  });

  it('says what is wrong with a token file', async () => {
    const { code, stderr } = await runCli([
      'serve',
      '--allow-host',
      'x',
      '--token-file',
      join(testHome(), 'none'),
    ]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/BLOBS_BAD_CONFIG/)]);
    expect(stderr.match(/none/g)).toHaveLength(1);
  });

  it('says what to do where it cannot listen', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void taken.close());
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const { code, stderr } = await runCli(['serve', '--allow-host', 'x', '--listen', `127.0.0.1:${port}`]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/cannot listen.*EADDRINUSE.*another program listens there/s);
    const away = await runCli(['serve', '--allow-host', 'x', '--listen', '203.0.113.1:1']);
    expect([away.code, away.stderr]).toEqual([2, expect.stringMatching(/an address of this machine/)]);
  });

  it('never ends a broken upstream cleanly', async () => {
    const { server, url } = await serveBlob();
    server.serve('/fw.bin', BYTES, { kind: 'wrong-bytes' });
    const module = moduleWith([{ path: PATH, bytes: BYTES, url }]);
    const served = await startServe(['-m', module.directory, '--retries', '0']);
    for (const version of ['1.1', '1.0']) {
      const ask = rawGet(`/sha256/${DIGEST}`).replace('1.1', version);
      const { status, body } = parseAnswer(await exchangeRaw(served.url, ask));
      if (status === 200) expect(body.length).toBeLessThan(BYTES.length);
      else expect(status).toBe(502);
    }
  });
});
