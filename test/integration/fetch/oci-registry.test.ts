// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { BlobsError } from '../../../src/core/errors.ts';
import { pushBlob } from '../../../src/fetch/oci/push-blob.ts';
import { parseOciReference } from '../../../src/fetch/oci/reference.ts';
import { openRegistry, type Registry } from '../../../src/fetch/oci/registry.ts';
import { RegistryLogins } from '../../../src/fetch/oci/registry-logins.ts';
import { startFaultServer } from '../../support/fault-server.ts';
import {
  answerStatus,
  answerWith,
  breakUpload,
  loseAnswer,
  type OciRegistry,
  type RegistryFault,
  type RegistryOptions,
  startOciRegistry,
} from '../../support/oci-registry.ts';
import { sha256, someBytes, tempDir } from '../../support/temp.ts';
import { caught, digestOf, FakeClock } from '../../unit/samples.ts';
import { httpOptions } from './network.ts';

const BYTES = someBytes('registry', 1_000_000);
const DIGEST = digestOf(BYTES);
const CHUNK_BYTES = 300_000;
const ENTRY = { module: 'hal_x', path: 'lib/fw.bin', version: '1.0', licenses: 'MIT' };

function open(
  registry: OciRegistry,
  {
    config,
    trace,
    chunkBytes = CHUNK_BYTES,
    clock = new FakeClock(),
  }: { config?: unknown; trace?: string[]; chunkBytes?: number; clock?: FakeClock } = {},
): Registry {
  const file = join(tempDir(), 'config.json');
  if (config !== undefined) writeFileSync(file, JSON.stringify(config));
  const fail = (problem: string): BlobsError => new BlobsError('BLOBS_USAGE', problem);
  return openRegistry(parseOciReference(registry.reference, fail), {
    ...httpOptions(trace ? { trace: (line) => void trace.push(line) } : {}),
    clock,
    random: () => 0,
    retries: 2,
    chunkBytes,
    logins: new RegistryLogins(file),
  });
}

function fileWith(bytes: Uint8Array = BYTES): string {
  const file = join(tempDir(), 'fw.bin');
  writeFileSync(file, bytes);
  return file;
}

function authsFor({ host }: OciRegistry, entry: unknown): unknown {
  return { auths: { [host]: entry } };
}

function encoded(password: string): { auth: string } {
  return { auth: Buffer.from(`me:${password}`).toString('base64') };
}

async function pulled(registry: Registry): Promise<string> {
  return sha256(await buffer((await registry.pull(DIGEST)).stream));
}

describe('a blob that is pushed', () => {
  it.each([false, true])(
    'arrives in chunks, and is not sent again (whole URLs: %s)',
    async (absoluteLocations) => {
      const server = await startOciRegistry({ absoluteLocations });
      const registry = open(server);
      const blob = { digest: DIGEST, bytes: BYTES.length, file: fileWith(), entries: [ENTRY] };
      expect(await pushBlob(registry, blob)).toEqual({ blob: 'pushed', manifest: 'pushed' });
      expect(server.methods(/uploads/).filter((method) => method === 'PATCH')).toHaveLength(4);
      const requests = server.requests.length;
      expect(await pushBlob(registry, blob)).toEqual({ blob: 'present', manifest: 'present' });
      expect(server.methods().slice(requests)).toEqual(['HEAD', 'GET']);
      expect(await pulled(registry)).toBe(DIGEST);
    },
  );

  it.each([0, 1, CHUNK_BYTES])('may have %i bytes', async (sizeBytes) => {
    const [server, bytes] = [await startOciRegistry(), BYTES.subarray(0, sizeBytes)];
    await open(server).push(digestOf(bytes), fileWith(bytes));
    expect(server.blobs.has(sha256(bytes))).toBe(true);
    expect(server.methods()).toEqual(['POST', 'PUT']);
  });

  it('is told of in a manifest, with its config, beside what others told', async () => {
    const server = await startOciRegistry();
    server.addBlob(BYTES);
    const blob = { digest: DIGEST, bytes: BYTES.length };
    const other = { module: 'hal_a', path: 'x/same.bin', version: '1.0' };
    await open(server).describe({ ...blob, entries: [ENTRY] });
    await open(server).describe({ ...blob, entries: [other] });
    expect(await open(server).describe({ ...blob, entries: [ENTRY, other] })).toBe('present');

    const manifest = JSON.parse(server.manifests.get(`blob-${DIGEST}`) ?? '');
    const { annotations } = manifest.layers[0];
    expect(manifest).toMatchObject({
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      artifactType: 'application/vnd.zephyr.blobs.v1',
      config: { mediaType: 'application/vnd.oci.empty.v1+json', size: 2, data: 'e30=' },
      layers: [{ digest: `sha256:${DIGEST}`, size: BYTES.length }],
    });
    expect(server.blobs.get(manifest.config.digest.slice(7))?.toString()).toBe('{}');
    expect(JSON.parse(annotations['vnd.zephyr.blobs.entries'])).toEqual([other, ENTRY]);
    expect(annotations).toMatchObject({
      'org.opencontainers.image.title': 'same.bin',
      'org.opencontainers.image.version': '1.0',
      'vnd.zephyr.blobs.module': 'hal_a',
    });
    expect(annotations).not.toHaveProperty('org.opencontainers.image.licenses');
  });

  it.each([
    ['somebody else’s image', '{"schemaVersion":2,"layers":[]}', 'is of something else'],
    ['no JSON', 'hello', 'is of something else'],
    [
      'of another blob',
      '{"artifactType":"application/vnd.zephyr.blobs.v1","layers":[{"digest":"sha256:00"}]}',
      'is of another blob',
    ],
    [
      'damaged',
      `{"artifactType":"application/vnd.zephyr.blobs.v1","layers":[{"digest":"sha256:${DIGEST}","annotations":{"vnd.zephyr.blobs.entries":"[1]"}}]}`,
      'is damaged',
    ],
  ])('leaves a manifest alone that is %s', async (_, text, problem) => {
    const server = await startOciRegistry();
    server.addBlob(BYTES);
    server.manifests.set(`blob-${DIGEST}`, text);
    const error = await caught(() => open(server).describe({ digest: DIGEST, bytes: 1, entries: [ENTRY] }));
    expect(error).toMatchObject({ code: 'BLOBS_BAD_MIRROR', message: expect.stringContaining(problem) });
    expect(server.manifests.get(`blob-${DIGEST}`)).toBe(text);
  });

  it('is never completed with other bytes, in chunks, at once or streamed', async () => {
    for (const [sizeBytes, chunkBytes] of [
      [1_000_000, CHUNK_BYTES],
      [1_000, CHUNK_BYTES],
      [9_000_000, 20_000_000],
    ] as const) {
      const server = await startOciRegistry();
      const file = fileWith(someBytes('other', sizeBytes));
      const error = await caught(() => open(server, { chunkBytes }).push(DIGEST, file));
      expect(error).toMatchObject({
        code: 'BLOBS_HASH_MISMATCH',
        details: { facts: [expect.stringContaining(DIGEST)] },
      });
      expect(server.blobs.size).toBe(0);
      // The registry need not keep what will never be whole.
      expect(server.methods(/uploads/).at(-1)).toBe(sizeBytes > 1000 ? 'DELETE' : undefined);
    }
  });

  it('may be named by another algorithm, it and its manifest, but by no other SHA-256', async () => {
    const server = await startOciRegistry();
    const registry = open(server);
    const blob = { digest: DIGEST, bytes: BYTES.length, file: fileWith(), entries: [ENTRY] };
    const sha512 = answerWith({ 'docker-content-digest': `sha512:${'0'.repeat(128)}` });
    server.disturb(/PUT|GET/, sha512, 10);
    expect(await pushBlob(registry, blob)).toEqual({ blob: 'pushed', manifest: 'pushed' });
    expect(await pushBlob(registry, blob)).toEqual({ blob: 'present', manifest: 'present' });
  });

  it('is described the second time, where its configuration could not be sent the first time', async () => {
    const server = await startOciRegistry();
    const registry = open(server);
    const blob = { digest: DIGEST, bytes: BYTES.length, entries: [ENTRY] };
    server.addBlob(BYTES);
    server.disturb(/POST/, answerStatus(403));
    expect(await caught(() => registry.describe(blob))).toMatchObject({ status: 403 });
    expect(await registry.describe(blob)).toBe('pushed');
    expect(server.manifests.size).toBe(1);
  });
});

describe('an upload that breaks off', () => {
  it('goes on where the registry says, with the bytes that are missing', async () => {
    const server = await startOciRegistry();
    server.disturb(/PATCH/, breakUpload(server, 100_000));
    await open(server).push(DIGEST, fileWith());
    expect(server.blobs.has(DIGEST)).toBe(true);
    const [, , , resumed] = server.requests;
    expect(server.methods().slice(0, 4)).toEqual(['POST', 'PATCH', 'GET', 'PATCH']);
    expect(Number(resumed?.headers['content-length'])).toBe(CHUNK_BYTES - 100_000);
    expect(resumed?.headers['content-range']).toBe(`100000-${CHUNK_BYTES - 1}`);
  });

  it.each<[string, RegExp, (server: OciRegistry) => RegistryFault]>([
    ['when the answer to a chunk is lost', /PATCH/, () => loseAnswer],
    ['when the answer to the last request is lost', /PUT .*uploads/, () => loseAnswer],
    ['when the registry asks to wait', /PATCH/, () => answerStatus(429, { 'retry-after': '3' })],
    ['when the registry is away for a moment', /POST/, () => answerStatus(503)],
    [
      'when the registry forgot the upload',
      /PATCH/,
      (server) => (exchange) => {
        server.loseUploads();
        exchange.response.socket?.destroy();
      },
    ],
    [
      'when the registry says to have more than was sent',
      /PATCH/,
      () => answerWith({ range: '0-999999999' }),
    ],
    ['when the registry says to have less than before', /PATCH/, () => answerWith({ range: '0-7' })],
    ['when the registry takes no chunks', /PATCH/, () => answerStatus(405)],
    ['when the registry wants larger chunks', /POST/, () => answerWith({ 'oci-chunk-min-length': '500000' })],
    [
      'when the registry wants huge chunks',
      /POST/,
      () => answerWith({ 'oci-chunk-min-length': '5000000000' }),
    ],
    ['when it is not told how much arrived', /PATCH/, () => answerWith({ range: 'many' })],
  ])('succeeds %s', async (_, pattern, fault) => {
    const server = await startOciRegistry();
    server.disturb(pattern, fault(server));
    await open(server).push(DIGEST, fileWith());
    expect(sha256(server.blobs.get(DIGEST) ?? '')).toBe(DIGEST);
  });

  it.each<[string, RegExp, RegistryFault, string]>([
    ['forgets every upload', /PATCH/, answerStatus(404), 'BLOBS_HTTP_STATUS'],
    ['names no place to upload to', /POST/, answerStatus(202), 'BLOBS_OCI_ANSWER'],
    [
      'names another kind of place',
      /POST/,
      answerStatus(202, { location: 'file:///etc/passwd' }),
      'BLOBS_OCI_ANSWER',
    ],
    [
      'names a place with a password',
      /POST/,
      answerStatus(202, { location: 'http://u:p@127.0.0.1/' }),
      'BLOBS_OCI_ANSWER',
    ],
    [
      'sends bytes over plain http elsewhere',
      /POST/,
      answerStatus(202, { location: 'http://example.invalid/x' }),
      'BLOBS_REDIRECT',
    ],
    ['redirects an upload', /POST/, answerStatus(307, { location: '/elsewhere' }), 'BLOBS_HTTP_STATUS'],
    [
      'takes the blob for another one',
      /PUT/,
      answerWith({ 'docker-content-digest': `sha256:${'0'.repeat(64)}` }),
      'BLOBS_HASH_MISMATCH',
    ],
    ['makes no progress', /PATCH/, answerStatus(202, { range: '0-0' }), 'BLOBS_OCI_ANSWER'],
    [
      'answers without end',
      /POST/,
      answerStatus(202, { location: '/x' }, 'x'.repeat(70_000)),
      'BLOBS_OCI_ANSWER',
    ],
    ['does nothing but refuse', /POST/, answerStatus(503), 'BLOBS_HTTP_STATUS'],
  ])('fails when the registry %s', async (_, pattern, fault, code) => {
    const server = await startOciRegistry();
    server.disturb(pattern, fault, 1000);
    server.disturb(/uploads\/./, answerStatus(404), 1000);
    expect(await caught(() => open(server).push(DIGEST, fileWith()))).toMatchObject({ code });
  });

  it('is whole where the answer that said so was lost, and is not sent again', async () => {
    const server = await startOciRegistry();
    server.disturb(/PUT .*uploads/, loseAnswer);
    await open(server).push(DIGEST, fileWith());
    expect(server.methods()).toEqual(['POST', 'PATCH', 'PATCH', 'PATCH', 'PATCH', 'PUT', 'PUT', 'HEAD']);
  });

  it('is sent again where the registry knows nothing of it at its end', async () => {
    const server = await startOciRegistry();
    server.disturb(/PUT .*uploads/, async ({ behave }) => {
      server.loseUploads();
      await behave();
    });
    await open(server).push(DIGEST, fileWith());
    expect(sha256(server.blobs.get(DIGEST) ?? '')).toBe(DIGEST);
    expect(server.methods().filter((method) => method === 'POST')).toHaveLength(2);
  });

  it('sends no credentials to another origin', async () => {
    const [server, other] = [
      await startOciRegistry({ auth: 'basic', password: 'pw' }),
      await startOciRegistry(),
    ];
    const id = 'elsewhere';
    other.keep(id, Buffer.alloc(0));
    const location = `${other.origin}/v2/team/blobs/blobs/uploads/${id}`;
    server.disturb(/POST/, answerWith({ location }), 2);
    await open(server, { config: authsFor(server, encoded('pw')) }).push(DIGEST, fileWith());
    expect(other.blobs.has(DIGEST)).toBe(true);
    expect(other.requests.length).toBeGreaterThan(2);
    expect(other.requests.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
  });
});

describe('a blob that is pulled', () => {
  it('comes from where the registry redirects to, which sees no credentials', async () => {
    const [server, storage] = [await startOciRegistry({ auth: 'bearer' }), await startFaultServer()];
    const location = storage.serve('/bucket/x', BYTES);
    server.addBlob(BYTES);
    const registry = open(server);
    await registry.has(DIGEST);
    server.disturb(/GET .*blobs/, answerStatus(307, { location }));
    expect(await pulled(registry)).toBe(DIGEST);
    expect(server.requests.at(-1)?.headers.authorization).toMatch(/^Bearer token-/);
    expect(storage.requests[0]?.headers['authorization']).toBeUndefined();
  });

  it('is not taken for one of the registry’s where the storage wants credentials', async () => {
    const [server, storage] = [
      await startOciRegistry(),
      await startOciRegistry({ auth: 'basic', isPrivate: true }),
    ];
    server.disturb(
      /GET/,
      answerStatus(307, { location: `${storage.origin}/v2/team/blobs/blobs/sha256:${DIGEST}` }),
    );
    const config = authsFor(server, encoded('pw'));
    expect(await caught(() => open(server, { config }).pull(DIGEST))).toMatchObject({ status: 401 });
    expect(storage.requests).toHaveLength(1);
  });
});

describe('credentials', () => {
  it.each<[string, RegistryOptions, (server: OciRegistry) => unknown]>([
    ['a token for nobody in particular', { auth: 'bearer' }, () => ({})],
    [
      'a token for a password',
      { auth: 'bearer', isPrivate: true },
      (server) => authsFor(server, encoded('pw')),
    ],
    [
      'a token for an identity token',
      { auth: 'bearer', isPrivate: true, identityToken: 'id-1' },
      (server) => authsFor(server, { identitytoken: 'id-1' }),
    ],
    [
      'a password',
      { auth: 'basic', isPrivate: true },
      (server) => authsFor(server, { username: 'me', password: 'pw' }),
    ],
  ])('are %s, which is asked for once', async (_, options, config) => {
    const server = await startOciRegistry({ ...options, password: 'pw' });
    server.addBlob(BYTES);
    const registry = open(server, { config: config(server) });
    expect(await Promise.all([registry.has(DIGEST), registry.has(DIGEST)])).toHaveLength(2);
    expect(await pulled(registry)).toBe(DIGEST);
    expect(server.methods(/\/token/)).toHaveLength(options.auth === 'bearer' ? 1 : 0);
  });

  it('are asked for anew when a token has expired', async () => {
    const server = await startOciRegistry({ auth: 'bearer', tokenLifeS: 6 });
    const registry = open(server);
    server.addBlob(BYTES);
    await registry.has(DIGEST);
    server.disturb(/HEAD/, ({ response }) => {
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${server.origin}/token"` }).end();
    });
    expect(await registry.has(DIGEST)).toBeDefined();
    expect(server.methods(/\/token/)).toHaveLength(2);
  });

  it('are asked for anew some seconds before a token ends, which may end before it is used', async () => {
    const [server, clock] = [await startOciRegistry({ auth: 'bearer' }), new FakeClock()];
    const registry = open(server, { clock });
    await registry.has(DIGEST);
    clock.nowMs += 294_000;
    await registry.has(DIGEST);
    expect(server.methods(/\/token/)).toHaveLength(1);
    clock.nowMs += 2_000;
    await registry.has(DIGEST);
    expect(server.methods(/\/token/)).toHaveLength(2);
  });

  it('are asked for another scope to push', async () => {
    const server = await startOciRegistry({ auth: 'bearer', password: 'pw' });
    const registry = open(server, { config: authsFor(server, encoded('pw')) });
    await registry.has(DIGEST);
    await registry.push(DIGEST, fileWith());
    const scopes = server.requests
      .filter(({ target }) => target.startsWith('/token'))
      .map(({ target }) => new URL(target, server.origin).searchParams.get('scope'));
    expect(scopes).toEqual(['repository:team/blobs:pull', 'repository:team/blobs:pull,push']);
  });

  it('are missed with a hint, once', async () => {
    for (const auth of ['basic', 'bearer'] as const) {
      const server = await startOciRegistry({ auth, password: 'pw' });
      const error = await caught(() => open(server).push(DIGEST, fileWith()));
      expect(error).toMatchObject({
        status: 401,
        details: { hint: expect.stringContaining('docker login') },
      });
      expect(server.methods(/uploads/).length).toBeLessThanOrEqual(2);
    }
  });

  it.each([
    ['over plain http', 'realm="http://auth.invalid/token"'],
    ['with a password', 'realm="https://me:pw@auth.invalid/token"'],
    ['of another scheme', 'realm="file:///etc/passwd"'],
    ['that is malformed', 'realm="::"'],
    ['without end', `realm="https://auth.invalid/${'x'.repeat(3000)}"`],
    ['without a name', 'service="x"'],
  ])('go to no token server %s', async (_, challenge) => {
    const server = await startOciRegistry({ auth: 'bearer', challenge });
    const error = await caught(() => open(server, { config: authsFor(server, encoded('pw')) }).has(DIGEST));
    expect(error).toMatchObject({ code: 'BLOBS_OCI_ANSWER' });
  });

  it.each<[string, RegistryFault]>([
    ['more bytes than a token has', answerStatus(200, {}, `{"token":"${'x'.repeat(70_000)}"}`)],
    ['a token that no header can hold', answerStatus(200, {}, '{"token":"a\\r\\nb: c"}')],
    ['a token without end', answerStatus(200, {}, `{"token":"${'x'.repeat(20_000)}"}`)],
    ['no token', answerStatus(200, {}, '{}')],
    ['no JSON', answerStatus(200, {}, '<html>')],
  ])('are refused where the token server gives %s', async (_, fault) => {
    const server = await startOciRegistry({ auth: 'bearer' });
    server.disturb(/\/token/, fault);
    expect(await caught(() => open(server).has(DIGEST))).toMatchObject({ code: 'BLOBS_OCI_ANSWER' });
  });

  it('follow no redirect of the token server', async () => {
    const [server, other] = [await startOciRegistry({ auth: 'bearer' }), await startOciRegistry()];
    server.disturb(/\/token/, answerStatus(307, { location: `${other.origin}/token` }));
    const config = authsFor(server, { identitytoken: 'secret' });
    expect(await caught(() => open(server, { config }).has(DIGEST))).toMatchObject({ status: 307 });
    expect(other.requests).toEqual([]);
  });

  it('are never traced', async () => {
    const trace: string[] = [];
    const server = await startOciRegistry({ auth: 'bearer', isPrivate: true, password: 'pw' });
    await open(server, { trace, config: authsFor(server, encoded('pw')) }).push(DIGEST, fileWith());
    expect(trace.join('\n')).toContain('/token?service=tested');
    expect(trace.join('\n')).not.toMatch(/token-\d|pw|bWU6cHc/);
  });
});

it('a manifest that is not what the registry says of it is refused', async () => {
  const server = await startOciRegistry();
  server.manifests.set('blob-x', '{}');
  server.disturb(/GET/, answerWith({ 'docker-content-digest': `sha256:${'0'.repeat(64)}` }));
  expect(await caught(() => open(server).findManifest('blob-x'))).toMatchObject({
    code: 'BLOBS_HASH_MISMATCH',
  });
});
