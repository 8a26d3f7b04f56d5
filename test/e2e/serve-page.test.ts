// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { startServe } from '../support/serve.ts';
import { BYTES, DIGEST, moduleWith, PATH, serveBlob } from '../support/store.ts';

describe('the page of blobs serve', () => {
  it('shows what is declared, then what was served, and remembers it after a restart', async () => {
    const { url } = await serveBlob();
    const { directory } = moduleWith([{ path: PATH, bytes: BYTES, url }]);
    const served = await startServe(['-m', directory]);
    const before = await fetch(`${served.url}/`);
    expect([before.status, before.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await before.text()).toContain('on demand');
    expect(await filesOf(served.url)).toEqual([]);
    for (let i = 0; i < 2; i++) await (await fetch(`${served.url}/sha256/${DIGEST}`)).arrayBuffer();
    expect(await filesOf(served.url)).toEqual([`/sha256/${DIGEST}`]);
    expect((await served.stop()).code).toBe(0);

    const again = await startServe(['-m', directory]);
    const page = await (await fetch(`${again.url}/`)).text();
    expect(page).toContain(PATH);
    expect(page).not.toContain('on demand');
    expect(page).toContain('in 2 answers');
    expect(page).toContain('in 1 download<');
  });

  it('is not there with --hide-index, while blobs are', async () => {
    const { url } = await serveBlob();
    const served = await startServe([
      '--hide-index',
      '-m',
      moduleWith([{ path: PATH, bytes: BYTES, url }]).directory,
    ]);
    for (const path of ['/', '/?export=json']) expect((await fetch(served.url + path)).status).toBe(404);
    expect((await fetch(`${served.url}/sha256/${DIGEST}`)).status).toBe(200);
  });
});

async function filesOf(server: string): Promise<string[]> {
  const document = (await (await fetch(`${server}/?export=json`)).json()) as { files: { Url: string }[] };
  return document.files.map(({ Url }) => Url);
}
