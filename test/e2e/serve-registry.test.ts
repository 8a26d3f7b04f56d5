// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startFaultServer } from '../support/fault-server.ts';
import { makeModule } from '../support/modules.ts';
import { answerStatus, type OciRegistry, startOciRegistry } from '../support/oci-registry.ts';
import { runCli } from '../support/run-cli.ts';
import { type Served, startServe } from '../support/serve.ts';
import { BYTES, DIGEST, moduleWith, PATH, serveBlob } from '../support/store.ts';
import { sha256, someBytes, tempDir, withDirectory } from '../support/temp.ts';

function serveBefore(registry: Pick<OciRegistry, 'reference'>, ...args: readonly string[]): Promise<Served> {
  return startServe(['--store', tempDir(), '--store', registry.reference, ...args]);
}

/** The status, and the digest of the body. */
async function ask({ url }: Served, digest: string = DIGEST): Promise<[number, string]> {
  const response = await fetch(`${url}/sha256/${digest}`);
  return [response.status, sha256(Buffer.from(await response.arrayBuffer()))];
}

function pushed(served: Served): Promise<void> {
  return served.cli.seen(/"msg":"pushed to the registry"/);
}

describe('several servers before one registry', () => {
  it('download a blob once: what one of them got, the others pull', async () => {
    const registry = await startOciRegistry();
    const { server, url } = await serveBlob();
    const module = moduleWith([{ path: PATH, bytes: BYTES, url, license: 'MIT' }]);
    const one = await serveBefore(registry, '-m', module.directory);
    expect(await ask(one)).toEqual([200, DIGEST]);
    await pushed(one);
    const other = await serveBefore(registry, '-m', module.directory);
    expect(await ask(other)).toEqual([200, DIGEST]);
    expect(server.requestsFor('/fw.bin').length).toBe(1);
    // A manifest keeps the registry's garbage collection away from it, and says what it is.
    const manifest = registry.manifests.get(`blob-${DIGEST}`) ?? '';
    expect(manifest).toContain(`sha256:${DIGEST}`);
    expect(manifest).toContain('hal_x');
    // What came from the registry is not sent back.
    const asked = registry.requests.length;
    expect((await other.stop()).code).toBe(0);
    expect(registry.requests.length).toBe(asked);
    expect((await one.stop()).code).toBe(0);
  });

  it('say there what is known of its licence, and nothing of a text that is nobody else’s', async () => {
    const registry = await startOciRegistry();
    const server = await startFaultServer();
    const known = makeModule(join(tempDir(), 'hal_known'), {
      name: 'hal_known',
      blobs: [{ path: 'known', url: server.serve('/known', 'known') }],
      files: { LICENSE: 'SPDX-License-Identifier: BSD-3-Clause\n\nYou may.\n' },
    });
    const own = moduleWith([{ path: 'own', url: server.serve('/own', 'own') }]);
    const served = await serveBefore(registry, '-m', known.directory, '-m', own.directory);
    for (const path of ['known', 'own']) {
      await ask(served, sha256(path));
      await served.cli.seen(new RegExp(`"digest":"${sha256(path)}".*"msg":"pushed to the registry"`));
    }
    expect(registry.manifests.get(`blob-${sha256('known')}`)).toContain('BSD-3-Clause');
    expect(registry.manifests.get(`blob-${sha256('own')}`)).not.toContain('icense');
  });

  it('use what "mirror push" put there', async () => {
    const registry = await startOciRegistry();
    const { server, url } = await serveBlob();
    const module = moduleWith([{ path: PATH, bytes: BYTES, url }]);
    expect((await runCli(['fetch', '-m', module.directory])).code).toBe(0);
    expect((await runCli(['mirror', 'push', registry.reference, '-m', module.directory])).code).toBe(0);
    const served = await serveBefore(registry, '-m', module.directory);
    expect(await ask(served)).toEqual([200, DIGEST]);
    expect(server.requestsFor('/fw.bin').length).toBe(1);
  });

  it('show their credentials to it alone', async () => {
    const registry = await startOciRegistry({ auth: 'basic', isPrivate: true, password: 'pass-word' });
    const { server, url } = await serveBlob();
    const module = moduleWith([{ path: PATH, bytes: BYTES, url }]);
    const home = tempDir();
    const auth = Buffer.from('me:pass-word').toString('base64');
    writeFileSync(
      withDirectory(join(home, '.docker', 'config.json')),
      JSON.stringify({ auths: { [registry.host]: { auth } } }),
    );
    const served = await startServe(
      ['--store', tempDir(), '--store', registry.reference, '-m', module.directory],
      { home },
    );
    expect(await ask(served)).toEqual([200, DIGEST]);
    await pushed(served);
    expect(server.requestsFor('/fw.bin').map(({ headers }) => headers['authorization'])).toEqual([undefined]);
    const { stderr } = await served.stop();
    expect(stderr).not.toContain(auth);
    expect(stderr).not.toContain('pass-word');
  });
});

describe('a registry behind the store', () => {
  it('is left alone while it fails: upstream gives what it has, and a push is tried again later', async () => {
    const registry = await startOciRegistry();
    registry.disturb(/./, answerStatus(500), Number.POSITIVE_INFINITY);
    const server = await startFaultServer();
    const blobs = ['a', 'b', 'c'].map((path) => ({
      path,
      bytes: someBytes(path, 5000),
      url: server.serve(`/${path}`, someBytes(path, 5000)),
    }));
    const served = await serveBefore(registry, '-m', moduleWith(blobs).directory);
    for (const { bytes } of blobs) expect(await ask(served, sha256(bytes))).toEqual([200, sha256(bytes)]);
    // Once, and then it rested; pushes may have been begun before.
    expect(registry.methods().filter((method) => method === 'GET').length).toBe(1);
    const { code, stderr } = await served.stop();
    expect(code).toBe(0);
    expect(stderr).not.toContain('"msg":"pushed');
  });

  it('that lies is not believed', async () => {
    const registry = await startOciRegistry();
    registry.blobs.set(DIGEST, Buffer.from(BYTES).fill(1, 100, 200));
    const { server, url } = await serveBlob();
    const store = tempDir();
    const module = moduleWith([{ path: PATH, bytes: BYTES, url }]);
    const served = await startServe([
      '--store',
      store,
      '--store',
      registry.reference,
      '-m',
      module.directory,
    ]);
    // Who reads along is broken off: some of the wrong bytes were on their way.
    const first = await ask(served).catch(() => undefined);
    expect(first ?? [200, DIGEST]).toEqual([200, DIGEST]);
    expect(await ask(served)).toEqual([200, DIGEST]);
    expect(server.requestsFor('/fw.bin').length).toBe(1);
    expect(sha256(readFileSync(`${store}/v1/sha256/${DIGEST.slice(0, 2)}/${DIGEST}`))).toBe(DIGEST);
  });

  it('does not get what a licence may forbid to pass on', async () => {
    const registry = await startOciRegistry();
    const server = await startFaultServer();
    const blobs = [
      { path: 'asked', bytes: 'asked', url: server.serve('/asked', 'asked'), 'click-through': true },
      { path: 'free', bytes: 'free', url: server.serve('/free', 'free') },
    ];
    const served = await serveBefore(registry, '-m', moduleWith(blobs).directory);
    expect(await ask(served, sha256('asked'))).toEqual([200, sha256('asked')]);
    expect(await ask(served, sha256('free'))).toEqual([200, sha256('free')]);
    await pushed(served);
    await served.stop();
    expect(registry.blobs.has(sha256('free'))).toBe(true);
    expect(registry.blobs.has(sha256('asked'))).toBe(false);
  });

  it('may be a mirror, too', async () => {
    const registry = await startOciRegistry();
    registry.addBlob(BYTES);
    const module = moduleWith([{ path: PATH, bytes: BYTES }]);
    const served = await startServe(['-m', module.directory, '--mirror', `sha256=${registry.reference}`]);
    expect(await ask(served)).toEqual([200, DIGEST]);
    await served.stop();
    expect(registry.methods()).toEqual(['GET']);
  });

  it.each([
    ['two registries', ['oci://127.0.0.1:1/a', 'oci://127.0.0.1:1/b']],
    ['two directories', ['a', 'b']],
    ['a malformed one', ['oci://127.0.0.1:1']],
    ['one with credentials', ['oci://me:secret@127.0.0.1:1/a']],
    ['another scheme', ['s3://bucket/a']],
    ['nothing', ['']],
  ])('is not %s', async (_, places) => {
    const { directory } = moduleWith([]);
    const options = places.flatMap((place) => ['--store', place]);
    const { code, stderr } = await runCli(['serve', '-m', directory, ...options]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('[BLOBS_USAGE]')]);
    expect(stderr).not.toContain('secret');
  });
});
