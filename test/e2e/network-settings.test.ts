// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startFaultServer } from '../support/fault-server.ts';
import { type MadeModule, makeModule } from '../support/modules.ts';
import { runCli } from '../support/run-cli.ts';
import { sha256, sha256OfFile, someBytes, tempDir, testHome } from '../support/temp.ts';

const BYTES = someBytes('network', 300_000);

function moduleFor(...urls: readonly string[]): MadeModule {
  const blobs = urls.map((url, index) => ({ path: `${index}.bin`, bytes: BYTES, url }));
  return makeModule(tempDir(), { blobs });
}

test('a proxy that is no URL is a usage error that hides the value, where the network is needed', async () => {
  const server = await startFaultServer();
  const module = moduleFor(server.serve('/a', BYTES));
  const env = { HTTP_PROXY: 'http://me:hunter2@p:port' };

  const failed = await runCli(['fetch', '-m', module.directory, '--debug'], { env });
  await runCli(['fetch', '-m', module.directory]);
  const again = await runCli(['fetch', '-m', module.directory], { env });

  expect(failed.stderr).toMatch(
    /error: HTTP_PROXY is not the URL of a proxy \[BLOBS_BAD_CONFIG\]\n {2}hint: /,
  );
  expect(failed.stdout + failed.stderr).not.toContain('hunter2');
  expect(failed.code).toBe(2);
  expect(again.code).toBe(0);
});

test('credentials of ~/.netrc go to this machine, and are shown nowhere', async () => {
  const server = await startFaultServer();
  const module = moduleFor(server.serve('/a', BYTES));
  writeFileSync(join(testHome(), '.netrc'), 'machine 127.0.0.1 login me password hunter2\n');

  const { code, stdout, stderr } = await runCli(['fetch', '-m', module.directory, '--debug']);

  const authorization = `Basic ${Buffer.from('me:hunter2').toString('base64')}`;
  expect(server.requests.map(({ headers }) => headers['authorization'])).toEqual([authorization]);
  expect(stderr).toContain(`GET ${server.origin}/a with netrc → 200`);
  expect(stdout + stderr).not.toMatch(/hunter2|bWU6aHVudGVyMg/);
  expect(code).toBe(0);
});

test('a host that answers 429 is left alone by every download until its Retry-After', async () => {
  const server = await startFaultServer();
  const refused = { kind: 'status', status: 429, headers: { 'retry-after': '1' } } as const;
  const first = server.serve('/0', BYTES, [refused, { kind: 'ok' }]);
  const others = [1, 2, 3].map((index) => server.serve(`/${index}`, someBytes(`other ${index}`), []));
  const blobs = [first, ...others].map((url, index) => ({
    path: `${index}.bin`,
    bytes: index === 0 ? BYTES : someBytes(`other ${index}`),
    url,
  }));
  const module = makeModule(tempDir(), { blobs });

  const { code, stderr } = await runCli(['fetch', '-m', module.directory, '--jobs', '1', '--debug']);

  expect(stderr).toContain('rests for 1 s, then has at most 1 answer at once');
  expect(server.peakConcurrency).toBe(1);
  expect(server.requests).toHaveLength(5);
  expect(code).toBe(0);
});

test.each([
  ['that it did not announce', `Content-Length: ${BYTES.length}\r\n`],
  ['that it announced', `Connection: close\r\nContent-Length: ${BYTES.length}\r\n`],
  ['that ends the body', 'Connection: close\r\n'],
])('a body is whole after an end of the connection %s', async (_, header) => {
  const module = moduleFor(await startClosingServer(header, BYTES));

  const { code } = await runCli(['fetch', '-m', module.directory, '--retries', '0']);

  expect(sha256OfFile(module.blobFile('0.bin'))).toBe(sha256(BYTES));
  expect(code).toBe(0);
});

test('an announced end of the connection in the middle of a body is an error, and no defect', async () => {
  const header = `Connection: close\r\nContent-Length: ${BYTES.length}\r\n`;
  const module = moduleFor(await startClosingServer(header, BYTES.subarray(0, 200_000)));

  const { code, stderr } = await runCli(['fetch', '-m', module.directory, '--retries', '0']);

  expect(stderr).toContain('[BLOBS_NETWORK]');
  expect(code).toBe(1);
});

/** A server that ends each connection right after one answer. */
async function startClosingServer(header: string, body: Uint8Array): Promise<string> {
  const answer = Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\n${header}\r\n`), body]);
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/a`;
}
