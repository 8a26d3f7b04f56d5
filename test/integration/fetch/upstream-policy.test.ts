// SPDX-License-Identifier: Apache-2.0
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { download } from '../../../src/fetch/download.ts';
import { type HttpOptions, httpGet } from '../../../src/fetch/http.ts';
import { LfsClient } from '../../../src/fetch/lfs/lfs-client.ts';
import { lookAt } from '../../../src/fetch/look.ts';
import type { Job } from '../../../src/fetch/plan.ts';
import type { HttpProxy } from '../../../src/fetch/proxy.ts';
import { openTransport } from '../../../src/fetch/transport.ts';
import { createUpstreamPolicy } from '../../../src/fetch/upstream-policy.ts';
import { startFaultServer } from '../../support/fault-server.ts';
import { type LfsServer, startLfsServer } from '../../support/lfs-server.ts';
import { startProxy } from '../../support/proxy.ts';
import { caught } from '../../unit/samples.ts';
import { downloadOptions, httpOptions, jobFor } from './network.ts';
import { guarded, startTrap, TRAP_ADDRESS } from './upstream.ts';

async function get(url: string, http: HttpOptions): Promise<string> {
  return (await buffer((await httpGet(url, http)).stream)).toString();
}

const ADDRESS_REFUSED = { code: 'BLOBS_ADDRESS_NOT_ALLOWED' };
const URL_REFUSED = { code: 'BLOBS_URL_NOT_ALLOWED' };

const LOOPBACK = [
  '127.0.0.1',
  '127.0.0.1.',
  '127.1',
  '0x7f.1',
  '0177.0.0.1',
  '2130706433',
  '①②⑦.0.0.1',
  '0.0.0.0',
  '[::ffff:7f00:1]',
  '[::ffff:127.0.0.1]',
];

describe('an address of this machine', () => {
  it.each(LOOPBACK)('is not connected to as %s', async (host) => {
    const trap = await startTrap(0, '127.0.0.1');
    const { admitHop, admitAddress } = createUpstreamPolicy({ declaredUrls: new Set(), allowHosts: [] });
    const transport = openTransport({ jobs: 4, timeoutMs: 5000, admitAddress });
    onTestFinished(() => transport.close());
    const url = `http://${host}:${trap.port}/`;
    const http = httpOptions({ transport, admit: admitHop });
    expect(await caught(() => get(url, http))).toMatchObject(ADDRESS_REFUSED);
    // Nor by a transport that is left to itself.
    expect(await caught(() => get(url, httpOptions({ transport })))).toMatchObject(ADDRESS_REFUSED);
    expect(trap.connections()).toBe(0);
    // Without any of it, that is where the URL leads.
    expect(await get(url, httpOptions())).toBe('secret');
  });
});

describe('a redirect', () => {
  it.each([
    ['a private address', (port: number) => `http://${TRAP_ADDRESS}:${port}/`, ADDRESS_REFUSED],
    ['one in another spelling', (port: number) => `//127.2:${port}/`, ADDRESS_REFUSED],
    ['one of IPv6', (port: number) => `http://[::ffff:7f00:2]:${port}/`, ADDRESS_REFUSED],
    ['a name of one', (port: number) => `http://inside.test:${port}/`, ADDRESS_REFUSED],
    ['a URL with credentials', (port: number) => `http://me:x@out.test:${port}/`, URL_REFUSED],
    ['another scheme', () => 'file:///etc/passwd', { code: 'BLOBS_REDIRECT' }],
  ])('to %s is not followed', async (_what, target, expected) => {
    const trap = await startTrap();
    const server = await startFaultServer();
    const url = server.serve('/x', '', { kind: 'redirect', to: target(trap.port) });
    const names = { 'inside.test': [TRAP_ADDRESS], 'out.test': ['127.0.0.1'] };
    const { http } = guarded({ names });
    expect(await caught(() => get(url, http))).toMatchObject(expected);
    expect(trap.connections()).toBe(0);
  });

  it('is not followed at the end of a chain', async () => {
    const trap = await startTrap();
    const server = await startFaultServer();
    const port = new URL(server.origin).port;
    const names = { 'inside.test': [TRAP_ADDRESS], 'a.test': ['127.0.0.1'], 'b.test': ['127.0.0.1'] };
    server.serve('/1', '', { kind: 'redirect', to: `http://a.test:${port}/2`, status: 301 });
    server.serve('/2', '', { kind: 'redirect', to: `http://b.test:${port}/3`, status: 308 });
    server.serve('/3', '', { kind: 'redirect', to: `http://inside.test:${trap.port}/`, status: 307 });
    expect(await caught(() => get(`${server.origin}/1`, guarded({ names }).http))).toMatchObject(
      ADDRESS_REFUSED,
    );
    expect(server.requests.map(({ path }) => path)).toEqual(['/1', '/2', '/3']);
    expect(trap.connections()).toBe(0);
    // To what was allowed, the same chain leads.
    const { http } = guarded({ names, allowHosts: ['inside.test'] });
    expect(await get(`${server.origin}/1`, http)).toBe('secret');
  });

  it('is not followed by a mere look either', async () => {
    const trap = await startTrap();
    const server = await startFaultServer();
    const url = server.serve('/x', '', { kind: 'redirect', to: `http://${TRAP_ADDRESS}:${trap.port}/` });
    const error = await caught(() => lookAt(url, guarded().http, () => true));
    expect(error).toMatchObject(ADDRESS_REFUSED);
    expect(server.requests.map(({ method }) => method)).toEqual(['HEAD']);
    expect(trap.connections()).toBe(0);
  });

  it('that is refused is not asked for again, and the next source is', async () => {
    const trap = await startTrap();
    const server = await startFaultServer();
    const bad = server.serve('/bad', '', { kind: 'redirect', to: `http://${TRAP_ADDRESS}:${trap.port}/` });
    const good = server.serve('/good', 'bytes');
    const options = { ...downloadOptions({ retries: 4 }), ...guarded().http };
    const { received, failed } = await download(jobFor('bytes', [bad, good]), options);
    expect(received?.source).toMatchObject({ url: good });
    await received?.file.discard();
    expect(failed.map(({ error }) => error)).toMatchObject([ADDRESS_REFUSED]);
    expect(server.requestsFor('/bad')).toHaveLength(1);
    expect(options.clock.slept).toEqual([]);
    expect(trap.connections()).toBe(0);
  });
});

describe('a Git LFS server', () => {
  /** Downloads an object that `server` has, through a client under the policy. */
  async function open(server: LfsServer, http: HttpOptions, apiUrl = server.apiUrl): Promise<string> {
    const source = { kind: 'url', url: apiUrl, lfs: { sizeBytes: 5 } } as const;
    const job: Job = { ...jobFor('bytes', [source], 5) };
    const { clock } = downloadOptions();
    const client = new LfsClient([job], { ...http, clock, random: () => 0, retries: 3 });
    const body = await client.open(source, job.digest, { onRetry: () => undefined });
    return (await buffer(body.stream)).toString();
  }

  it.each([
    ['a private address', (port: number) => `http://${TRAP_ADDRESS}:${port}/o`, ADDRESS_REFUSED],
    ['a name of one', (port: number) => `http://inside.test:${port}/o`, ADDRESS_REFUSED],
    ['a URL with credentials', (port: number) => `http://me:x@inside.test:${port}/o`, URL_REFUSED],
  ])('cannot send to %s', async (_what, target, expected) => {
    const trap = await startTrap();
    const server = await startLfsServer();
    server.add('bytes');
    const names = { 'inside.test': [TRAP_ADDRESS] };
    server.changeObject = (object) => ({ ...object, actions: { download: { href: target(trap.port) } } });
    expect(await caught(() => open(server, guarded({ names }).http))).toMatchObject(expected);
    expect(server.batches).toHaveLength(1);
    expect(trap.connections()).toBe(0);
  });

  it('cannot redirect a batch request or an object to a private address', async () => {
    const trap = await startTrap();
    const server = await startLfsServer();
    server.add('bytes');
    const redirect = { status: 307, headers: { location: `http://${TRAP_ADDRESS}:${trap.port}/` } };
    server.answerDownload = () => redirect;
    expect(await caught(() => open(server, guarded().http))).toMatchObject(ADDRESS_REFUSED);
    expect(server.downloads).toHaveLength(1);
    server.answerBatch = () => redirect;
    expect(await caught(() => open(server, guarded().http))).toMatchObject(ADDRESS_REFUSED);
    expect(server.batches).toHaveLength(2);
    expect(trap.connections()).toBe(0);
  });

  it('at a private address is not asked', async () => {
    const trap = await startTrap();
    const { http } = guarded({ names: { 'inside.test': [TRAP_ADDRESS] } });
    const server = await startLfsServer();
    const apiUrl = `http://inside.test:${trap.port}/api`;
    expect(await caught(() => open(server, http, apiUrl))).toMatchObject(ADDRESS_REFUSED);
    expect(trap.connections()).toBe(0);
  });

  it('that was allowed is asked as ever', async () => {
    const server = await startLfsServer();
    server.add('bytes');
    expect(await open(server, guarded().http)).toBe('bytes');
  });
});

describe('behind a proxy', () => {
  it('only hosts that were allowed are asked for', async () => {
    const server = await startFaultServer();
    server.serve('/x', 'bytes');
    const port = new URL(server.origin).port;
    const proxy = await startProxy();
    const findProxy = (): HttpProxy => ({ origin: proxy.origin });
    const declared = [`http://declared.test:${port}/x`];
    const { http, asked } = guarded({ declared, allowHosts: ['localhost'], findProxy });
    for (const url of [...declared, `https://declared.test:${port}/x`, `http://8.8.8.8:${port}/x`]) {
      expect(await caught(() => get(url, http))).toMatchObject(URL_REFUSED);
    }
    expect(proxy.requests).toEqual([]);
    // Its name is the proxy's to look up, and its own address is nobody's business.
    expect(await get(`http://localhost:${port}/x`, http)).toBe('bytes');
    expect(proxy.requests.map(({ target }) => target)).toEqual([`http://localhost:${port}/x`]);
    expect(asked).toEqual([]);
  });

  it('a redirect to another host is not followed', async () => {
    const server = await startFaultServer();
    const port = new URL(server.origin).port;
    server.serve('/x', '', { kind: 'redirect', to: `http://elsewhere.test:${port}/y` });
    const proxy = await startProxy();
    const findProxy = (): HttpProxy => ({ origin: proxy.origin });
    const { http } = guarded({ allowHosts: ['localhost'], findProxy });
    expect(await caught(() => get(`http://localhost:${port}/x`, http))).toMatchObject(URL_REFUSED);
    expect(proxy.requests).toHaveLength(1);
  });

  it('what is asked directly is checked as ever', async () => {
    const trap = await startTrap();
    const proxy = await startProxy();
    const isProxied = ({ hostname }: URL): boolean => hostname === 'localhost';
    const findProxy = (url: URL): HttpProxy | undefined =>
      isProxied(url) ? { origin: proxy.origin } : undefined;
    const { http } = guarded({ names: { 'inside.test': [TRAP_ADDRESS] }, findProxy });
    expect(await caught(() => get(`http://inside.test:${trap.port}/`, http))).toMatchObject(ADDRESS_REFUSED);
    expect(trap.connections()).toBe(0);
  });

  it("the proxy's own address is not checked, but a URL that names it is", async () => {
    const server = await startFaultServer();
    const url = server.serve('/x', 'bytes');
    const proxy = await startProxy();
    // By a name that the policy would refuse, so that it is looked up.
    const origin = proxy.origin.replace('127.0.0.1', 'localhost');
    const findProxy = ({ hostname }: URL): HttpProxy | undefined =>
      hostname === '127.0.0.1' ? { origin } : undefined;
    const { http, asked } = guarded({ names: { localhost: [TRAP_ADDRESS] }, findProxy });
    expect(await get(url, http)).toBe('bytes');
    expect(asked).toEqual([]);
    expect(await caught(() => get(`${origin}/`, http))).toMatchObject(ADDRESS_REFUSED);
    expect(proxy.requests.map(({ target }) => target)).toEqual([url]);
  });
});
