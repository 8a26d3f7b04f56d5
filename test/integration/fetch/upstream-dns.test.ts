// SPDX-License-Identifier: Apache-2.0
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkLookups } from '../../../src/fetch/checked-lookup.ts';
import { download } from '../../../src/fetch/download.ts';
import { type HttpOptions, httpGet } from '../../../src/fetch/http.ts';
import { openTransport } from '../../../src/fetch/transport.ts';
import { createUpstreamPolicy } from '../../../src/fetch/upstream-policy.ts';
import { startFaultServer } from '../../support/fault-server.ts';
import { caught } from '../../unit/samples.ts';
import { downloadOptions, httpOptions, jobFor } from './network.ts';
import { fakeResolver, guarded, startTrap, TRAP_ADDRESS } from './upstream.ts';

async function get(url: string, http: HttpOptions): Promise<string> {
  return (await buffer((await httpGet(url, http)).stream)).toString();
}

function portOf(origin: string): number {
  return Number(new URL(origin).port);
}

const REFUSED = { code: 'BLOBS_ADDRESS_NOT_ALLOWED' };

describe('a name', () => {
  it('of a private address is not connected to', async () => {
    const trap = await startTrap();
    const { http, asked } = guarded({ names: { 'inside.test': [TRAP_ADDRESS] } });
    const error = await caught(() => get(`http://inside.test:${trap.port}/`, http));
    expect(error).toMatchObject({ ...REFUSED, details: { facts: [`its address is ${TRAP_ADDRESS}`] } });
    expect(asked).toEqual(['inside.test']);
    expect(trap.connections()).toBe(0);
  });

  it('of a private address is not connected to over https either', async () => {
    const trap = await startTrap();
    const { http } = guarded({ names: { 'inside.test': [TRAP_ADDRESS] } });
    expect(await caught(() => get(`https://inside.test:${trap.port}/`, http))).toMatchObject(REFUSED);
    expect(trap.connections()).toBe(0);
  });

  it('of a private address is connected to where its host was allowed, with that port alone', async () => {
    const [trap, other] = [await startTrap(), await startTrap()];
    const names = { 'inside.test': [TRAP_ADDRESS] };
    const { http } = guarded({ names, allowHosts: [`inside.test:${trap.port}`] });
    expect(await get(`http://inside.test:${trap.port}/`, http)).toBe('secret');
    expect(await caught(() => get(`http://inside.test:${other.port}/`, http))).toMatchObject(REFUSED);
    expect([trap.connections(), other.connections()]).toEqual([1, 0]);
  });

  it('that the system itself gives to this machine is no exception', async () => {
    const trap = await startTrap(0, '127.0.0.1');
    const { admitAddress } = createUpstreamPolicy({ declaredUrls: new Set(), allowHosts: [] });
    const transport = openTransport({ jobs: 1, timeoutMs: 5000, admitAddress });
    onTestFinished(() => transport.close());
    const url = `http://localhost:${trap.port}/`;
    expect(await caught(() => get(url, httpOptions({ transport })))).toMatchObject(REFUSED);
    expect(trap.connections()).toBe(0);
    expect(await get(url, httpOptions())).toBe('secret');
  });

  it.each(['::1', '::ffff:127.0.0.2', '64:ff9b::7f00:2', 'fe80::1', '10.0.0.1', '169.254.169.254'])(
    'of %s is not connected to',
    async (address) => {
      const { http } = guarded({ names: { 'inside.test': [address] } });
      expect(await caught(() => get('http://inside.test/', http))).toMatchObject(REFUSED);
    },
  );

  it('of several addresses is asked at those that are public', async () => {
    const server = await startFaultServer();
    server.serve('/x', 'bytes');
    const port = portOf(server.origin);
    const trap = await startTrap(port);
    const addresses = ['10.0.0.1', TRAP_ADDRESS, '127.0.0.1', '::1'];
    const { http } = guarded({ names: { 'mixed.test': [addresses] } });
    expect(await get(`http://mixed.test:${port}/x`, http)).toBe('bytes');
    expect(trap.connections()).toBe(0);
  });

  it('of several addresses does not fall back to a private one where the public one is away', async () => {
    const trap = await startTrap();
    const { http } = guarded({ names: { 'mixed.test': [['127.0.0.1', TRAP_ADDRESS]] } });
    const error = await caught(() => get(`http://mixed.test:${trap.port}/x`, http));
    expect(error).toMatchObject({ code: 'BLOBS_NETWORK' });
    expect(trap.connections()).toBe(0);
  });

  it('that nobody knows fails as it always does', async () => {
    const error = await caught(() => get('http://unknown.test/', guarded().http));
    expect(error).toMatchObject({
      code: 'BLOBS_NETWORK',
      message: expect.stringContaining('host not found'),
    });
  });
});

describe('a name whose address changes', () => {
  it('is looked up once for a connection, which goes to what was checked', async () => {
    const server = await startFaultServer();
    server.serve('/x', 'bytes');
    const port = portOf(server.origin);
    const trap = await startTrap(port);
    const { http, asked } = guarded({ names: { 'rebind.test': ['127.0.0.1', TRAP_ADDRESS] } });
    expect(await get(`http://rebind.test:${port}/x`, http)).toBe('bytes');
    expect(asked).toEqual(['rebind.test']);
    expect(trap.connections()).toBe(0);
  });

  it('is refused as soon as a new connection would go to a private one', async () => {
    const server = await startFaultServer();
    const answer = { headers: { connection: 'close' }, body: 'bytes' };
    server.serve('/x', '', { kind: 'answer', answer: () => answer });
    const port = portOf(server.origin);
    const trap = await startTrap(port);
    const { http, asked } = guarded({ names: { 'rebind.test': ['127.0.0.1', TRAP_ADDRESS] } });
    const url = `http://rebind.test:${port}/x`;
    expect(await get(url, http)).toBe('bytes');
    expect(await caught(() => get(url, http))).toMatchObject(REFUSED);
    expect(asked).toHaveLength(2);
    expect(trap.connections()).toBe(0);
  });

  it('is refused between the attempts of one download, which then ends', async () => {
    const server = await startFaultServer();
    server.serve('/x', 'bytes', { kind: 'reset', afterBytes: 2 });
    const port = portOf(server.origin);
    const trap = await startTrap(port);
    const { http, asked } = guarded({ names: { 'rebind.test': ['127.0.0.1', TRAP_ADDRESS] } });
    const options = { ...downloadOptions({ retries: 4 }), ...http };
    const { received, failed } = await download(jobFor('secret', [`http://rebind.test:${port}/x`]), options);
    expect(received).toBeUndefined();
    expect(failed.map(({ error }) => error)).toMatchObject([REFUSED]);
    expect(options.events.filter(({ kind }) => kind === 'retry')).toHaveLength(1);
    // Neither the refusal nor anything after it was asked again.
    expect(asked).toHaveLength(2);
    expect(trap.connections()).toBe(0);
  });

  it('is not looked up for a connection that is kept, which leads where it was checked to', async () => {
    const server = await startFaultServer();
    server.serve('/x', 'bytes');
    const port = portOf(server.origin);
    const trap = await startTrap(port);
    const { http, asked } = guarded({
      names: { 'rebind.test': ['127.0.0.1', TRAP_ADDRESS] },
      // So that the second request waits for the connection of the first.
      jobs: 1,
    });
    for (const _ of [1, 2]) expect(await get(`http://rebind.test:${port}/x`, http)).toBe('bytes');
    expect(asked).toHaveLength(1);
    expect(trap.connections()).toBe(0);
  });

  it('lends its connection to no other name of the same place', async () => {
    const trap = await startTrap();
    const names = { 'inside.test': [TRAP_ADDRESS], 'other.test': [TRAP_ADDRESS] };
    const { http } = guarded({ names, allowHosts: ['inside.test'] });
    expect(await get(`http://inside.test:${trap.port}/`, http)).toBe('secret');
    expect(await caught(() => get(`http://other.test:${trap.port}/`, http))).toMatchObject(REFUSED);
    expect(trap.connections()).toBe(1);
  });
});

describe('a checked lookup', () => {
  const policy = createUpstreamPolicy({ declaredUrls: new Set(), allowHosts: [] });
  const URL_ASKED = new URL('http://name.test/');

  function look(answer: readonly string[], all: boolean): Promise<unknown> {
    const { lookup } = fakeResolver({ 'name.test': [answer] });
    const checked = checkLookups((address) => policy.admitAddress(URL_ASKED, address), lookup);
    return new Promise((resolve) => {
      checked('name.test', { all }, (error, address, family) => resolve(error ?? [address, family]));
    });
  }

  it.each([
    [
      ['8.8.8.8', '10.0.0.1', '2606:4700::1', '::1'],
      ['8.8.8.8', '2606:4700::1'],
    ],
    [['10.0.0.1', '::ffff:a00:1', '8.8.4.4'], ['8.8.4.4']],
  ])('of %s gives %s', async (answer, expected) => {
    const found = expected.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    expect(await look(answer, true)).toEqual([found, undefined]);
    expect(await look(answer, false)).toEqual([found[0]?.address, found[0]?.family]);
  });

  it.each([true, false])('fails with the refusal where nothing is left (all: %s)', async (all) => {
    expect(await look(['10.0.0.1', '::1'], all)).toMatchObject(REFUSED);
  });

  it('does not take an answer without addresses, or with something else, for one', async () => {
    const answering = (addresses: { address: string; family: number }[]): Promise<unknown> =>
      new Promise((resolve) => {
        const checked = checkLookups(
          (address) => policy.admitAddress(URL_ASKED, address),
          (_hostname, _options, callback) => callback(null, addresses),
        );
        checked('name.test', { all: true }, (error, address) => resolve(error ?? address));
      });
    expect(await answering([])).toMatchObject({ code: 'ENOTFOUND' });
    expect(await answering([{ address: 'localhost', family: 4 }])).toMatchObject(REFUSED);
  });
});
