// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createSign, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished, type TestContext } from 'vitest';
import { startFaultServer } from '../support/fault-server.ts';
import { type MadeModule, makeModule } from '../support/modules.ts';
import { freePort, whenListening } from '../support/ports.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';
import { schemaErrors } from '../support/schema.ts';
import { type Served, startServe } from '../support/serve.ts';
import { sha256, sha256OfFile, someBytes, tempDir, withDirectory } from '../support/temp.ts';
import { hasOpenssl } from '../support/tls.ts';

const PROGRAM = 'docker-registry';
// Large enough for two chunks, for one, and for none.
const SIZES = { 'lib/large.bin': 9_000_000, 'small.bin': 5_000, 'empty.bin': 0 } as const;
const PASSWORD = 's3cret-word';
// "me" and that password, by bcrypt.
const HTPASSWD = 'me:$2y$05$r.KHOD6pbNRglXrzhyLhqOsNo9WsVqA1Yn8Kbhk01Zn9wR4BmFu76\n';

/** Debian's registry over a directory of its own. */
interface RealRegistry {
  readonly host: string;
  readonly reference: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  collectGarbage(...args: string[]): void;
}

async function makeRegistry(context: TestContext, auth = ''): Promise<RealRegistry> {
  try {
    execFileSync(PROGRAM, ['--version'], { stdio: 'ignore' });
  } catch {
    context.skip(`${PROGRAM} is not installed`);
  }
  const [directory, port] = [tempDir(), await freePort()];
  const config = join(directory, 'config.yml');
  const storage = `storage:\n  filesystem:\n    rootdirectory: ${directory}/data\n  delete:\n    enabled: true\n`;
  writeFileSync(config, `version: 0.1\n${storage}http:\n  addr: 127.0.0.1:${port}\n${auth}`);
  let child: ChildProcess | undefined;
  const stop = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  onTestFinished(stop);
  const host = `127.0.0.1:${port}`;
  return {
    host,
    reference: `oci://${host}/team/blobs`,
    start: async () => {
      child = spawn(PROGRAM, ['serve', config], { stdio: 'ignore' });
      await whenListening(port, child);
    },
    stop,
    collectGarbage: (...args) => {
      execFileSync(PROGRAM, ['garbage-collect', ...args, config], { stdio: 'ignore' });
    },
  };
}

const PATHS = Object.keys(SIZES) as (keyof typeof SIZES)[];
const BYTES = new Map(PATHS.map((path) => [path, someBytes(path, SIZES[path])]));

function bytesOf(path: keyof typeof SIZES): Buffer {
  return BYTES.get(path) ?? Buffer.alloc(0);
}

function filledModule(): MadeModule {
  const blobs = PATHS.map((path) => ({ path, bytes: bytesOf(path), license: 'Apache-2.0' }));
  const module = makeModule(join(tempDir(), 'hal_x'), { name: 'hal_x', blobs });
  for (const path of PATHS) writeFileSync(withDirectory(module.blobFile(path)), bytesOf(path));
  return module;
}

function push(
  registry: RealRegistry,
  module: MadeModule,
  env: Record<string, string> = {},
): Promise<CliResult> {
  return runCli(['mirror', 'push', registry.reference, '-m', module.directory, '--json'], { env });
}

/** Fetches everything anew, from the registry alone. */
async function expectPulled(
  registry: RealRegistry,
  module: MadeModule,
  env: Record<string, string> = {},
): Promise<void> {
  rmSync(join(module.directory, 'zephyr', 'blobs'), { recursive: true });
  const mirror = ['--no-store', '--mirror', `sha256=${registry.reference}`];
  const result = await runCli(['fetch', '-m', module.directory, '--json', ...mirror], { env });
  expect(result.json().issues).toEqual([]);
  expect(result.json().blobs.map((blob) => blob.result)).toEqual(PATHS.map(() => 'mirror'));
  for (const path of PATHS) expect(sha256OfFile(module.blobFile(path))).toBe(sha256(bytesOf(path)));
  expect(result.code).toBe(0);
}

function results(result: CliResult): unknown[] {
  expect(schemaErrors('mirror', result.json())).toEqual([]);
  return result.json().blobs.map((blob) => blob.result);
}

it('what is pushed is pulled, stays through garbage collection and restarts, and is not sent again', async (context) => {
  const [registry, module] = [await makeRegistry(context), filledModule()];
  await registry.start();
  expect(results(await push(registry, module))).toEqual(['pushed', 'pushed', 'pushed']);
  await expectPulled(registry, module);
  expect(results(await push(registry, module))).toEqual(['present', 'present', 'present']);

  for (const args of [[], ['--delete-untagged']]) {
    await registry.stop();
    registry.collectGarbage(...args);
    await registry.start();
    await expectPulled(registry, module);
  }
  expect(results(await push(registry, module))).toEqual(['present', 'present', 'present']);

  const tags = await fetch(`http://${registry.host}/v2/team/blobs/tags/list`);
  const names = PATHS.map((path) => `blob-${sha256(bytesOf(path))}`);
  expect(((await tags.json()) as { tags: string[] }).tags.sort()).toEqual(names.sort());
});

it('a second module with the same bytes is told of beside the first', async (context) => {
  const [registry, module] = [await makeRegistry(context), filledModule()];
  await registry.start();
  await push(registry, module);
  const other = makeModule(join(tempDir(), 'hal_y'), {
    name: 'hal_y',
    blobs: [{ path: 'same.bin', bytes: bytesOf('small.bin') }],
  });
  writeFileSync(withDirectory(other.blobFile('same.bin')), bytesOf('small.bin'));
  expect(results(await push(registry, other))).toEqual(['present']);
  const url = `http://${registry.host}/v2/team/blobs/manifests/blob-${sha256(bytesOf('small.bin'))}`;
  const answer = await fetch(url, { headers: { accept: 'application/vnd.oci.image.manifest.v1+json' } });
  const { layers } = (await answer.json()) as { layers: { annotations: Record<string, string> }[] };
  const entries: { module: string }[] = JSON.parse(
    layers[0]?.annotations['vnd.zephyr.blobs.entries'] ?? '[]',
  );
  expect(entries.map(({ module: name }) => name)).toEqual(['hal_x', 'hal_y']);
});

it('two servers share it: what one downloaded is pushed, kept, and pulled by the other', async (context) => {
  const registry = await makeRegistry(context);
  await registry.start();
  const upstream = await startFaultServer();
  const blobs = PATHS.map((path) => ({
    path,
    bytes: bytesOf(path),
    url: upstream.serve(`/${path}`, bytesOf(path)),
  }));
  const { directory } = makeModule(join(tempDir(), 'hal_x'), { name: 'hal_x', blobs });
  const start = (): Promise<Served> =>
    startServe(['--store', tempDir(), '--store', registry.reference, '-m', directory]);
  const expectServed = async ({ url }: Served): Promise<void> => {
    for (const { bytes } of blobs) {
      const answer = await fetch(`${url}/sha256/${sha256(bytes)}`);
      expect(sha256(Buffer.from(await answer.arrayBuffer()))).toBe(sha256(bytes));
    }
  };
  const one = await start();
  await expectServed(one);
  await one.cli.seen(/(?:"msg":"pushed to the registry".*){3}/s);
  await registry.stop();
  registry.collectGarbage('--delete-untagged');
  await registry.start();
  await expectServed(await start());
  expect(upstream.requests.length).toBe(PATHS.length);
  expect((await one.stop()).code).toBe(0);
});

it('htpasswd lets those in who are in docker’s config.json', async (context) => {
  const file = join(tempDir(), 'htpasswd');
  writeFileSync(file, HTPASSWD);
  const registry = await makeRegistry(context, `auth:\n  htpasswd:\n    realm: tested\n    path: ${file}\n`);
  await registry.start();
  const module = filledModule();
  const refused = await push(registry, module);
  expect(refused.json().issues.map(({ code }) => code)).toEqual(PATHS.map(() => 'BLOBS_HTTP_STATUS'));
  expect(refused.stderr).toContain('docker login');
  const env = writeDockerConfig(registry);
  expect(results(await push(registry, module, env))).toEqual(['pushed', 'pushed', 'pushed']);
  await expectPulled(registry, module, env);
});

it('a token server lets those in to whom it gives tokens', async (context) => {
  if (!hasOpenssl()) context.skip('openssl is not installed');
  const { realm, certificateFile, scopes } = await startTokenServer();
  const registry = await makeRegistry(
    context,
    `auth:\n  token:\n    realm: ${realm}\n    service: tested\n    issuer: tested\n    rootcertbundle: ${certificateFile}\n`,
  );
  await registry.start();
  const module = filledModule();
  expect((await push(registry, module)).code).toBe(1);
  const env = writeDockerConfig(registry);
  expect(results(await push(registry, module, env))).toEqual(['pushed', 'pushed', 'pushed']);
  // Whoever it is may pull.
  await expectPulled(registry, module);
  expect(new Set(scopes)).toEqual(new Set(['repository:team/blobs:pull', 'repository:team/blobs:pull,push']));
});

function writeDockerConfig({ host }: RealRegistry): { DOCKER_CONFIG: string } {
  const directory = tempDir();
  const auth = Buffer.from(`me:${PASSWORD}`).toString('base64');
  writeFileSync(join(directory, 'config.json'), JSON.stringify({ auths: { [host]: { auth } } }));
  return { DOCKER_CONFIG: directory };
}

/** Gives tokens to pull to everybody, and to push to "me" alone. */
async function startTokenServer(): Promise<{
  readonly realm: string;
  readonly certificateFile: string;
  readonly scopes: string[];
}> {
  const directory = tempDir();
  const [keyFile, certificateFile] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')];
  const args = ['req', '-x509', '-days', '2', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=tested'];
  execFileSync('openssl', [...args, '-keyout', keyFile, '-out', certificateFile], { stdio: 'ignore' });
  const der = readFileSync(certificateFile, 'utf8').replace(/-----[A-Z ]+-----|\s/g, '');
  const scopes: string[] = [];
  const server = createHttpServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://127.0.0.1');
    const scope = url.searchParams.get('scope') ?? '';
    scopes.push(scope);
    const pair = Buffer.from(`me:${PASSWORD}`).toString('base64');
    const isMe = request.headers.authorization === `Basic ${pair}`;
    const [type, name, actions = ''] = scope.split(':');
    const allowed = actions.split(',').filter((action) => isMe || action === 'pull');
    const nowS = Math.floor(Date.now() / 1000);
    const claims = { iss: 'tested', sub: isMe ? 'me' : '', aud: 'tested', jti: randomUUID() };
    const times = { exp: nowS + 300, nbf: nowS - 10, iat: nowS - 10 };
    const access = [{ type, name, actions: allowed }];
    const text = [
      { typ: 'JWT', alg: 'RS256', x5c: [der] },
      { ...claims, ...times, access },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const signature = createSign('RSA-SHA256').update(text).sign(readFileSync(keyFile)).toString('base64url');
    response.end(JSON.stringify({ token: `${text}.${signature}`, expires_in: 300 }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo;
  return { realm: `http://127.0.0.1:${port}/token`, certificateFile, scopes };
}
