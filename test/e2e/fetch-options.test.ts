// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Behaviour, type FaultServer, startFaultServer } from '../support/fault-server.ts';
import { type MadeModule, makeModule } from '../support/modules.ts';
import { runCli } from '../support/run-cli.ts';
import { filesBelow, sha256, sha256OfFile, someBytes, tempDir, withDirectory } from '../support/temp.ts';

test('--dry-run tells what would be fetched and changes nothing', async () => {
  const { server, module } = await setUp(3);
  writeFileSync(withDirectory(module.blobFile('0.bin')), someBytes('0'));
  writeFileSync(module.blobFile('1.bin'), 'modified');
  const before = filesBelow(module.directory);

  const { stdout, code } = await runCli(['fetch', '-m', module.directory, '--dry-run']);

  expect(stdout).not.toContain('0.bin');
  expect(stdout).toContain('1.bin');
  expect(stdout).toContain(`${server.origin}/2`);
  expect(filesBelow(module.directory)).toEqual(before);
  expect(readFileSync(module.blobFile('1.bin'), 'utf8')).toBe('modified');
  expect(server.requests).toEqual([]);
  expect(code).toBe(0);
});

test('a modified file is replaced, and the output says so', async () => {
  const { module } = await setUp(1);
  writeFileSync(withDirectory(module.blobFile('0.bin')), 'modified');

  const { stdout, code } = await runCli(['fetch', '-m', module.directory]);

  expect(sha256OfFile(module.blobFile('0.bin'))).toBe(sha256(someBytes('0')));
  expect(stdout).toMatch(/0\.bin.*(?:replaced|modified)/);
  expect(code).toBe(0);
});

test('--keep-modified leaves a modified file alone and fetches the others', async () => {
  const { server, module } = await setUp(2);
  writeFileSync(withDirectory(module.blobFile('0.bin')), 'modified');

  const result = await runCli(['fetch', '-m', module.directory, '--keep-modified', '--json']);

  expect(readFileSync(module.blobFile('0.bin'), 'utf8')).toBe('modified');
  expect(result.json().blobs).toMatchObject([
    { path: '0.bin', status: 'M', result: 'skipped' },
    { path: '1.bin', status: 'A', result: 'url' },
  ]);
  expect(server.requestsFor('/0')).toEqual([]);
  expect(result.code).toBe(0);
});

test('--fail-fast tries nothing after the first failure', async () => {
  const { server, module } = await setUp(4, (i) =>
    i === 0 ? { kind: 'status', status: 404 } : { kind: 'ok' },
  );

  const result = await runCli(['fetch', '-m', module.directory, '--fail-fast', '--jobs', '1', '--json']);

  expect(result.json().blobs.map((blob) => blob.result)).toEqual(['failed', 'skipped', 'skipped', 'skipped']);
  const codes = new Set(result.json().issues.map(({ code }) => code));
  expect(codes).toEqual(new Set(['BLOBS_HTTP_STATUS', 'BLOBS_STOPPED']));
  expect(server.requests).toHaveLength(1);
  expect(result.code).toBe(1);
});

test.for([
  [['--jobs', '2'], {}],
  [[], { BLOBS_JOBS: '2' }],
] as const)('downloads as many blobs at once as %j %j say', async ([args, env]) => {
  const { server, module } = await setUp(8, () => ({ kind: 'ok', delayMs: 50 }));

  const { code } = await runCli(['fetch', '-m', module.directory, ...args], { env });

  expect(server.peakConcurrency).toBe(2);
  expect(code).toBe(0);
});

test('--max-size refuses what is larger, with a suffix or without', async () => {
  const { module } = await setUp(1);

  const tooLarge = await runCli(['fetch', '-m', module.directory, '--max-size', '999', '--json']);
  const fits = await runCli(['fetch', '-m', module.directory, '--max-size', '1k', '--json']);

  expect(tooLarge.json().issues).toMatchObject([{ severity: 'error', code: 'BLOBS_TOO_LARGE' }]);
  expect(tooLarge.code).toBe(1);
  expect(fits.code, fits.stderr).toBe(0);
});

test('a directory at the place of a blob is status M, fails alone, and survives clean', async () => {
  const { module } = await setUp(2);
  mkdirSync(join(module.blobFile('0.bin'), 'mine'), { recursive: true });
  writeFileSync(join(module.blobFile('0.bin'), 'mine', 'notes'), 'precious');

  const listed = await runCli(['list', '-m', module.directory, '-f', '{status}']);
  const fetched = await runCli(['fetch', '-m', module.directory, '--json']);
  const cleaned = await runCli(['clean', '-m', module.directory]);

  expect(listed.stdout).toBe('M\nD\n');
  expect(fetched.json().blobs).toMatchObject([{ result: 'failed' }, { result: 'url' }]);
  expect(fetched.json().issues.map(({ code }) => code)).toEqual(['BLOBS_NOT_A_FILE']);
  expect(fetched.code).toBe(1);
  expect(filesBelow(join(module.directory, 'zephyr', 'blobs'))).toEqual(['0.bin/mine/notes']);
  expect(cleaned.stdout).not.toContain('0.bin');
});

test('only blobs of the selected type are fetched', async () => {
  const server = await startFaultServer();
  const blobs = ['img', 'lib'].map((type) => ({
    path: type,
    type,
    bytes: type,
    url: server.serve(`/${type}`, type),
  }));
  const module = makeModule(tempDir(), { name: 'hal_x', blobs });

  const { code } = await runCli(['fetch', '-m', module.directory, '-t', 'img']);

  expect(filesBelow(join(module.directory, 'zephyr', 'blobs'))).toEqual(['img']);
  expect(code).toBe(0);
});

test('verify --allow-missing passes over missing blobs, but not over wrong ones', async () => {
  const { module } = await setUp(2);
  const verify = ['verify', '-m', module.directory];

  const strict = await runCli(verify);
  const lenient = await runCli([...verify, '--allow-missing']);
  writeFileSync(withDirectory(module.blobFile('0.bin')), 'modified');
  const wrong = await runCli([...verify, '--allow-missing']);

  expect(strict.stderr).toContain('[BLOBS_MISSING]');
  expect(wrong.stderr).toContain('[BLOBS_HASH_MISMATCH]');
  expect([strict.code, lenient.code, wrong.code]).toEqual([1, 0, 65]);
});

test('clean --dry-run deletes nothing', async () => {
  const { module } = await setUp(1);
  writeFileSync(withDirectory(module.blobFile('0.bin')), 'x');

  const { stdout, code } = await runCli(['clean', '-m', module.directory, '--dry-run']);

  expect(stdout).toContain('0.bin');
  expect(filesBelow(join(module.directory, 'zephyr', 'blobs'))).toEqual(['0.bin']);
  expect(code).toBe(0);
});

/** A server, and a module with the blobs `0.bin`, `1.bin`, … of a thousand bytes each. */
async function setUp(
  count: number,
  behaviour: (i: number) => Behaviour = () => ({ kind: 'ok' }),
): Promise<{ server: FaultServer; module: MadeModule }> {
  const server = await startFaultServer();
  const blobs = Array.from({ length: count }, (_, i) => {
    const bytes = someBytes(`${i}`);
    return { path: `${i}.bin`, bytes, url: server.serve(`/${i}`, bytes, behaviour(i)) };
  });
  return { server, module: makeModule(tempDir(), { name: 'hal_x', blobs }) };
}

test('what can be asked nowhere fails in a dry run too', async () => {
  const module = makeModule(tempDir(), {
    name: 'hal_x',
    blobs: [
      { path: 'ftp.bin', bytes: 'a', url: 'ftp://a.invalid/x' },
      { path: 'no.bin', bytes: 'b', url: 'nowhere' },
    ],
  });

  const result = await runCli(['fetch', '-n', '--json', '-m', module.directory]);

  expect(result.json().issues.map(({ code, path }) => [code, path])).toEqual([
    ['BLOBS_URL_UNSUPPORTED', 'ftp.bin'],
    ['BLOBS_URL_UNSUPPORTED', 'no.bin'],
  ]);
  expect(result.code).toBe(1);
});

test('a failure is told while other downloads still run', async () => {
  const server = await startFaultServer();
  const module = makeModule(tempDir(), {
    name: 'hal_x',
    blobs: [
      { path: 'gone', bytes: 'gone', url: server.serve('/gone', 'gone', { kind: 'status', status: 404 }) },
      { path: 'slow', bytes: 'slow', url: server.serve('/slow', 'slow', { kind: 'stall', afterBytes: 2 }) },
    ],
  });

  const result = await runCli(['fetch', '-m', module.directory], {
    onStart: async (cli) => {
      await server.whenStalled('/slow');
      await cli.seen(/error: cannot fetch hal_x: gone \[BLOBS_HTTP_STATUS\]/);
      cli.kill('SIGTERM');
    },
  });

  expect(result.code).toBe(143);
  expect(result.stderr.match(/cannot fetch hal_x: gone/g)).toHaveLength(1);
});

test('off the network, what no cache and no file mirror has is told to be out of reach', async () => {
  const module = makeModule(tempDir(), {
    name: 'hal_x',
    blobs: [{ path: 'a', bytes: 'a', url: 'https://a.invalid/a' }],
  });
  const mirror = `sha256=file://${tempDir()}/{sha256}`;

  const result = await runCli(['fetch', '--offline', '--json', '--mirror', mirror, '-m', module.directory]);

  expect(result.json().issues).toMatchObject([
    { code: 'BLOBS_OFFLINE', facts: [expect.stringContaining('does not exist'), expect.anything()] },
  ]);
  expect(result.code).toBe(1);
});

test.each([
  [['cache', 'prune', '--bogus'], 'see "blobs cache prune --help"'],
  [['mirror', 'push'], 'see "blobs mirror push --help"'],
])('%j points to the help of that command', async (args, hint) => {
  expect((await runCli(args)).stderr).toContain(hint);
});
