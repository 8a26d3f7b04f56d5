// SPDX-License-Identifier: Apache-2.0
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Dispatcher } from 'undici';
import { describe, expect, it } from 'vitest';
import { httpGet } from '../../../src/fetch/http.ts';
import type { RequestOptions, Transport } from '../../../src/fetch/transport.ts';
import { startFaultServer } from '../../support/fault-server.ts';
import { caught } from '../../unit/samples.ts';
import { httpOptions } from './network.ts';

async function get(url: string, transport?: Transport): Promise<string> {
  const { stream } = await httpGet(url, httpOptions(transport ? { transport } : {}));
  return (await buffer(stream)).toString();
}

/** A status, or where a redirect leads. */
type FakeAnswer = number | string;

/** Answers each URL with what `targets` says, else with "end"; no byte leaves the process. */
class FakeTransport implements Transport {
  readonly asked: { url: string; authorization: string | undefined }[] = [];
  readonly #targets: Readonly<Record<string, FakeAnswer | readonly FakeAnswer[]>>;

  constructor(targets: Readonly<Record<string, FakeAnswer | readonly FakeAnswer[]>>) {
    this.#targets = targets;
  }

  async request(url: URL, options: RequestOptions): Promise<Dispatcher.ResponseData> {
    this.asked.push({ url: url.href, authorization: options.headers['authorization'] });
    const asked = this.asked.filter((one) => one.url === url.href).length;
    const answers = [this.#targets[url.href] ?? 200].flat();
    const answer = answers[Math.min(asked, answers.length) - 1] ?? 200;
    const location = typeof answer === 'string' ? answer : undefined;
    const body = Object.assign(Readable.from([Buffer.from('end')]), { dump: async () => undefined });
    const response = { statusCode: typeof answer === 'number' ? answer : 302, headers: { location }, body };
    return response as unknown as Dispatcher.ResponseData;
  }

  async close(): Promise<void> {}
}

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])('of status %i is followed', async (status) => {
    const server = await startFaultServer();
    server.serve('/end', 'end');
    expect(await get(server.serve('/x', '', { kind: 'redirect', to: '/end', status }))).toBe('end');
    expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'GET']);
  });

  it.each([300, 304, 305])('of status %i is none', async (status) => {
    const server = await startFaultServer();
    const error = await caught(() => get(server.serve('/x', '', { kind: 'redirect', to: '/end', status })));
    expect(error).toMatchObject({ code: 'BLOBS_HTTP_STATUS', status });
  });

  it('without a Location is a failed status', async () => {
    const server = await startFaultServer();
    const error = await caught(() => get(server.serve('/x', '', { kind: 'status', status: 302 })));
    expect(error).toMatchObject({ code: 'BLOBS_HTTP_STATUS', status: 302 });
  });

  it.each([
    ['../end', '/end'],
    ['end', '/d/end'],
    ['?q=1', '/d/x?q=1'],
    ['/end#part', '/end'],
    ['./e%20nd', '/d/e%20nd'],
  ])('to the relative %s is resolved', async (to, target) => {
    const server = await startFaultServer();
    server.serve('/end', 'end');
    server.serve('/d/end', 'end');
    server.serve('/d/e%20nd', 'end');
    const url = server.serve('/d/x', 'end', [{ kind: 'redirect', to }, { kind: 'ok' }]);
    expect(await get(url)).toBe('end');
    expect(server.requests[1]?.target).toBe(target);
  });

  it('is followed ten times, and not eleven', async () => {
    const server = await startFaultServer();
    const ten = server.serve('/ten', 'end', { kind: 'redirect-chain', hops: 10 });
    const eleven = server.serve('/eleven', 'end', { kind: 'redirect-chain', hops: 11 });
    const loop = server.serve('/loop', '', { kind: 'redirect-loop' });
    expect(await get(ten)).toBe('end');
    expect((await caught(() => get(eleven))).code).toBe('BLOBS_REDIRECT');
    expect(await caught(() => get(loop))).toMatchObject({
      code: 'BLOBS_REDIRECT',
      message: `more than 10 redirects from ${loop}`,
    });
    expect(server.requestsFor('/loop')).toHaveLength(11);
  });

  it.each([
    ['https://a.invalid/', 'http://a.invalid/'],
    ['https://a.invalid/', 'file:///etc/passwd'],
    ['http://a.invalid/', 'file:///etc/passwd'],
    ['http://a.invalid/', 'ftp://a.invalid/'],
    ['http://a.invalid/', 'data:,x'],
    ['https://a.invalid/', 'javascript:1'],
    ['https://a.invalid/', 'https://'],
    ['https://a.invalid/', 'http:///'],
  ])('from %s to %s is refused', async (from, to) => {
    const transport = new FakeTransport({ [from]: to });
    expect((await caught(() => get(from, transport))).code).toBe('BLOBS_REDIRECT');
    expect(transport.asked).toHaveLength(1);
  });

  it.each([
    ['http://a.invalid/', 'https://a.invalid/'],
    ['https://a.invalid/', '//b.invalid/'],
  ])('from %s to %s is followed', async (from, to) => {
    expect(await get(from, new FakeTransport({ [from]: to }))).toBe('end');
  });

  it('after another to https does not lead back to http', async () => {
    const transport = new FakeTransport({
      'http://a.invalid/': 'https://a.invalid/',
      'https://a.invalid/': 'http://a.invalid/end',
    });
    expect((await caught(() => get('http://a.invalid/', transport))).code).toBe('BLOBS_REDIRECT');
  });
});

describe('credentials in a URL', () => {
  const SECRET = `Basic ${Buffer.from('user:hunter2').toString('base64')}`;

  it.each([
    ['https://b.invalid/', undefined],
    ['//b.invalid/', undefined],
    ['https://a.invalid:444/', undefined],
    ['https://a.invalid.evil.invalid/', undefined],
    ['/other', SECRET],
    ['?q=1', SECRET],
  ])('redirected to %s are sent along only within the origin', async (to, authorization) => {
    const transport = new FakeTransport({ 'https://a.invalid/': to });
    await get('https://user:hunter2@a.invalid/', transport);
    expect(transport.asked[0]?.authorization).toBe(SECRET);
    expect(transport.asked[1]?.authorization).toBe(authorization);
    for (const { url } of transport.asked) expect(url).not.toContain('hunter2');
  });

  it('do not come back after a detour', async () => {
    const transport = new FakeTransport({
      'https://a.invalid/': 'https://b.invalid/',
      'https://b.invalid/': 'https://a.invalid/back',
    });
    await get('https://user:hunter2@a.invalid/', transport);
    expect(transport.asked.map(({ authorization }) => authorization)).toEqual([SECRET, undefined, undefined]);
  });

  it('are not shown by a message about a redirect', async () => {
    const from = 'https://user:hunter2@a.invalid/';
    const transport = new FakeTransport({ 'https://a.invalid/': 'http://user:hunter2@b.invalid/' });
    expect((await caught(() => get(from, transport))).message).not.toContain('hunter2');
  });
});

describe('credentials of the user', () => {
  const PLAIN = Buffer.from('me:hunter2').toString('base64');
  const credentials = {
    netrc: () => ({ logins: new Map([['a.invalid', { login: 'me', password: 'hunter2' }]]) }),
    githubToken: 'ghp_hunter2',
  };

  async function ask(url: string, transport: FakeTransport): Promise<string[]> {
    const lines: string[] = [];
    const trace = (line: string): void => void lines.push(line);
    await httpGet(url, { ...httpOptions({ transport }), credentials, trace }).catch((error: unknown) => {
      lines.push(String(error));
    });
    return lines;
  }

  it('from netrc go to their own host alone, whoever redirects', async () => {
    const transport = new FakeTransport({
      'https://a.invalid/': 'https://b.invalid/',
      'https://b.invalid/': 'https://a.invalid:444/',
      'https://a.invalid:444/': 'https://sub.a.invalid/',
    });
    const lines = await ask('https://a.invalid/', transport);
    expect(transport.asked.map(({ authorization }) => authorization)).toEqual([
      `Basic ${PLAIN}`,
      undefined,
      `Basic ${PLAIN}`,
      undefined,
    ]);
    expect(lines[0]).toBe('GET https://a.invalid/ with netrc → 302');
    expect(lines.join()).not.toMatch(new RegExp(`hunter2|${PLAIN}`));
  });

  it.each([401, 403, 404])('from GITHUB_TOKEN are sent once, after %i without them', async (status) => {
    const transport = new FakeTransport({ 'https://github.com/': status });
    const lines = await ask('https://github.com/', transport);
    expect(transport.asked.map(({ authorization }) => authorization)).toEqual([
      undefined,
      'Bearer ghp_hunter2',
    ]);
    expect(lines).toEqual([
      `GET https://github.com/ → ${status}`,
      `GET https://github.com/ with GITHUB_TOKEN → ${status}`,
      `BlobsError: HTTP status ${status} from https://github.com/`,
    ]);
  });

  it('from GITHUB_TOKEN do not follow a redirect, nor come after other credentials', async () => {
    const transport = new FakeTransport({
      'https://github.com/': [404, 'https://objects.githubusercontent.com/'],
      'https://objects.githubusercontent.com/': 403,
    });
    await ask('https://github.com/', transport);
    expect(transport.asked.map(({ authorization }) => authorization)).toEqual([
      undefined,
      'Bearer ghp_hunter2',
      undefined,
    ]);
    const other = new FakeTransport({ 'https://github.com/': 404 });
    await ask('https://me:x@github.com/', other);
    expect(other.asked).toHaveLength(1);
  });

  it('that could not be read are told of where they may have been missing', async () => {
    const problem = '/h/.netrc was not used: line 1 holds a word that is not expected here';
    const transport = new FakeTransport({ 'https://a.invalid/': 403, 'https://a.invalid/gone': 410 });
    const options = {
      ...httpOptions({ transport }),
      credentials: { githubToken: undefined, netrc: () => ({ logins: new Map(), problem }) },
    };
    const error = await caught(() => httpGet('https://a.invalid/', options));
    expect(error.details.facts).toEqual([problem]);
    const gone = await caught(() => httpGet('https://a.invalid/gone', options));
    expect(gone.details.facts).toBeUndefined();
  });
});
