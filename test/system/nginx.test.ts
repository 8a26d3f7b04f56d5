// SPDX-License-Identifier: Apache-2.0
import { renameSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import type { FaultServer } from '../support/fault-server.ts';
import { startNginx, whyNoNginx } from '../support/nginx.ts';
import { startServe } from '../support/serve.ts';
import { BYTES, DIGEST, entryFile, moduleWith, PATH, serveBlob, storeDirectory } from '../support/store.ts';
import { sha256, tempDir } from '../support/temp.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const BY_DIGEST = `/sha256/${DIGEST}`;

/** Rejects where the connection breaks before the end of the body. */
function ask(url: string, { method = 'GET', headers = {} }: Ask = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers, rejectUnauthorized: false, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.once('error', reject);
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(pieces),
        }),
      );
    });
    asked.once('error', reject).end();
  });
}

interface SetUp {
  readonly nginx: string;
  /** The server itself. */
  readonly direct: string;
  readonly upstream: FaultServer;
}

async function setUp(context: TestContext, args: readonly string[] = []): Promise<SetUp> {
  const reason = whyNoNginx();
  if (reason !== undefined) context.skip(reason);
  const { server, url } = await serveBlob();
  const module = moduleWith([{ path: PATH, bytes: BYTES, url }]);
  const served = await startServe([
    '-m',
    module.directory,
    '--allow-host',
    '127.0.0.1',
    '--x-accel-redirect',
    '/stored',
    ...args,
  ]);
  const nginx = await startNginx({ upstream: new URL(served.url).host, store: storeDirectory() });
  return { nginx, direct: served.url, upstream: server };
}

describe('nginx in front, configured as docs/serving.md says', () => {
  it('passes on that nothing of a range is there, which no cache keeps', async (context) => {
    const { nginx } = await setUp(context);
    await ask(nginx + BY_DIGEST);
    const { status, headers, body } = await ask(nginx + BY_DIGEST, { headers: { range: 'bytes=999999-' } });
    expect([status, JSON.parse(body.toString('utf8')).error.code]).toEqual([416, 'BLOBS_BAD_REQUEST']);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-range': `bytes */${BYTES.length}`,
    });
  });

  it('sends what is stored itself, with the headers of the server', async (context) => {
    const { nginx, direct, upstream } = await setUp(context);
    const cold = await ask(nginx + BY_DIGEST);
    const warm = await ask(nginx + BY_DIGEST);
    const handedOver = await fetch(direct + BY_DIGEST);
    expect([cold.status, sha256(cold.body)]).toEqual([200, DIGEST]);
    expect([warm.status, sha256(warm.body)]).toEqual([200, DIGEST]);
    expect(handedOver.headers.get('x-accel-redirect')).toBe(`/stored/${DIGEST.slice(0, 2)}/${DIGEST}`);
    expect((await handedOver.arrayBuffer()).byteLength).toBe(0);
    expect(upstream.requestsFor('/fw.bin').length).toBe(1);
    expect(warm.headers).toMatchObject({
      etag: `"${DIGEST}"`,
      'content-length': String(BYTES.length),
      'content-type': 'application/octet-stream',
      'content-security-policy': expect.stringContaining('sandbox'),
      'x-content-type-options': 'nosniff',
      'content-disposition': expect.stringMatching(/^attachment/),
    });
    const { server: _, date: __, connection: ___, 'accept-ranges': ____, ...own } = cold.headers;
    expect(warm.headers).toMatchObject(own);
    // The file's own, which nginx alone tells.
    expect(typeof warm.headers['last-modified']).toBe('string');
    expect(warm.headers['x-accel-redirect']).toBeUndefined();
    // It comes from the place that the server named: nothing else is there.
    renameSync(entryFile(), join(tempDir(), 'away'));
    upstream.serve('/fw.bin', BYTES);
    expect(sha256((await ask(nginx + BY_DIGEST)).body)).toBe(DIGEST);
    expect(upstream.requestsFor('/fw.bin').length).toBe(2);
  });

  it('gives parts and heads of it', async (context) => {
    const { nginx } = await setUp(context);
    await ask(nginx + BY_DIGEST);
    const part = await ask(nginx + BY_DIGEST, { headers: { range: 'bytes=10-19' } });
    expect([part.status, part.headers['content-range']]).toEqual([206, `bytes 10-19/${BYTES.length}`]);
    expect(part.body.equals(BYTES.subarray(10, 20))).toBe(true);
    const head = await ask(nginx + BY_DIGEST, { method: 'HEAD' });
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([
      200,
      String(BYTES.length),
      0,
    ]);
    const many = await ask(nginx + BY_DIGEST, { headers: { range: 'bytes=0-1,3-4,6-7' } });
    expect([many.status, sha256(many.body)]).toEqual([200, DIGEST]);
  });

  it('lets the server send what depends on its own validators', async (context) => {
    const { nginx } = await setUp(context);
    await ask(nginx + BY_DIGEST);
    const matching = await ask(nginx + BY_DIGEST, { headers: { 'if-match': `"${DIGEST}"` } });
    expect([matching.status, sha256(matching.body)]).toEqual([200, DIGEST]);
  });

  it('passes the token on, without which nothing is given', async (context) => {
    const file = join(tempDir(), 'token');
    writeFileSync(file, 'a-token-of-some-length-0123456789\n', { mode: 0o600 });
    const { nginx } = await setUp(context, ['--token-file', file]);
    const headers = { authorization: 'Bearer a-token-of-some-length-0123456789' };
    expect((await ask(nginx + BY_DIGEST)).status).toBe(401);
    expect((await ask(nginx + BY_DIGEST, { headers })).status).toBe(200);
    const warm = await ask(nginx + BY_DIGEST, { headers });
    expect([warm.status, sha256(warm.body)]).toEqual([200, DIGEST]);
    expect(warm.headers['cache-control']).toMatch(/^private/);
  });

  it('has nothing below the internal location for those who ask', async (context) => {
    const { nginx } = await setUp(context);
    await ask(nginx + BY_DIGEST);
    for (const path of [
      `/stored/${DIGEST.slice(0, 2)}/${DIGEST}`,
      `/stored/../stored/${DIGEST.slice(0, 2)}/${DIGEST}`,
      `//stored//${DIGEST.slice(0, 2)}/${DIGEST}`,
      `/%73tored/${DIGEST.slice(0, 2)}/${DIGEST}`,
      '/stored/',
    ]) {
      expect([path, (await ask(nginx + path)).status]).toEqual([path, 404]);
    }
  });

  it('breaks off where the server does, and never ends a wrong body cleanly', async (context) => {
    const { nginx, upstream } = await setUp(context);
    upstream.serve('/fw.bin', BYTES, { kind: 'wrong-bytes' });
    const answer = await ask(nginx + BY_DIGEST).catch(() => undefined);
    expect(answer?.status ?? 502).toBe(502);
  });

  it('hands over nothing that is damaged', async (context) => {
    const { nginx, upstream } = await setUp(context);
    await ask(nginx + BY_DIGEST);
    writeFileSync(entryFile(), Buffer.alloc(BYTES.length));
    upstream.serve('/fw.bin', BYTES);
    const answer = await ask(nginx + BY_DIGEST);
    expect([answer.status, sha256(answer.body)]).toEqual([200, DIGEST]);
  });
});
