// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from '../support/run-cli.ts';
import { startServe } from '../support/serve.ts';
import { BYTES, DIGEST, moduleWith, PATH, serveBlob } from '../support/store.ts';
import { sha256, tempDir } from '../support/temp.ts';

async function get(url: string): Promise<{ status: number; body: Buffer }> {
  const response = await fetch(url);
  return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
}

describe('blobs serve', () => {
  it('gives what a module declares, by URL and by digest, asks upstream once, and ends with 0', async () => {
    const { server, url } = await serveBlob();
    const module = moduleWith([{ path: PATH, bytes: BYTES, url }]);
    const served = await startServe(['-m', module.directory]);
    for (const path of [
      `/sha256/${DIGEST}`,
      `/api/v1/fetch?url=${encodeURIComponent(url)}`,
      `/api/v1/fetch/?url=${encodeURIComponent(url)}`,
      `/api/v1/fetch/fw.bin?url=${encodeURIComponent(url)}`,
    ]) {
      const { status, body } = await get(served.url + path);
      expect([status, sha256(body)]).toEqual([200, DIGEST]);
    }
    expect(server.requestsFor('/fw.bin').length).toBe(1);
    expect((await served.stop()).code).toBe(0);
  });

  it('never gives other bytes than were declared', async () => {
    const { server, url } = await serveBlob();
    server.serve('/fw.bin', BYTES, { kind: 'wrong-bytes' });
    const module = moduleWith([{ path: PATH, bytes: BYTES, url }]);
    const served = await startServe(['-m', module.directory]);
    // Refused with a status, or broken off.
    const answer = await get(`${served.url}/sha256/${DIGEST}`).catch(() => undefined);
    expect(answer?.status ?? 502).toBe(502);
  });

  it('has nothing that it was not told of', async () => {
    const served = await startServe(['-m', moduleWith([]).directory]);
    expect((await get(`${served.url}/sha256/${DIGEST}`)).status).toBe(404);
    expect((await get(`${served.url}/sha256/none`)).status).toBe(404);
  });

  it('says so where the store cannot be one', async () => {
    const file = join(tempDir(), 'file');
    writeFileSync(file, '');
    for (const BLOBS_STORE of [file, join(file, 'below')]) {
      const result = await runCli(['serve', '--listen', '127.0.0.1:0', '-m', moduleWith([]).directory], {
        env: { BLOBS_STORE },
      });
      expect([result.code, result.stdout]).toEqual([1, '']);
      expect(result.stderr).toContain('[BLOBS_STORE_UNUSABLE]');
    }
  });
});
