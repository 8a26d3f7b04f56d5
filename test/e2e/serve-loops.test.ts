// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { startFaultServer } from '../support/fault-server.ts';
import { freePort } from '../support/ports.ts';
import { type Served, startServe } from '../support/serve.ts';
import { BYTES, DIGEST, moduleWith, PATH, serveBlob } from '../support/store.ts';
import { sha256, tempDir } from '../support/temp.ts';

function mirrorOn(port: number): readonly string[] {
  return ['--mirror', `sha256=http://127.0.0.1:${port}/sha256/{sha256}`];
}

async function digestFrom({ url }: Pick<Served, 'url'>): Promise<string> {
  const response = await fetch(`${url}/sha256/${DIGEST}`);
  return sha256(Buffer.from(await response.arrayBuffer()));
}

describe('a server whose mirror leads back to it', () => {
  it('says so at once, and gives what upstream has', async () => {
    const { server, url } = await serveBlob();
    const { directory } = moduleWith([{ path: PATH, bytes: BYTES, url }]);
    const port = await freePort();
    const served = await startServe([
      ...['-m', directory, '--listen', `127.0.0.1:${port}`, '--timeout', '60'],
      ...mirrorOn(port),
    ]);
    expect(await digestFrom(served)).toBe(DIGEST);
    expect(server.requestsFor('/fw.bin').length).toBe(1);
    expect(server.requestsFor('/fw.bin')[0]?.headers['via']).toMatch(/^1\.1 blobs-[0-9a-f]{16}$/);
    expect((await served.stop()).stderr).toMatch(/"status":508,.*"code":"BLOBS_LOOP"/);
  });

  it('by way of another is told of, too, and upstream is asked once', async () => {
    const { server, url } = await serveBlob();
    const { directory } = moduleWith([{ path: PATH, bytes: BYTES, url }]);
    const [one, other] = [await freePort(), await freePort()];
    const start = (own: number, peer: number): Promise<Served> =>
      startServe([
        ...['-m', directory, '--store', tempDir(), '--timeout', '60'],
        ...['--listen', `127.0.0.1:${own}`, ...mirrorOn(peer)],
      ]);
    const servers = [await start(one, other), await start(other, one)];
    const [first, second] = servers as [Served, Served];
    expect(await digestFrom(first)).toBe(DIGEST);
    expect(await digestFrom(second)).toBe(DIGEST);
    expect(server.requestsFor('/fw.bin').length).toBe(1);
    expect((await first.stop()).stderr).toContain('BLOBS_LOOP');
  });

  it('sends on whom a request came through, and refuses nobody else', async () => {
    const { server, url } = await serveBlob();
    const { directory } = moduleWith([{ path: PATH, bytes: BYTES, url }]);
    const served = await startServe(['-m', directory]);
    const via = '1.0 fred, 1.1 blobs-0123456789abcdef';
    const answer = await fetch(`${served.url}/sha256/${DIGEST}`, { headers: { via } });
    expect([answer.status, (await answer.arrayBuffer()).byteLength]).toEqual([200, BYTES.length]);
    expect(server.requestsFor('/fw.bin')[0]?.headers['via']).toMatch(
      /^1\.0 fred, 1\.1 blobs-0123456789abcdef, 1\.1 blobs-[0-9a-f]{16}$/,
    );
  });
});

describe('a body that was wrong', () => {
  it('is not downloaded again for clients that try again, and costs no hit', async () => {
    const server = await startFaultServer();
    const wrong = server.serve('/fw.bin', BYTES, { kind: 'wrong-bytes' });
    const right = server.serve('/right', 'right');
    const { directory } = moduleWith([
      { path: PATH, bytes: BYTES, url: wrong },
      { path: 'right', url: right },
    ]);
    const served = await startServe(['-m', directory]);
    await fetch(`${served.url}/sha256/${DIGEST}`).catch(() => undefined);
    for (let i = 0; i < 3; i++) {
      const again = await fetch(`${served.url}/sha256/${DIGEST}`);
      // Who has other places to ask need not wait here.
      expect([again.status, again.headers.get('retry-after')]).toEqual([502, null]);
      expect(JSON.parse(await again.text()).error.code).toBe('BLOBS_HASH_MISMATCH');
    }
    expect(server.requestsFor('/fw.bin').length).toBe(1);
    for (let i = 0; i < 4; i++) await (await fetch(`${served.url}/sha256/${sha256('right')}`)).arrayBuffer();
    const { totals } = JSON.parse(await (await fetch(`${served.url}/api/v1/status/`)).text());
    expect(totals).toMatchObject({ hits: 3, downloads: 2 });
  });
});
