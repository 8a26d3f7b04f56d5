// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { partialDirectory } from '../../../src/store/store-layout.ts';
import { exchangeRaw, parseAnswer, rawGet } from '../../support/raw-http.ts';
import { type Script, ScriptedContent } from '../../support/scripted-content.ts';
import { sha256, someBytes, tempDir, withDirectory } from '../../support/temp.ts';
import { digestOf } from '../../unit/samples.ts';
import { digestPath, startTestServer, type TestServer } from './test-server.ts';

const BODY = someBytes('counted', 5000);
const DIGEST = sha256(BODY);
const PATH = digestPath(BODY);

function serve(script: Script = {}, options: Parameters<typeof startTestServer>[0] = {}, body = BODY) {
  return startTestServer({
    contents: { [sha256(body)]: () => new ScriptedContent(body, script) },
    ...options,
  });
}

/** Asks, and waits until the request is counted. */
async function ask(server: TestServer, raw: string): Promise<number> {
  const lines = server.log.length;
  const { status } = parseAnswer(await exchangeRaw(server.url, raw));
  await expect.poll(() => server.log.length).toBeGreaterThan(lines);
  return status;
}

function head(headers: readonly string[] = []): string {
  return rawGet(PATH, headers).replace('GET', 'HEAD');
}

/** The lines of /metrics whose names begin so. */
async function figures(server: TestServer, name: string): Promise<string[]> {
  const { body } = parseAnswer(await exchangeRaw(server.url, rawGet('/metrics')));
  return body
    .toString('utf8')
    .split('\n')
    .filter((line) => line.startsWith(name));
}

async function statusOf(server: TestServer) {
  const { body } = parseAnswer(await exchangeRaw(server.url, rawGet('/api/v1/status/')));
  return JSON.parse(body.toString('utf8'));
}

describe('what counts as served', () => {
  it('is an answer with a body, and neither a refusal nor a HEAD nor a 304', async () => {
    const server = await serve();
    const statuses = [
      await ask(server, rawGet(PATH)),
      await ask(server, rawGet(PATH, ['Range: bytes=5000-'])),
      await ask(server, rawGet(PATH, ['If-Match: "other"'])),
      await ask(server, rawGet(PATH, [`If-None-Match: "${DIGEST}"`])),
      await ask(server, head()),
      await ask(server, head(['If-Match: "other"'])),
    ];
    expect(statuses).toEqual([200, 416, 412, 304, 200, 412]);
    expect(server.statistics.totals).toMatchObject({ requests: 1, bytesServed: 5000 });
    expect(server.used).toEqual([DIGEST]);
    expect(await figures(server, 'blobs_contents_total')).toEqual([
      'blobs_contents_total{origin="hit"} 1',
      'blobs_contents_total{origin="look"} 1',
    ]);
    expect(await figures(server, 'blobs_failures_total')).toEqual([
      'blobs_failures_total{code="BLOBS_BAD_REQUEST"} 3',
    ]);
    expect(server.log.filter(({ code }) => code === 'BLOBS_BAD_REQUEST')).toHaveLength(3);
  });

  test.for<[string, Script, Buffer]>([
    ['a part', {}, BODY],
    ['a small one in one piece', { isWhole: true }, BODY],
    ['an empty one', { isWhole: true }, Buffer.alloc(0)],
    ['an empty one that arrives', { isComplete: 'later' }, Buffer.alloc(0)],
    ['one that breaks off', { failsAt: 2000 }, BODY],
  ])('is %s', async ([_, script, body]) => {
    const server = await serve(script, {}, body);
    await exchangeRaw(server.url, rawGet(digestPath(body), body.length > 0 ? ['Range: bytes=0-4000'] : []));
    await expect.poll(() => server.used).toEqual([sha256(body)]);
    expect(server.statistics.totals.requests).toBe(1);
    expect(await figures(server, 'blobs_contents_total')).toEqual(['blobs_contents_total{origin="hit"} 1']);
  });

  it('is nothing of a download that fails before its first byte', async () => {
    const server = await serve({ origin: 'miss', failsAt: 0 });
    expect(await ask(server, rawGet(PATH))).toBe(500);
    expect([server.statistics.totals.requests, server.used]).toEqual([0, []]);
    expect(await figures(server, 'blobs_contents_total{')).toEqual([]);
  });
});

describe('downloaded bytes', () => {
  it('grow from scrape to scrape and begin anew with the process, as the served ones do', async () => {
    const directory = tempDir();
    const server = await serve({}, { directory });
    server.statistics.noteDownloaded(digestOf('x'), 100);
    expect(await figures(server, 'blobs_downloaded_bytes_total')).toEqual([
      'blobs_downloaded_bytes_total 100',
    ]);
    server.statistics.noteDownloaded(digestOf('y'), 50);
    expect(await figures(server, 'blobs_downloaded_bytes_total')).toEqual([
      'blobs_downloaded_bytes_total 150',
    ]);
    await ask(server, rawGet(PATH));
    await server.drain();

    const again = await serve({}, { directory });
    expect((await statusOf(again)).totals).toMatchObject({ bytesServed: 5000, bytesDownloaded: 150 });
    expect(await figures(again, 'blobs_downloaded_bytes_total')).toEqual(['blobs_downloaded_bytes_total 0']);
    expect(await figures(again, 'blobs_served_bytes_total')).toEqual(['blobs_served_bytes_total 0']);
    again.statistics.noteDownloaded(digestOf('z'), 7);
    expect(await figures(again, 'blobs_downloaded_bytes_total')).toEqual(['blobs_downloaded_bytes_total 7']);
  });
});

it('the bytes of the store are those of entries and unfinished downloads, and of nothing that links lead to', async () => {
  const [directory, elsewhere] = [tempDir(), tempDir()];
  const entries = join(directory, 'v1', 'sha256');
  writeFileSync(withDirectory(join(entries, DIGEST.slice(0, 2), DIGEST)), BODY);
  writeFileSync(withDirectory(join(partialDirectory(directory), `${DIGEST}.part`)), 'some');
  const other = `${DIGEST.startsWith('00') ? '01' : '00'}${DIGEST.slice(2)}`;
  mkdirSync(elsewhere, { recursive: true });
  writeFileSync(join(elsewhere, other), 'of somebody else');
  symlinkSync(elsewhere, join(entries, other.slice(0, 2)));
  const server = await serve({}, { directory });
  const { store } = await statusOf(server);
  expect([store.entries, store.bytes]).toEqual([1, 5004]);
  expect(await figures(server, 'blobs_store_bytes')).toEqual(['blobs_store_bytes 5004']);
});
