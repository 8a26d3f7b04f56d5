// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type Behaviour, type FaultServer, startFaultServer } from '../support/fault-server.ts';
import { type MadeModule, makeModule } from '../support/modules.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';
import { workspaceWith } from '../support/store.ts';
import { sha256, sha256OfFile, someBytes, tempDir } from '../support/temp.ts';

const BYTES = someBytes('mirrored', 5000);
const DIGEST = sha256(BYTES);

test('a mirror is asked instead of the original, and reported', async () => {
  const { server, module } = await setUp();
  const url = server.serve('/mirror/vendor/fw.bin', BYTES);

  const result = await fetch(module, [`${server.origin}/origin/=${server.origin}/mirror/`]);

  expect(result.json().blobs).toMatchObject([{ result: 'mirror', source: url }]);
  expect(sha256OfFile(module.blobFile('fw.bin'))).toBe(sha256(BYTES));
  expect(pathsAsked(server)).toEqual(['/mirror/vendor/fw.bin']);
  expect(result.code).toBe(0);
});

test.for([
  ['does not have the blob', { kind: 'status', status: 404 }, 'BLOBS_HTTP_STATUS'],
  ['has other bytes', { kind: 'wrong-bytes' }, 'BLOBS_HASH_MISMATCH'],
  ['breaks off', { kind: 'truncate', afterBytes: 10 }, 'BLOBS_NETWORK'],
] as const)('the original is asked last when a mirror %s, with a warning', async ([, behaviour, code]) => {
  const { server, module } = await setUp();
  server.serve('/mirror/vendor/fw.bin', BYTES, behaviour);

  const result = await fetch(module, [`${server.origin}/origin/=${server.origin}/mirror/`]);

  expect(result.json().blobs).toMatchObject([
    { result: 'url', source: `${server.origin}/origin/vendor/fw.bin` },
  ]);
  expect(result.json().issues).toMatchObject([{ severity: 'warning', code }]);
  expect(pathsAsked(server)).toEqual(['/mirror/vendor/fw.bin', '/origin/vendor/fw.bin']);
  expect(result.code).toBe(0);
});

test('several mirrors are asked in the order in which they are given', async () => {
  const { server, module } = await setUp();
  server.serve('/third/fw.bin', BYTES);

  const result = await fetch(module, [
    `${server.origin}/origin/=${server.origin}/first/`,
    `${server.origin}/=${server.origin}/second/`,
    `${server.origin}/origin/vendor/=${server.origin}/third/`,
  ]);

  expect(pathsAsked(server)).toEqual([
    '/first/vendor/fw.bin',
    '/second/origin/vendor/fw.bin',
    '/third/fw.bin',
  ]);
  expect(result.json().blobs).toMatchObject([{ result: 'mirror' }]);
  expect(result.code).toBe(0);
});

test('a prefix ends at a slash', async () => {
  const { server, module } = await setUp();

  const result = await fetch(module, [`${server.origin}/orig=${server.origin}/mirror`]);

  expect(pathsAsked(server)).toEqual(['/origin/vendor/fw.bin']);
  expect(result.code).toBe(0);
  expect(result.json().issues).toMatchObject([{ severity: 'info', code: 'BLOBS_UNUSED_MIRROR' }]);
});

test('a mirror that is addressed by hash comes first', async () => {
  const { server, module } = await setUp();
  const path = `/by-hash/${DIGEST.slice(0, 2)}/${DIGEST}`;
  server.serve(path, BYTES);

  const result = await fetch(module, [
    `${server.origin}/origin/=${server.origin}/mirror/`,
    `sha256=${server.origin}/by-hash/{sha256:2}/{sha256}`,
  ]);

  expect(pathsAsked(server)).toEqual([path]);
  expect(result.json().blobs).toMatchObject([{ result: 'mirror', source: server.origin + path }]);
});

test('a directory can be a mirror', async () => {
  const { server, module } = await setUp();
  const directory = tempDir();
  mkdirSync(join(directory, 'vendor'));
  writeFileSync(join(directory, 'vendor', 'fw.bin'), BYTES);

  const result = await fetch(module, [`${server.origin}/origin/=${pathToFileURL(directory).href}/`]);

  expect(sha256OfFile(module.blobFile('fw.bin'))).toBe(sha256(BYTES));
  expect(result.json().blobs).toMatchObject([{ result: 'mirror' }]);
  expect(server.requests).toEqual([]);
  expect(result.code).toBe(0);
});

test.for(['a symbolic link', 'an encoded parent folder'])(
  'a directory mirror gives nothing from outside it through %s',
  async (way) => {
    const { server, module } = await setUp(
      { kind: 'ok' },
      way === 'a symbolic link' ? 'vendor/fw.bin' : 'vendor/%2e%2e%2f%2e%2e%2fsecret',
    );
    const root = tempDir();
    const directory = join(root, 'mirror');
    mkdirSync(join(directory, 'vendor'), { recursive: true });
    writeFileSync(join(root, 'secret'), BYTES);
    symlinkSync(join(root, 'secret'), join(directory, 'vendor', 'fw.bin'));

    const result = await fetch(module, [`${server.origin}/origin/=${pathToFileURL(directory).href}/`]);

    expect(result.json().blobs).toMatchObject([{ path: 'fw.bin', result: 'url' }]);
    expect(server.requests).toHaveLength(1);
  },
);

describe('configured mirrors', () => {
  test('that end with a block keep the original from ever being asked', async () => {
    const { server, module } = await setUp();
    const mirrors = { [`${server.origin}/origin/`]: [`${server.origin}/mirror/`, 'block'] };

    const result = await fetch(module, [], { BLOBS_MIRRORS: JSON.stringify(mirrors) });

    expect(pathsAsked(server)).toEqual(['/mirror/vendor/fw.bin']);
    expect(result.json().issues).toMatchObject([{ severity: 'error', code: 'BLOBS_BLOCKED' }]);
    expect(result.stderr).toContain(`HTTP status 404 from ${server.origin}/mirror/vendor/fw.bin`);
    expect(result.stderr).toContain(
      `${server.origin}/origin/vendor/fw.bin was not asked: "block" for ${server.origin}/origin/ of BLOBS_MIRRORS`,
    );
    expect(result.code).toBe(1);
  });

  test('that block and leave nothing to ask are named in the error, and nothing is asked', async () => {
    const { server, module } = await setUp();

    const result = await fetch(module, [], { BLOBS_MIRRORS: `{"${server.origin}": "block"}` });

    expect(server.requests).toEqual([]);
    expect(result.json().blobs).toMatchObject([{ result: 'failed' }]);
    expect(result.json().issues).toMatchObject([
      {
        severity: 'error',
        code: 'BLOBS_BLOCKED',
        facts: [
          `${server.origin}/origin/vendor/fw.bin was not asked: "block" for ${server.origin}/ of BLOBS_MIRRORS`,
        ],
      },
    ]);
    expect(result.code).toBe(1);
  });

  test("are read from west's configuration, which the environment replaces, which options replace", async () => {
    const server = await startFaultServer();
    const url = server.serve('/origin/fw.bin', BYTES);
    const mirrors = (name: string) => JSON.stringify([{ [server.origin]: `${server.origin}/${name}/` }]);
    const topdir = workspaceWith([{ path: 'fw.bin', bytes: BYTES, url }], [`mirrors = ${mirrors('west')}`]);
    const firstSource = async (args: readonly string[], env: Readonly<Record<string, string>>) => {
      const result = await runCli(['fetch', '-n', '--json', ...args], { cwd: topdir, env });
      expect(result.json().issues).toEqual([]);
      return result.json().blobs[0]?.['sources'];
    };

    expect(await firstSource([], {})).toEqual([`${server.origin}/west/origin/fw.bin`, url]);
    expect(await firstSource([], { BLOBS_MIRRORS: mirrors('environment') })).toEqual([
      `${server.origin}/environment/origin/fw.bin`,
      url,
    ]);
    expect(
      await firstSource(['--mirror', `${server.origin}=${server.origin}/option`], {
        BLOBS_MIRRORS: mirrors('environment'),
      }),
    ).toEqual([`${server.origin}/option/origin/fw.bin`, url]);
    expect(server.requests).toEqual([]);
  });

  test('that are of no use are not told of', async () => {
    const { server, module } = await setUp();

    const result = await fetch(module, [], {
      BLOBS_MIRRORS: '{"https://other.invalid/": "https://m.invalid/"}',
    });

    expect(result.json().issues).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });

  test('that are malformed end the run before it begins, with the place where they stand', async () => {
    const { server, module } = await setUp();
    const inEnvironment = await fetch(module, [], { BLOBS_MIRRORS: '["https://a.invalid/"]' });
    const topdir = workspaceWith([], ['mirrors = {"https://a.invalid/": "oci://oci.invalid/x:latest"}']);
    const inWest = await runCli(['fetch'], { cwd: topdir });

    expect(inEnvironment.json().issues).toMatchObject([{ code: 'BLOBS_BAD_CONFIG' }]);
    expect(inEnvironment.stderr).toContain('error: BLOBS_MIRRORS: ');
    expect(inEnvironment.code).toBe(2);
    expect(inWest.stderr).toContain(
      `error: blobs.mirrors in ${join(topdir, '.west', 'config')}: oci://oci.invalid/x:latest must hold no tag`,
    );
    expect(inWest.code).toBe(2);
    expect(server.requests).toEqual([]);
  });

  test('by hash have blobs of a fetcher that nobody knows', async () => {
    const directory = tempDir();
    writeFileSync(join(directory, DIGEST), BYTES);
    const module = makeModule(tempDir(), {
      name: 'hal_x',
      blobs: [{ path: 'fw.bin', bytes: BYTES, fetcher: 'carrier-pigeon' }],
    });

    const result = await fetch(module, ['--offline'], {
      BLOBS_MIRRORS: JSON.stringify({ sha256: [`${pathToFileURL(directory).href}/{sha256}`, 'block'] }),
    });

    expect(result.json().blobs).toMatchObject([{ status: 'A', result: 'mirror' }]);
    expect(result.code).toBe(0);
  });
});

/** A server, and a module with one blob whose original URL is `/origin/<file>` on it. */
async function setUp(
  behaviour: Behaviour = { kind: 'ok' },
  file = 'vendor/fw.bin',
): Promise<{ server: FaultServer; module: MadeModule }> {
  const server = await startFaultServer();
  const url = server.serve(`/origin/${file}`, BYTES, behaviour);
  const module = makeModule(tempDir(), { name: 'hal_x', blobs: [{ path: 'fw.bin', bytes: BYTES, url }] });
  return { server, module };
}

function pathsAsked(server: FaultServer): string[] {
  return server.requests.map(({ path }) => path);
}

function fetch(
  module: MadeModule,
  mirrors: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CliResult> {
  const options = mirrors.flatMap((mirror) => (mirror.startsWith('--') ? [mirror] : ['--mirror', mirror]));
  return runCli(['fetch', '-m', module.directory, '--retries', '0', '--json', ...options], { env });
}
