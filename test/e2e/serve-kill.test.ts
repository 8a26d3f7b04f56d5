// SPDX-License-Identifier: Apache-2.0
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type Behaviour, startFaultServer } from '../support/fault-server.ts';
import { type Served, startServe } from '../support/serve.ts';
import { expectGoodStore, moduleWith } from '../support/store.ts';
import { sha256, someBytes } from '../support/temp.ts';

const ROUNDS = process.env['BLOBS_TEST_FULL'] === '1' ? 100 : 3;
const BYTES = someBytes('killed', 3_000_000);
const PATH = `/sha256/${sha256(BYTES)}`;

/** Numbers from 0 to below 1, the same for each seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The body, where it came whole; undefined where the answer was refused or broke off. */
async function get({ url }: Served): Promise<Buffer | undefined> {
  try {
    const response = await fetch(url + PATH);
    const body = Buffer.from(await response.arrayBuffer());
    return response.status === 200 ? body : undefined;
  } catch {
    return undefined;
  }
}

/** Asks, takes some bytes and is gone. */
function leaveAfter({ url }: Served, bytes: number): Promise<void> {
  const { port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1');
    let taken = 0;
    socket.on('error', () => resolve());
    socket.on('close', () => resolve());
    socket.on('data', (chunk) => {
      taken += chunk.length;
      if (taken > bytes) socket.resetAndDestroy();
    });
    socket.write(`GET ${PATH} HTTP/1.1\r\nHost: h.invalid\r\n\r\n`);
  });
}

/** What goes wrong upstream at the first attempts; in the end all goes well. */
function misfortunes(random: () => number): Behaviour[] {
  const at = (): number => Math.floor(random() * BYTES.length);
  const kinds: readonly (() => Behaviour)[] = [
    () => ({ kind: 'reset', afterBytes: at() }),
    () => ({ kind: 'truncate', afterBytes: at() }),
    () => ({ kind: 'truncate', afterBytes: at(), headers: {} }),
    () => ({ kind: 'truncate', afterBytes: at(), wrong: true }),
    () => ({ kind: 'new-etag', etag: '"new"', ignoresIfRange: true }),
    () => ({ kind: 'ok', ranges: false }),
    () => ({ kind: 'throttle', bytesPerSecond: 20_000_000 }),
  ];
  const some = Array.from({ length: Math.floor(random() * 4) }, () =>
    kinds[Math.floor(random() * kinds.length)]?.(),
  );
  return [
    ...some.filter((one) => one !== undefined),
    { kind: 'throttle', bytesPerSecond: 20_000_000 },
    { kind: 'ok' },
  ];
}

describe('whoever is killed', () => {
  it.for(Array.from({ length: ROUNDS }, (_, seed) => seed + 1))(
    'no wrong byte is given or kept (seed %i)',
    async (seed) => {
      const random = randomOf(seed);
      const server = await startFaultServer();
      const url = server.serve('/fw.bin', BYTES, misfortunes(random));
      const module = moduleWith([{ path: 'fw.bin', bytes: BYTES, url }]);
      const first = await startServe(['-m', module.directory]);
      const clients = Array.from({ length: 5 }, () => get(first));
      const leaving = [random(), random()].map((part) => leaveAfter(first, part * BYTES.length));
      const isKilled = random() < 0.6;
      if (isKilled)
        await Promise.race([leaveAfter(first, random() * BYTES.length), ...clients]).then(() =>
          first.stop('SIGKILL'),
        );
      const bodies = await Promise.all(clients);
      await Promise.all(leaving);
      for (const body of bodies) if (body !== undefined) expect(sha256(body)).toBe(sha256(BYTES));
      expectGoodStore(`seed ${seed}`);
      const second = isKilled ? await startServe(['-m', module.directory]) : first;
      server.serve('/fw.bin', BYTES);
      // One that goes on from wrong bytes of before is broken off, once.
      const last = (await get(second)) ?? (await get(second));
      expect(last && sha256(last)).toBe(sha256(BYTES));
      expectGoodStore(`seed ${seed}`);
      expect((await second.stop()).code).toBe(0);
    },
  );

  it('a server that is killed goes on where it was', async () => {
    const server = await startFaultServer();
    const url = server.serve('/fw.bin', BYTES, { kind: 'stall', afterBytes: 2_500_000 });
    const module = moduleWith([{ path: 'fw.bin', bytes: BYTES, url }]);
    const first = await startServe(['-m', module.directory]);
    await leaveAfter(first, 2_000_000);
    await first.stop('SIGKILL');
    server.serve('/fw.bin', BYTES);
    const second = await startServe(['-m', module.directory]);
    const body = await get(second);
    expect(body && sha256(body)).toBe(sha256(BYTES));
    expect(server.requests.at(-1)?.headers['range']).toMatch(/^bytes=\d{7}-$/);
  });
});
