// SPDX-License-Identifier: Apache-2.0

import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Behaviour, type FaultServer, startFaultServer } from '../support/fault-server.ts';
import { startLfsServer } from '../support/lfs-server.ts';
import { type BlobSpec, makeModule } from '../support/modules.ts';
import { type CliOptions, type CliResult, runCli } from '../support/run-cli.ts';
import { sha256, tempDir, withDirectory } from '../support/temp.ts';

const BYTES = Buffer.alloc(2000, 'blob');
const RULES = ['dead-url', 'sign-in-page', 'remote-size', 'remote-hash'];

/** The findings of the rules that ask the network, as "rule severity path". */
async function lintOnline(
  blobs: readonly BlobSpec[],
  args: readonly string[] = [],
  options: CliOptions = {},
): Promise<{ readonly found: string[]; readonly result: CliResult; readonly directory: string }> {
  const { directory } = makeModule(tempDir(), { name: 'hal_x', blobs });
  const result = await runCli(['lint', '--online', '--json', '-m', directory, ...args], options);
  return { found: findings(result), result, directory };
}

function findings(result: CliResult): string[] {
  return result
    .json()
    .issues.filter(({ rule = '' }) => RULES.includes(rule))
    .map(({ rule, severity, path }) => `${rule} ${severity} ${path}`)
    .sort();
}

function messages(result: CliResult): string {
  return JSON.stringify(result.json().issues);
}

/** How a server answers HEAD, and how it answers GET. */
function byMethod(
  server: FaultServer,
  path: string,
  head: { status?: number; headers?: Record<string, string> },
  get: { status?: number; headers?: Record<string, string>; body?: Uint8Array | string },
): string {
  const behaviour: Behaviour = {
    kind: 'answer',
    answer: ({ method }) => (method === 'HEAD' ? head : get),
  };
  return server.serve(path, BYTES, behaviour);
}

describe('blobs lint --online', () => {
  it('asks by HEAD alone where that says all is well, once for each URL, and of no blob that was not selected', async () => {
    const server = await startFaultServer();
    const url = server.serve('/a.bin', BYTES);
    const other = server.serve('/b.bin', BYTES);
    const { found, result } = await lintOnline(
      [
        { path: 'a.bin', bytes: BYTES, url, size: BYTES.length },
        { path: 'same.bin', bytes: BYTES, url },
        { path: 'b.bin', url: other },
      ],
      ['-l', '(a|same)\\.bin'],
    );
    expect(found).toEqual([]);
    expect(result.code).not.toBe(2);
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['HEAD /a.bin']);
  });

  it('asks nobody without the option', async () => {
    const server = await startFaultServer();
    const { directory } = makeModule(tempDir(), {
      name: 'x',
      blobs: [{ path: 'a', url: `${server.origin}/a` }],
    });
    const result = await runCli(['lint', '--json', '-m', directory]);
    expect(findings(result)).toEqual([]);
    expect(server.requests).toEqual([]);
  });

  it('tells what is gone from what fails today', async () => {
    const server = await startFaultServer();
    const { found, result } = await lintOnline([
      { path: '404', url: `${server.origin}/404` },
      { path: '410', url: server.serve('/410', '', { kind: 'status', status: 410 }) },
      { path: '500', url: server.serve('/500', '', { kind: 'status', status: 500 }) },
      { path: 'loop', url: server.serve('/loop', '', { kind: 'redirect-loop' }) },
      { path: 'garbage', url: server.serve('/garbage', '', { kind: 'garbage' }) },
      { path: 'no-host', url: 'http://no-such-host.invalid/x' },
    ]);
    expect(found).toEqual([
      'dead-url error 404',
      'dead-url error 410',
      'dead-url error loop',
      'dead-url error no-host',
      'dead-url warning 500',
      'dead-url warning garbage',
    ]);
    expect(result.code).toBe(1);
  });

  it('believes a GET where HEAD is refused or lies', async () => {
    const server = await startFaultServer();
    const get = { body: BYTES, headers: { 'content-length': String(BYTES.length) } };
    const blob = { bytes: BYTES, size: BYTES.length };
    const { found } = await lintOnline([
      { ...blob, path: 'refused', url: byMethod(server, '/1', { status: 405 }, get) },
      { ...blob, path: 'gone', url: byMethod(server, '/2', { status: 404 }, get) },
      { ...blob, path: 'short', url: byMethod(server, '/3', { headers: { 'content-length': '3' } }, get) },
      {
        ...blob,
        path: 'page',
        url: byMethod(server, '/4', { headers: { 'content-type': 'text/html' } }, get),
      },
      { ...blob, path: 'unsized', url: byMethod(server, '/5', {}, get) },
    ]);
    expect(found).toEqual([]);
    expect(server.requests.filter(({ method }) => method === 'GET')).toHaveLength(5);
    for (const { method, headers } of server.requests)
      expect(headers['range']).toBe(method === 'GET' ? 'bytes=0-511' : undefined);
  });

  it('names a sign-in page, a refusal, and no file that only is called HTML', async () => {
    const server = await startFaultServer();
    const login = server.serve('/sso/login', '<!doctype html><title>Sign in</title>', {
      kind: 'answer',
      answer: () => ({
        headers: { 'content-type': 'text/html' },
        body: '<!doctype html><title>Sign in</title>',
      }),
    });
    const isHtml = { 'content-type': 'text/html' };
    const { found, result } = await lintOnline([
      { path: 'redirected', url: server.serve('/r', '', { kind: 'redirect', to: login }) },
      { path: 'page', url: server.serve('/p', '', { kind: 'sign-in-page' }) },
      { path: '401', url: server.serve('/401', '', { kind: 'status', status: 401 }) },
      { path: '403', url: server.serve('/403', '', { kind: 'status', status: 403 }) },
      {
        path: 'mislabelled',
        url: byMethod(server, '/m', { headers: isHtml }, { headers: isHtml, body: BYTES }),
      },
      { path: 'manual.html', url: server.serve('/manual.html', '', { kind: 'sign-in-page' }) },
    ]);
    expect(found).toEqual([
      'sign-in-page error 401',
      'sign-in-page error page',
      'sign-in-page error redirected',
      'sign-in-page warning 403',
    ]);
    expect(messages(result)).toContain('/sso/login');
    const hintOf = (path: string) =>
      result.json().issues.find((issue) => issue.path === path && issue.rule === 'sign-in-page')?.hint;
    for (const path of ['redirected', '401', '403']) expect(hintOf(path)).toContain('without an account');
    expect(hintOf('page')).toContain('the address of the file itself');
    expect(hintOf('page')).not.toContain('account');
  });

  it('compares the size with the declared one, else with the right file that is there', async () => {
    const server = await startFaultServer();
    const right = server.serve('/right', BYTES);
    const larger = server.serve('/larger', BYTES, { kind: 'larger', extraBytes: 1 });
    const coded = server.serve('/gzip', BYTES, { kind: 'gzip' });
    const blobs = [
      { path: 'declared', bytes: BYTES, url: larger, size: BYTES.length },
      { path: 'present', bytes: BYTES, url: [right, larger] },
      { path: 'modified', bytes: 'other', url: larger },
      { path: 'coded', bytes: BYTES, url: coded, size: BYTES.length },
    ];
    const made = makeModule(tempDir(), { name: 'hal_x', blobs });
    for (const path of ['present', 'modified']) writeFileSync(withDirectory(made.blobFile(path)), BYTES);
    const result = await runCli(['lint', '--online', '--json', '-m', made.directory]);
    expect(findings(result)).toEqual(['remote-size error declared', 'remote-size error present']);
    expect(messages(result)).toContain('leads to 2001 bytes, module.yml declares 2000');
  });

  it('tries nothing again, and leaves a host alone that says so, which is a warning', async () => {
    const server = await startFaultServer();
    const refusal: Behaviour = { kind: 'status', status: 429, headers: { 'retry-after': '0' } };
    const url = server.serve('/a', BYTES, [refusal, { kind: 'ok' }]);
    const { found } = await lintOnline([{ path: 'a', bytes: BYTES, url, size: BYTES.length }]);
    expect(found).toEqual(['dead-url warning a']);
    expect(server.answersFor('/a')).toEqual(['status']);
    const other = await startFaultServer();
    const broken = other.serve('/b', BYTES, [
      { kind: 'status', status: 500 },
      { kind: 'status', status: 502 },
      { kind: 'ok' },
    ]);
    expect((await lintOnline([{ path: 'b', url: broken }])).found).toEqual(['dead-url warning b']);
    expect(other.requests.map(({ method }) => method)).toEqual(['HEAD', 'GET']);
  });

  it('has few questions to one host under way at once', async () => {
    const server = await startFaultServer();
    const blobs = Array.from({ length: 24 }, (_, index) => ({
      path: `${index}`,
      url: server.serve(`/${index}`, BYTES, { kind: 'ok', delayMs: 20 }),
    }));
    const { found } = await lintOnline(blobs);
    expect(found).toEqual([]);
    expect(server.requests).toHaveLength(24);
    expect(server.peakConcurrency).toBeGreaterThan(1);
    expect(server.peakConcurrency).toBeLessThanOrEqual(4);
  });

  it('asks no URL that a mirror rule blocks, and no mirror', async () => {
    const server = await startFaultServer();
    const url = server.serve('/a', BYTES);
    const { found } = await lintOnline([{ path: 'a', bytes: BYTES, url }], [], {
      env: { BLOBS_MIRRORS: JSON.stringify({ [`${server.origin}/`]: ['http://127.0.0.1:9/', 'block'] }) },
    });
    expect(found).toEqual(['dead-url info a']);
    expect(server.requests).toEqual([]);
  });

  it('asks a Git LFS server which objects it has, in one request', async () => {
    const server = await startLfsServer();
    server.add('here');
    const lfs = { fetcher: 'lfs', url: server.apiUrl };
    const { found } = await lintOnline([
      { ...lfs, path: 'here', bytes: 'here', size: 4 },
      { ...lfs, path: 'absent', bytes: 'absent', size: 6 },
      { ...lfs, path: 'no-size', bytes: 'here too' },
    ]);
    expect(found).toEqual(['dead-url error absent']);
    expect(server.batches.map(({ oids }) => [...oids].sort())).toEqual([
      [sha256('here'), sha256('absent')].sort(),
    ]);
    expect(server.downloads).toEqual([]);
  });
});

describe('blobs lint --online --download', () => {
  it('names other bytes, Git LFS pointers and what breaks off, and leaves no file behind', async () => {
    const server = await startFaultServer();
    const pointer = (oid: string): string =>
      `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize 2000\n`;
    const { found, result, directory } = await lintOnline(
      [
        { path: 'right', bytes: BYTES, url: server.serve('/right', BYTES) },
        { path: 'coded', bytes: BYTES, url: server.serve('/gzip', BYTES, { kind: 'gzip' }) },
        { path: 'wrong', bytes: BYTES, url: server.serve('/wrong', BYTES, { kind: 'wrong-bytes' }) },
        { path: 'pointer', bytes: BYTES, url: server.serve('/pointer', pointer(sha256(BYTES))) },
        { path: 'gone', url: `${server.origin}/gone` },
        {
          path: 'broken',
          bytes: BYTES,
          url: server.serve('/broken', BYTES, [{ kind: 'ok' }, { kind: 'reset', afterBytes: 9 }]),
        },
      ],
      ['--download'],
    );
    expect(found).toEqual([
      'dead-url error gone',
      'remote-hash error pointer',
      'remote-hash error wrong',
      'remote-hash warning broken',
    ]);
    expect(messages(result)).toContain('the pointer stands for the file that is meant');
    const listed = await runCli(['list', '-m', directory]);
    expect(listed.stdout.match(/ D /g)).toHaveLength(6);
  });

  it('finds one thing about a web page, whichever rule sees it first', async () => {
    const server = await startFaultServer();
    const page = { headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>x</title>' };
    const answer: Behaviour = { kind: 'answer', answer: () => page };
    const { found } = await lintOnline(
      [
        { path: 'page', url: server.serve('/page', '', answer) },
        { path: 'manual.html', url: server.serve('/manual', '', answer) },
      ],
      ['--download'],
    );
    expect(found).toEqual(['remote-hash error manual.html', 'sign-in-page error page']);
  });

  it('hashes the objects of a Git LFS server', async () => {
    const server = await startLfsServer();
    for (const bytes of ['one', 'two']) server.add(bytes);
    server.answerDownload = ({ oid }) => (oid === sha256('two') ? { body: 'owt' } : undefined);
    const lfs = { fetcher: 'lfs', url: server.apiUrl, size: 3 };
    const { found } = await lintOnline(
      [
        { ...lfs, path: 'one', bytes: 'one' },
        { ...lfs, path: 'two', bytes: 'two' },
      ],
      ['--download'],
    );
    expect(found).toEqual(['remote-hash error two']);
    expect(server.batches).toHaveLength(2);
  });

  it('is refused without --online, and both where the network is off limits', async () => {
    const { directory } = makeModule(tempDir(), { name: 'x', blobs: [] });
    const alone = await runCli(['lint', '--download', '-m', directory]);
    expect(alone.code).toBe(2);
    expect(alone.stderr).toContain('--download needs --online');
    const offline = await runCli(['lint', '--online', '-m', directory], { env: { BLOBS_OFFLINE: '1' } });
    expect(offline.code).toBe(2);
    expect(offline.stderr).toContain('BLOBS_USAGE');
  });
});
