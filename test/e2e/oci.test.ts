// SPDX-License-Identifier: Apache-2.0
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startFaultServer } from '../support/fault-server.ts';
import { type MadeModule, makeModule } from '../support/modules.ts';
import { answerStatus, answerWith, type OciRegistry, startOciRegistry } from '../support/oci-registry.ts';
import { type CliOptions, type CliResult, type JsonDocument, runCli } from '../support/run-cli.ts';
import { schemaErrors } from '../support/schema.ts';
import { entryFile, fetch, moduleWith } from '../support/store.ts';
import { sha256, sha256OfFile, someBytes, tempDir, testHome, withDirectory } from '../support/temp.ts';

const PATHS = ['a.bin', 'lib/b.bin', 'clicked.bin'];

function bytesOf(path: string): Buffer {
  return someBytes(path, 30_000);
}

function emptyModule(): MadeModule {
  return moduleWith(
    PATHS.map((path) => ({
      path,
      bytes: bytesOf(path),
      license: path === 'a.bin' ? 'mit' : 'of our own',
      ...(path === 'clicked.bin' ? { 'click-through': true } : {}),
    })),
  );
}

/** A module in which these blobs are. */
function filledModule(present: readonly string[] = PATHS): MadeModule {
  const module = emptyModule();
  for (const path of present) writeFileSync(withDirectory(module.blobFile(path)), bytesOf(path));
  return module;
}

function push(
  registry: OciRegistry,
  module: MadeModule,
  args: string[] = [],
  options?: CliOptions,
): Promise<CliResult> {
  return runCli(['mirror', 'push', registry.reference, '-m', module.directory, ...args], options);
}

async function pushJson(...given: Parameters<typeof push>): Promise<JsonDocument> {
  const [registry, module, args = [], options] = given;
  const document = (await push(registry, module, ['--json', ...args], options)).json();
  expect(schemaErrors('mirror', document)).toEqual([]);
  return document;
}

function results(document: JsonDocument): unknown[] {
  return document.blobs.map(({ result }) => result);
}

function manifestOf(
  registry: OciRegistry,
  path: string,
): { layers: { annotations: Record<string, string> }[] } {
  return JSON.parse(registry.manifests.get(`blob-${sha256(bytesOf(path))}`) ?? 'null');
}

function writeDockerConfig(directory: string, registry: OciRegistry, password: string): void {
  const auth = Buffer.from(`me:${password}`).toString('base64');
  const file = withDirectory(join(directory, 'config.json'));
  writeFileSync(file, JSON.stringify({ auths: { [registry.host]: { auth } } }));
}

describe('mirror push to a registry', () => {
  test('sends blobs with their manifests, and the second time nothing', async () => {
    const [registry, module] = [await startOciRegistry(), filledModule()];
    const first = await push(registry, module);
    const requests = registry.requests.length;
    const again = await pushJson(registry, module);

    expect(first.stdout).toBe(
      'pushed hal_x: a.bin (30 kB)\npushed hal_x: lib/b.bin (30 kB)\nleft out hal_x: clicked.bin (click-through)\n',
    );
    expect(first.stderr).toContain(`read it with --mirror 'sha256=${registry.reference}'`);
    expect(first.code).toBe(0);
    expect([...registry.blobs.keys()]).toEqual(
      expect.arrayContaining([sha256(bytesOf('a.bin')), sha256(bytesOf('lib/b.bin'))]),
    );
    expect(registry.blobs.has(sha256(bytesOf('clicked.bin')))).toBe(false);
    expect(manifestOf(registry, 'a.bin').layers[0]?.annotations).toMatchObject({
      'org.opencontainers.image.title': 'a.bin',
      'org.opencontainers.image.licenses': 'MIT',
      'vnd.zephyr.blobs.module': 'hal_x',
      'vnd.zephyr.blobs.path': 'a.bin',
    });
    expect(manifestOf(registry, 'lib/b.bin').layers[0]?.annotations).not.toHaveProperty(
      'org.opencontainers.image.licenses',
    );
    expect(results(again)).toEqual(['present', 'present', 'skipped']);
    expect(again).toMatchObject({ directory: null, registry: registry.reference });
    expect(registry.methods().slice(requests).sort()).toEqual(['GET', 'GET', 'HEAD', 'HEAD']);
  });

  test('sends a blob again that the registry says to have with another size', async () => {
    const [registry, module] = [await startOciRegistry(), filledModule(['a.bin'])];
    registry.blobs.set(sha256(bytesOf('a.bin')), bytesOf('a.bin').subarray(0, 5));
    expect(results(await pushJson(registry, module, ['-l', 'a']))).toEqual(['pushed']);
    expect(sha256(registry.blobs.get(sha256(bytesOf('a.bin'))) ?? '')).toBe(sha256(bytesOf('a.bin')));
    expect(manifestOf(registry, 'a.bin').layers[0]).toMatchObject({ size: 30_000 });
  });

  test('sends nothing again where the registry says no size', async () => {
    const [registry, module] = [await startOciRegistry(), filledModule(['a.bin'])];
    registry.disturb(/HEAD .*blobs/, answerStatus(200));
    for (const bytes of [bytesOf('a.bin'), Buffer.from('{}')]) registry.addBlob(bytes);
    expect(results(await pushJson(registry, module, ['-l', 'a']))).toEqual(['present']);
    expect(registry.methods(/uploads/)).toEqual([]);
    expect(manifestOf(registry, 'a.bin').layers[0]).toMatchObject({ size: 30_000 });
  });

  test('sends nothing through a link that somebody puts in the place of a directory meanwhile', async () => {
    const [registry, module, elsewhere] = [await startOciRegistry(), filledModule(['lib/b.bin']), tempDir()];
    writeFileSync(join(elsewhere, 'b.bin'), bytesOf('lib/b.bin'));
    // It was found to have the right bytes by then.
    registry.disturb(/HEAD .*blobs/, ({ behave }) => {
      rmSync(module.blobFile('lib'), { recursive: true });
      symlinkSync(elsewhere, module.blobFile('lib'));
      return behave();
    });
    const document = await pushJson(registry, module, ['-l', 'lib']);
    expect(results(document)).toEqual(['failed']);
    expect(document.issues).toMatchObject([
      { severity: 'error', path: 'lib/b.bin', facts: [expect.stringContaining('symbolic link')] },
    ]);
    expect(registry.methods(/uploads/)).toEqual([]);
  });

  test('only asks in a dry run', async () => {
    const [registry, module] = [await startOciRegistry(), filledModule(['a.bin'])];
    const { stdout, code } = await push(registry, module, ['-n', '-l', 'a']);
    expect([stdout, code]).toEqual(['would push hal_x: a.bin (30 kB)\n', 0]);
    expect(registry.methods()).toEqual(['HEAD']);
  });

  test('takes click-through blobs along when it is told to, and goes on where one is nowhere', async () => {
    const [registry, module] = [await startOciRegistry(), filledModule(['a.bin', 'clicked.bin'])];
    const document = await pushJson(registry, module, ['--include-click-through']);
    expect(results(document)).toEqual(['pushed', 'failed', 'pushed']);
    expect(document.issues).toMatchObject([{ severity: 'error', code: 'BLOBS_MISSING', path: 'lib/b.bin' }]);
  });

  test('names all entries that want the same bytes, and those of earlier pushes', async () => {
    const [registry, root] = [await startOciRegistry(), tempDir()];
    const names = ['hal_a', 'hal_b', 'hal_c'];
    const [a, b, c] = names.map((name) => {
      const module = makeModule(join(root, name), { name, blobs: [{ path: `${name}.bin`, bytes: 'same' }] });
      if (name !== 'hal_a') writeFileSync(withDirectory(module.blobFile(`${name}.bin`)), 'same');
      return module;
    });
    if (!a || !b || !c) throw new Error('unreachable');
    expect(results(await pushJson(registry, a, ['-m', b.directory]))).toEqual(['failed', 'pushed']);
    writeFileSync(withDirectory(a.blobFile('hal_a.bin')), 'same');
    expect(results(await pushJson(registry, a, ['-m', b.directory]))).toEqual(['present', 'present']);
    expect(results(await pushJson(registry, c))).toEqual(['present']);
    const { layers } = JSON.parse(registry.manifests.get(`blob-${sha256('same')}`) ?? '');
    const entries = JSON.parse(layers[0].annotations['vnd.zephyr.blobs.entries']);
    expect(entries.map(({ module }: { module: string }) => module)).toEqual(names);
  });

  test.for<[string, RegExp, ReturnType<typeof answerStatus>, string, number]>([
    ['a blob', /PUT .*uploads/, answerStatus(507), 'BLOBS_HTTP_STATUS', 1],
    ['a manifest', /PUT .*manifests/, answerStatus(400), 'BLOBS_HTTP_STATUS', 1],
    [
      'what it got',
      /PUT .*uploads/,
      answerWith({ 'docker-content-digest': 'sha256:0' }),
      'BLOBS_HASH_MISMATCH',
      65,
    ],
  ])('fails for one blob where the registry refuses %s of it', async ([, pattern, fault, code, exitCode]) => {
    const [registry, module] = [await startOciRegistry(), filledModule()];
    // The empty configuration goes first otherwise.
    registry.addBlob(Buffer.from('{}'));
    registry.disturb(pattern, fault);
    const result = await push(registry, module, ['--json']);
    expect(results(result.json()).sort()).toEqual(['failed', 'pushed', 'skipped']);
    expect(result.json().issues).toMatchObject([{ code: 'BLOBS_LEFT_OUT' }, { severity: 'error', code }]);
    expect(result.code).toBe(exitCode);
  });

  test('uses credentials of DOCKER_CONFIG, which nobody sees', async () => {
    const registry = await startOciRegistry({ auth: 'basic', isPrivate: true, password: 's3cret' });
    const directory = tempDir();
    writeDockerConfig(directory, registry, 's3cret');
    const env = { DOCKER_CONFIG: directory };
    const { stdout, stderr, code } = await push(registry, filledModule(), ['--debug'], { env });
    expect(code).toBe(0);
    expect(stderr).toContain('→ 201');
    expect(stdout + stderr).not.toMatch(/s3cret|bWU6/);
  });

  test('says what to do without credentials, and warns of a configuration that is no help', async () => {
    const registry = await startOciRegistry({ auth: 'basic', isPrivate: true, password: 's3cret' });
    writeFileSync(
      withDirectory(join(testHome(), '.docker', 'config.json')),
      '{"credsStore": "that-nobody-has"}',
    );
    const result = await push(registry, filledModule(['a.bin']), ['-l', 'a']);
    expect(result.stderr).toContain(`run "docker login ${registry.host}"`);
    expect(result.stderr).toContain('docker-credential-that-nobody-has is not installed');
    expect(result.code).toBe(1);
  });

  test('never completes an upload of bytes that change while they are sent', async () => {
    const [registry, bytes] = [await startOciRegistry(), Buffer.alloc(17_000_000, 'large')];
    const module = moduleWith([{ path: 'large.bin', bytes }]);
    const file = withDirectory(module.blobFile('large.bin'));
    writeFileSync(file, bytes);
    registry.disturb(/PATCH/, ({ behave }) => {
      writeFileSync(file, Buffer.alloc(17_000_000, 'other'));
      return behave();
    });
    const result = await push(registry, module, ['--json']);
    expect(result.json().issues).toMatchObject([
      { severity: 'error', code: 'BLOBS_HASH_MISMATCH', path: 'large.bin' },
    ]);
    expect(result.code).toBe(65);
    expect(registry.blobs.size).toBe(0);
    expect(registry.methods()).toEqual(['HEAD', 'POST', 'PATCH', 'PATCH', 'PATCH', 'DELETE']);
  });

  test('asks nobody where the network is off limits', async () => {
    const registry = await startOciRegistry();
    const { stderr, code } = await push(registry, filledModule(), [], { env: { BLOBS_OFFLINE: '1' } });
    expect(stderr).toContain('BLOBS_OFFLINE');
    expect(code).toBe(1);
    expect(registry.requests).toEqual([]);
  });

  test('ends at once when it is interrupted', async () => {
    const [registry, module] = [await startOciRegistry(), filledModule(['a.bin'])];
    const arrived = new Promise<void>((resolve) => registry.disturb(/POST/, () => resolve()));
    const { code } = await push(registry, module, ['-l', 'a'], {
      onStart: async (cli) => {
        await arrived;
        cli.kill('SIGINT');
      },
    });
    expect(code).toBe(130);
  });
});

describe('a registry as a mirror', () => {
  async function pushed(options?: Parameters<typeof startOciRegistry>[0]): Promise<OciRegistry> {
    const registry = await startOciRegistry(options);
    for (const path of PATHS) registry.addBlob(bytesOf(path));
    return registry;
  }

  type Given = (reference: string) => { readonly args: string[]; readonly env?: Record<string, string> };
  test.for<[string, Given]>([
    ['--mirror', (reference) => ({ args: ['--mirror', `sha256=${reference}`] })],
    ['a prefix', (reference) => ({ args: ['--mirror', `https://blobs.invalid/=${reference}`] })],
    [
      'BLOBS_MIRRORS',
      (reference) => ({ args: [], env: { BLOBS_MIRRORS: JSON.stringify({ sha256: [reference, 'block'] }) } }),
    ],
  ])('has blobs by digest: %s', async ([, given]) => {
    const [registry, module] = [await pushed(), emptyModule()];
    const { args, env = {} } = given(registry.reference);
    const result = await fetch(module, ['-a', '--json', ...args], { env });
    const source = `${registry.reference}@sha256:${sha256(bytesOf('a.bin'))}`;
    expect(result.json().blobs).toMatchObject([
      { result: 'mirror', source },
      { result: 'mirror' },
      { result: 'mirror' },
    ]);
    expect(schemaErrors('fetch', result.json())).toEqual([]);
    expect(sha256OfFile(module.blobFile('lib/b.bin'))).toBe(sha256(bytesOf('lib/b.bin')));
    expect(result.code).toBe(0);
    const listed = (await runCli(['cache', 'list', '--json'])).stdout;
    expect(listed).toContain(`"source": "${source}"`);
  });

  test('is shown by a dry run, and not asked by it or offline', async () => {
    const [registry, module] = [await pushed(), emptyModule()];
    const mirror = ['-l', 'a', '--mirror', `sha256=${registry.reference}`];
    const dry = await fetch(module, ['-n', ...mirror]);
    const offline = await fetch(module, ['--offline', ...mirror]);
    expect(dry.stdout).toContain(`${registry.reference}@sha256:${sha256(bytesOf('a.bin'))}`);
    expect(offline.stderr).toContain('BLOBS_OFFLINE');
    expect(registry.requests).toEqual([]);
  });

  test('that has other bytes is refused, and the original asked', async () => {
    const [registry, server] = [await startOciRegistry(), await startFaultServer()];
    const module = moduleWith([
      { path: 'a.bin', bytes: bytesOf('a.bin'), url: server.serve('/a', bytesOf('a.bin')) },
    ]);
    registry.blobs.set(sha256(bytesOf('a.bin')), bytesOf('b.bin'));
    const result = await fetch(module, ['--json', '--mirror', `sha256=${registry.reference}`]);
    expect(result.json().blobs).toMatchObject([{ result: 'url' }]);
    expect(result.json().issues).toMatchObject([{ severity: 'warning', code: 'BLOBS_HASH_MISMATCH' }]);
    const alone = await fetch(moduleWith([{ path: 'a.bin', bytes: bytesOf('a.bin') }]), [
      '--no-store',
      '--mirror',
      `sha256=${registry.reference}`,
      '--retries',
      '0',
    ]);
    expect(alone.code).toBe(65);
  });

  test('is resumed where it breaks off, and logged into once', async () => {
    const registry = await pushed({ auth: 'bearer', isPrivate: true, password: 's3cret' });
    writeDockerConfig(join(testHome(), '.docker'), registry, 's3cret');
    registry.disturb(
      /GET .*sha256/,
      answerStatus(401, { 'www-authenticate': `Bearer realm="${registry.origin}/token",service="x"` }),
    );
    registry.disturb(/GET .*sha256/, ({ response, url }) => {
      const bytes = registry.blobs.get(url.pathname.slice(-64)) ?? Buffer.alloc(0);
      response.writeHead(200, {
        'content-length': bytes.length,
        etag: `"sha256:${url.pathname.slice(-64)}"`,
      });
      response.write(bytes.subarray(0, 10_000), () => response.socket?.end());
    });
    const module = emptyModule();
    const mirror = ['-l', 'a', '--mirror', `sha256=${registry.reference}`];
    const { stdout, code } = await fetch(module, mirror);
    expect([stdout.startsWith('fetched'), code]).toEqual([true, 0]);
    expect(registry.requests.at(-1)?.headers.range).toBe('bytes=10000-');
    expect(registry.methods(/\/token/)).toHaveLength(1);
  });

  test('rests when it asks for that', async () => {
    const [registry, module] = [await pushed(), emptyModule()];
    registry.disturb(/GET/, answerStatus(429, { 'retry-after': '0' }));
    const { code } = await fetch(module, ['-l', 'a', '--mirror', `sha256=${registry.reference}`]);
    expect(code).toBe(0);
    expect(registry.methods()).toEqual(['GET', 'GET']);
  });

  test('is not needed for what the store has', async () => {
    const [registry, module] = [await pushed(), emptyModule()];
    await fetch(module, ['-l', 'a', '--mirror', `sha256=${registry.reference}`]);
    rmSync(module.blobFile('a.bin'));
    const { code } = await fetch(module, ['-l', 'a', '--mirror', `sha256=${registry.reference}`]);
    expect([code, registry.requests.length]).toEqual([0, 1]);
    expect(sha256OfFile(entryFile(sha256(bytesOf('a.bin'))))).toBe(sha256(bytesOf('a.bin')));
  });
});
