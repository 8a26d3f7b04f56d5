// SPDX-License-Identifier: Apache-2.0
import { existsSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/core/errors.ts';
import { type Behaviour, type FaultServer, startFaultServer } from '../support/fault-server.ts';
import { type BlobSpec, type MadeModule, makeModule } from '../support/modules.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';
import {
  sha256,
  sha256OfFile,
  someBytes,
  tempDir,
  temporaryFilesBelow,
  withDirectory,
} from '../support/temp.ts';

const PATH = 'lib/fw.bin';
const BYTES = someBytes('right', 40_000);
const OLD = someBytes('old', 500);

interface Fault {
  readonly behaviour: Behaviour;
  /** What the failed download is reported as. */
  readonly code: ErrorCode;
  /** Whether asking again may help. */
  readonly transient?: boolean;
  /** Of the module.yml entry. */
  readonly size?: number;
}

const FAULTS: Readonly<Record<string, Fault>> = {
  'a body that ends early': {
    behaviour: { kind: 'truncate', afterBytes: 10_000 },
    code: 'BLOBS_NETWORK',
    transient: true,
  },
  'a connection that ends after the headers': {
    behaviour: { kind: 'truncate', afterBytes: 0 },
    code: 'BLOBS_NETWORK',
    transient: true,
  },
  'a body that stalls': {
    behaviour: { kind: 'stall', afterBytes: 10_000 },
    code: 'BLOBS_TIMEOUT',
    transient: true,
  },
  'a server that never answers': {
    behaviour: { kind: 'stall-before-headers' },
    code: 'BLOBS_TIMEOUT',
    transient: true,
  },
  'a reset connection': {
    behaviour: { kind: 'reset', afterBytes: 10_000 },
    code: 'BLOBS_NETWORK',
    transient: true,
  },
  'a busy server': {
    behaviour: { kind: 'status', status: 503, headers: { 'retry-after': '0' } },
    code: 'BLOBS_HTTP_STATUS',
    transient: true,
  },
  'too many requests': {
    behaviour: { kind: 'status', status: 429, headers: { 'retry-after': '0' } },
    code: 'BLOBS_HTTP_STATUS',
    transient: true,
  },
  'a missing file': { behaviour: { kind: 'status', status: 404 }, code: 'BLOBS_HTTP_STATUS' },
  'a forbidden file': { behaviour: { kind: 'status', status: 403 }, code: 'BLOBS_HTTP_STATUS' },
  'wrong bytes of the same length': { behaviour: { kind: 'wrong-bytes' }, code: 'BLOBS_HASH_MISMATCH' },
  'a page that asks to sign in': { behaviour: { kind: 'sign-in-page' }, code: 'BLOBS_HASH_MISMATCH' },
  'a redirect loop': { behaviour: { kind: 'redirect-loop' }, code: 'BLOBS_REDIRECT' },
  'eleven redirects': { behaviour: { kind: 'redirect-chain', hops: 11 }, code: 'BLOBS_REDIRECT' },
  'a redirect to a file': {
    behaviour: { kind: 'redirect', to: 'file:///etc/hostname' },
    code: 'BLOBS_REDIRECT',
  },
  'a Content-Length that is too small': {
    behaviour: { kind: 'wrong-content-length', declaredBytes: BYTES.length - 1000 },
    code: 'BLOBS_HASH_MISMATCH',
  },
  'more bytes than declared in module.yml': {
    behaviour: { kind: 'larger', extraBytes: 1000 },
    size: BYTES.length,
    code: 'BLOBS_SIZE_MISMATCH',
  },
  'a body without end, of a blob with a size': {
    behaviour: { kind: 'endless' },
    size: BYTES.length,
    code: 'BLOBS_SIZE_MISMATCH',
  },
  'a body without end': { behaviour: { kind: 'endless' }, code: 'BLOBS_TOO_LARGE' },
  'something that is no HTTP': { behaviour: { kind: 'garbage' }, code: 'BLOBS_NETWORK' },
};

const FAULT_LIST = Object.entries(FAULTS);
/** Behaviours that asking again at the same URL cannot mend; a redirect or a size limit asks for more than once. */
const FINAL: readonly Behaviour['kind'][] = ['status', 'wrong-bytes', 'sign-in-page', 'larger'];
const WRONG_DATA: readonly ErrorCode[] = ['BLOBS_HASH_MISMATCH', 'BLOBS_SIZE_MISMATCH'];

describe('one download', () => {
  test.for(FAULT_LIST)('leaves the old file, nothing or the right bytes after %s', async ([, fault]) => {
    const { behaviour, code, size } = fault;
    const server = await startFaultServer();
    const entry = (path: string) => {
      const bytes = Buffer.concat([BYTES, Buffer.from(path)]); // the same digest would be downloaded once
      const url = server.serve(`/${path}`, bytes, adjust(behaviour, bytes.length - BYTES.length));
      const copy = server.serve(`/copy/${path}`, bytes);
      return { path, bytes, url, copy, ...(size === undefined ? {} : { size: bytes.length }) };
    };
    const [absent, replaced, mended] = [entry('absent'), entry('replaced'), entry('mended')];
    const module = makeModule(tempDir(), {
      name: 'hal_x',
      blobs: [absent, replaced, { ...mended, url: [mended.url, mended.copy] }].map(
        ({ copy: _, ...blob }) => blob,
      ),
    });
    writeFileSync(withDirectory(module.blobFile('replaced')), OLD);

    const result = await fetch(module, ['--timeout', '2']);

    expect(existsSync(module.blobFile('absent'))).toBe(false);
    expect(sha256OfFile(module.blobFile('replaced'))).toBe(sha256(OLD));
    expect(sha256OfFile(module.blobFile('mended'))).toBe(sha256(mended.bytes));
    expect(temporaryFilesBelow(module.directory)).toEqual([]);
    const { blobs, issues } = result.json();
    expect(blobs).toMatchObject([
      { path: 'absent', status: 'D', result: 'failed' },
      { path: 'replaced', status: 'M', result: 'failed' },
      { path: 'mended', status: 'A', result: 'url', source: mended.copy, bytes: mended.bytes.length },
    ]);
    expect(issues.map(({ path, severity, code }) => [path, severity, code]).sort()).toEqual([
      ['absent', 'error', code],
      ['mended', 'warning', code],
      ['replaced', 'error', code],
    ]);
    expect(result.code).toBe(WRONG_DATA.includes(code) ? 65 : 1);
  });

  test('is a success when a fallback has the bytes, whatever was wrong before', async () => {
    const server = await startFaultServer();
    const blobs = FAULT_LIST.map(([, { behaviour, size }], i) => {
      const bytes = Buffer.concat([BYTES, Buffer.from([i])]);
      const url = [server.serve(`/${i}`, bytes, behaviour), server.serve(`/copy/${i}`, bytes)];
      return { path: `${i}`, bytes, url, ...(size === undefined ? {} : { size: bytes.length }) };
    });
    const module = makeModule(tempDir(), { name: 'hal_x', blobs });

    const result = await fetch(module, ['--timeout', '2']);

    for (const { path, bytes } of blobs) expect(sha256OfFile(module.blobFile(path))).toBe(sha256(bytes));
    const { issues } = result.json();
    expect(new Set(issues.map(({ severity }) => severity))).toEqual(new Set(['warning']));
    expect(issues).toHaveLength(blobs.length);
    expect(result.code).toBe(0);
  });

  test('is tried again after what may pass, and only then', async () => {
    const server = await startFaultServer();
    const mayPass = (fault: Fault): boolean => fault.transient === true;
    const faults = FAULT_LIST.filter(([, fault]) => mayPass(fault) || FINAL.includes(fault.behaviour.kind));
    const blobs = faults.map(([path, { behaviour }], i) => {
      const bytes = Buffer.concat([BYTES, Buffer.from(path)]);
      return { path, bytes, url: server.serve(`/${i}`, bytes, [behaviour, { kind: 'ok' }]) };
    });
    const module = makeModule(tempDir(), { name: 'hal_x', blobs });

    const result = await fetch(module, ['--retries', '1', '--timeout', '2']);

    const requests = faults.map(([path], i) => [path, server.requestsFor(`/${i}`).length]);
    expect(requests).toEqual(faults.map(([path, fault]) => [path, mayPass(fault) ? 2 : 1]));
    const outcome = result.json().blobs.map(({ path, result }) => [path, result]);
    expect(outcome).toEqual(faults.map(([path, fault]) => [path, mayPass(fault) ? 'url' : 'failed']));
  });

  test('follows ten redirects', async () => {
    const { server, module } = await setUp({}, (url) => [url]);
    server.serve(`/${PATH}`, BYTES, { kind: 'redirect-chain', hops: 10 });

    const result = await fetch(module);

    expect(sha256OfFile(module.blobFile(PATH))).toBe(sha256(BYTES));
    expect(result.code).toBe(0);
  });

  test('waits for a slow server as long as bytes arrive', async () => {
    const { server, module } = await setUp({}, (url) => [url]);
    server.serve(`/${PATH}`, BYTES, { kind: 'throttle', bytesPerSecond: BYTES.length / 1.5 });

    const result = await fetch(module, ['--timeout', '1']);

    expect(sha256OfFile(module.blobFile(PATH))).toBe(sha256(BYTES));
    expect(result.code).toBe(0);
  });

  test('asks for identity, and decodes a body that is compressed all the same', async () => {
    const { server, module } = await setUp({}, (url) => [url]);
    server.serve(`/${PATH}`, BYTES, { kind: 'gzip' });

    const result = await fetch(module);

    const [request] = server.requestsFor(`/${PATH}`);
    expect(request?.headers['accept-encoding']).toBe('identity');
    expect(sha256OfFile(module.blobFile(PATH))).toBe(sha256(BYTES));
    expect(result.code).toBe(0);
  });

  test('never takes a body that is shorter than its Content-Length for whole', async () => {
    const { server, module } = await setUp({}, (url) => [url]);
    server.serve(`/${PATH}`, BYTES.subarray(0, -1), {
      kind: 'wrong-content-length',
      declaredBytes: BYTES.length,
    });

    const result = await fetch(module);

    expect(existsSync(module.blobFile(PATH))).toBe(false);
    expect(result.json().issues).toContainEqual(expect.objectContaining({ code: 'BLOBS_NETWORK' }));
    expect(result.code).toBe(1);
  });

  test('warns of a wrong `size` beside the right hash and keeps the bytes', async () => {
    const { server, module } = await setUp({ size: BYTES.length + 1 }, (url) => [url]);
    server.serve(`/${PATH}`, BYTES);

    const result = await fetch(module);

    expect(sha256OfFile(module.blobFile(PATH))).toBe(sha256(BYTES));
    expect(result.json().issues).toContainEqual(
      expect.objectContaining({ severity: 'warning', code: 'BLOBS_SIZE_MISMATCH' }),
    );
    expect(result.code).toBe(0);
  });

  test('is not tried over a port that nobody listens on', async () => {
    const gone = await startFaultServer();
    const url = gone.serve(`/${PATH}`, BYTES);
    await gone.close();
    const module = makeModule(tempDir(), { name: 'hal_x', blobs: [{ path: PATH, bytes: BYTES, url }] });

    const result = await fetch(module);

    expect(result.json().issues).toMatchObject([{ severity: 'error', code: 'BLOBS_NETWORK' }]);
    expect(result.code).toBe(1);
  });
});

describe('several downloads', () => {
  test('go on after failures, and the worst result decides', async () => {
    const server = await startFaultServer();
    const bad = FAULT_LIST.map(([, { behaviour, size }], i) => {
      const bytes = Buffer.concat([BYTES, Buffer.from([i])]); // the same digest would be downloaded once
      const url = server.serve(`/bad/${i}`, bytes, behaviour);
      return { path: `bad/${i}.bin`, bytes, url, ...(size === undefined ? {} : { size: bytes.length }) };
    });
    const good = Array.from({ length: 5 }, (_, i) => {
      const bytes = someBytes(`good ${i}`);
      return { path: `good/${i}.bin`, bytes, url: server.serve(`/good/${i}`, bytes) };
    });
    const module = makeModule(tempDir(), { name: 'hal_x', blobs: [...bad, ...good] });

    const result = await fetch(module, ['--timeout', '2']);

    const outcome = new Map(result.json().blobs.map((blob) => [blob.path, blob.result]));
    expect(bad.map(({ path }) => outcome.get(path))).toEqual(bad.map(() => 'failed'));
    expect(good.map(({ path }) => outcome.get(path))).toEqual(good.map(() => 'url'));
    for (const { path, bytes } of good) expect(sha256OfFile(module.blobFile(path))).toBe(sha256(bytes));
    expect(temporaryFilesBelow(module.directory)).toEqual([]);
    expect(result.stderr).not.toMatch(/Warning: /);
    expect(result.json().summary).toMatchObject({ total: bad.length + 5, failed: bad.length, url: 5 });
    expect(result.code).toBe(65);
  });
});

/** The behaviour for a body that is longer by some bytes. */
function adjust(behaviour: Behaviour, extraBytes: number): Behaviour {
  if (behaviour.kind !== 'wrong-content-length') return behaviour;
  return { ...behaviour, declaredBytes: behaviour.declaredBytes + extraBytes };
}

/** A server, and a module with one blob whose URLs `urls` makes from the server's URL for it. */
async function setUp(
  extra: { readonly size?: number | undefined },
  urls: (url: string) => readonly string[],
): Promise<{ server: FaultServer; module: MadeModule }> {
  const server = await startFaultServer();
  const blob: BlobSpec = {
    path: PATH,
    bytes: BYTES,
    url: urls(`${server.origin}/${PATH}`),
    ...(extra.size === undefined ? {} : { size: extra.size }),
  };
  return { server, module: makeModule(tempDir(), { name: 'hal_x', blobs: [blob] }) };
}

function fetch(module: MadeModule, args: readonly string[] = []): Promise<CliResult> {
  const limits = ['--timeout', '10', '--retries', '0', '--max-size', '1M'];
  return runCli(['fetch', '-m', module.directory, ...limits, '--json', ...args]);
}
