// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BlobStore } from '../../../src/store/blob-store.ts';
import { entriesDirectory, entryFile } from '../../../src/store/store-layout.ts';
import { makePage, NOW_MS, putEntry, sampleBlobs, type TestPage } from '../../support/page.ts';
import { digestOf, sampleBlob } from '../../unit/samples.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

async function get(page: TestPage, url = '/', headers: Record<string, string> = {}): Promise<Answer> {
  return page.app.inject({ url, headers });
}

interface Exported {
  readonly files: readonly { Url: string; Size: number; LastModified: string; ETag: string }[];
  readonly folders: readonly { Url: string }[];
  readonly continuation?: string;
  readonly next?: string;
}

async function exported(page: TestPage, url = '/?export=json'): Promise<Exported> {
  const { statusCode, body } = await get(page, url);
  expect(statusCode).toBe(200);
  return JSON.parse(body);
}

/** How many blobs a page shows. */
function rowsIn({ body }: Answer): number {
  return body.match(/<th scope="row" role="rowheader"/g)?.length ?? 0;
}

function nextOf({ body }: Answer): string | undefined {
  return /rel="next" href="([^"#]*)/.exec(body)?.[1]?.replaceAll('&amp;', '&');
}

describe('the page', () => {
  it('shows what is stored and what is declared, with its numbers', async () => {
    const page = await makePage();
    page.blobs = [
      sampleBlob({ content: 'here', module: 'hal_a', path: 'lib/here.a', license: 'MIT', version: '4.2' }),
      sampleBlob({ content: 'not yet', path: 'lib/later.a', size: 4000, clickThrough: true }),
    ];
    putEntry(page.store, 'here', { url: 'https://vendor.invalid/here.a?token=hidden' });
    putEntry(page.store, 'nobody’s', { url: 'https://vendor.invalid/files/tool.zip' });
    page.statistics.noteDownloaded(digestOf('here'), 1000);
    for (let i = 0; i < 4; i++) page.statistics.noteServed(digestOf('here'), 1000, { isHit: i > 0 });
    const { statusCode, headers, body } = await get(page);
    expect([statusCode, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    for (const text of [
      ...['lib/here.a', 'hal_a', 'MIT', '4.2', '2026-01-30', '4 ×', '3 kB', '75 %', 'lib/later.a', '4 kB'],
      ...['on demand', 'licence to accept', 'tool.zip', 'by URL, from vendor.invalid', digestOf('here')],
      ...[`href="/sha256/${digestOf('not yet')}"`, '2 blobs, 1 more on demand', '<html lang="en">'],
    ])
      expect(body.replaceAll('\u00a0', ' ')).toContain(text);
    expect(body).not.toContain('token=hidden');
  });

  it('searches and sorts', async () => {
    const page = await makePage();
    page.blobs = sampleBlobs(20);
    const found = await get(page, '/?q=00007');
    expect([rowsIn(found), found.body.includes('value="00007"')]).toEqual([1, true]);
    const { body } = await get(page, '/?sort=size');
    expect(body.indexOf('firmware_00019.a')).toBeLessThan(body.indexOf('firmware_00018.a'));
    expect(body).toContain('aria-sort="descending"');
    expect((await get(page, '/?q=nowhere')).body).toContain('Nothing here matches that.');
    expect(rowsIn(await get(page, '/?module=hal_nxp'))).toBe(4);
  });

  it('is complete in pages of a hundred', async () => {
    const page = await makePage();
    page.blobs = sampleBlobs(230);
    const seen = new Set<string>();
    let url: string | undefined = '/?q=firmware&sort=served';
    const counts: number[] = [];
    while (url !== undefined) {
      const answer = await get(page, url);
      counts.push(rowsIn(answer));
      for (const [, name] of answer.body.matchAll(/<bdi>(lib\/part\d\/\S+?)<\/bdi><\/a>/g))
        seen.add(name ?? '');
      url = nextOf(answer);
    }
    expect([counts, seen.size]).toEqual([[100, 100, 30], 230]);
  });

  it('says so where there is nothing', async () => {
    const { body } = await get(await makePage());
    expect(body).toContain('This store is empty');
    expect(body).toContain('Nothing was served or downloaded yet.');
  });

  it('draws the last thirty days, and says them in a table', async () => {
    const page = await makePage();
    for (const days of [0, 29, 30]) {
      page.clock.nowMs = NOW_MS - days * DAY_MS;
      page.statistics.noteServed(digestOf('x'), 2000 + days);
      page.statistics.noteDownloaded(digestOf('x'), 500);
    }
    page.clock.nowMs = NOW_MS;
    const { body } = await get(page);
    expect(body.match(/<rect /g)).toHaveLength(4);
    expect(body).toContain('<title>2026-01-31: 2\u00a0kB served, 500\u00a0B downloaded</title>');
    expect(body).toContain(
      '<tr><th scope="row">2026-01-02</th><td>2.03\u00a0kB</td><td>500\u00a0B</td></tr>',
    );
    expect(body).not.toContain('2026-01-01');
  });

  it('lets nothing that a module or a client says become markup, a link or a script', async () => {
    const page = await makePage();
    const evil = `"'><img src=x onerror=alert(1)><script>alert(1)</script>\u202e`;
    page.blobs = [
      sampleBlob({
        ...{ module: evil, path: evil, version: evil, license: evil, licensePath: evil, description: evil },
        ...{
          urls: ['javascript:alert(1)', `https://user:secret@x.invalid/${evil}`],
          docUrl: 'data:text/html,x',
        },
      }),
    ];
    putEntry(page.store, 'content', { url: `https://x.invalid/${evil}` });
    for (const url of [
      '/',
      `/?q=img`,
      `/?module=${encodeURIComponent(evil)}`,
      `/?q=${encodeURIComponent(evil)}`,
    ]) {
      const { statusCode, body } = await get(page, url);
      expect(statusCode).toBe(200);
      expect(body.match(/<script/g)).toHaveLength(1);
      expect(body).not.toMatch(/<img|javascript:alert\(1\)"|href="data:text|user:secret|\u202e/);
    }
  });

  it('comes with headers that let nothing else in', async () => {
    const { headers, body } = await get(await makePage());
    const policy = String(headers['content-security-policy']);
    for (const name of ['style', 'script']) {
      const text = new RegExp(`<${name}>([\\s\\S]*?)</${name}>`).exec(body)?.[1] ?? '';
      const hash = createHash('sha256').update(text).digest('base64');
      expect(policy).toContain(`${name}-src 'sha256-${hash}'`);
    }
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'private, no-cache',
    });
    expect(body).not.toMatch(/ style="| on[a-z]+="/);
  });

  it('is not sent again to who has it, and HEAD says as much as GET', async () => {
    const page = await makePage();
    for (const url of ['/', '/?export=json']) {
      const { headers, body } = await get(page, url);
      const tag = String(headers['etag']);
      for (const known of [tag, `"other", W/${tag}`, '*']) {
        const again = await get(page, url, { 'if-none-match': known });
        expect([again.statusCode, again.body, again.headers['etag']]).toEqual([304, '', tag]);
      }
      expect((await get(page, url, { 'if-none-match': '"other"' })).statusCode).toBe(200);
      const head = await page.app.inject({ method: 'HEAD', url });
      expect([head.statusCode, head.body, head.headers['etag']]).toEqual([200, '', tag]);
      expect(head.headers['content-length']).toBe(`${Buffer.byteLength(body)}`);
    }
  });

  it('ignores a sort and an order that it does not know, as it does other keys', async () => {
    const page = await makePage();
    const { body } = await get(page);
    for (const url of ['/?sort=x', '/?order=x', '/?foo=1'])
      expect(await get(page, url)).toMatchObject({ statusCode: 200, body });
  });

  it('tells a person what is wrong by a page, and a program by JSON', async () => {
    const page = await makePage();
    const accept = 'text/html,application/xhtml+xml;q=0.9';
    const { statusCode, headers, body } = await get(page, '/?continuation=x', { accept });
    expect([statusCode, headers['content-type']]).toEqual([400, 'text/html; charset=utf-8']);
    expect(body).toMatch(/<p class="nothing">This cannot be shown: the continuation is not one/);
    const exported = await get(page, '/?export=json&continuation=x', { accept });
    expect(JSON.parse(exported.body).error.code).toBe('BLOBS_BAD_REQUEST');
  });

  it.each(['/?q=a&q=b', `/?q=${'x'.repeat(201)}`, '/?continuation=x', '/?export=json&continuation=x'])(
    'answers %s with 400 and a problem',
    async (url) => {
      const { statusCode, body } = await get(await makePage(), url);
      expect([statusCode, JSON.parse(body).error.code]).toEqual([400, 'BLOBS_BAD_REQUEST']);
    },
  );

  it('shows what was stored a moment ago, and is else made once for many', async () => {
    const page = await makePage();
    putEntry(page.store, 'first');
    expect(rowsIn(await get(page))).toBe(1);
    putEntry(page.store, 'second');
    expect(rowsIn(await get(page))).toBe(1);
    page.statistics.noteStored(digestOf('second'));
    expect(rowsIn(await get(page))).toBe(2);
    page.blobs = [sampleBlob({ content: 'third' })];
    expect(rowsIn(await get(page))).toBe(3);
    putEntry(page.store, 'fourth');
    page.clock.nowMs += 60_000;
    expect(rowsIn(await get(page))).toBe(4);
  });

  it('says that the store cannot be read, and not where it is', async () => {
    const page = await makePage();
    rmSync(entriesDirectory(page.store.directory), { recursive: true });
    expect((await get(page)).statusCode).toBe(200);
    // A name that is longer than any can be: not even root may read it.
    const unreadable = new BlobStore(`${page.store.directory}/${'x'.repeat(300)}`);
    page.store.entriesByDirectory = () => unreadable.entriesByDirectory();
    page.clock.nowMs += 60_000;
    const { statusCode, body } = await get(page);
    expect([statusCode, JSON.parse(body).error.code]).toEqual([503, 'BLOBS_STORE_UNUSABLE']);
    expect(body).not.toContain(page.store.directory);
  });
});

describe('the export', () => {
  it('has tuxpub’s shape, empty files and relative URLs, whatever host the client names', async () => {
    const page = await makePage();
    page.blobs = [
      sampleBlob({ content: '', module: 'hal a&b' }),
      sampleBlob({ content: 'declared only', module: 'none' }),
    ];
    putEntry(page.store, '');
    const { body } = await get(page, '/?export=json', { host: 'evil.invalid' });
    const digest = digestOf('');
    expect(JSON.parse(body)).toEqual({
      files: [
        {
          ...{ Url: `/sha256/${digest}`, Size: 0, ETag: `"${digest}"` },
          LastModified: '2026-01-30T08:00:00.000Z',
        },
      ],
      folders: [{ Url: '/?module=hal%20a%26b' }],
    });
    expect((await exported(page, '/?module=hal%20a%26b&export=json')).files).toHaveLength(1);
    expect((await exported(page, '/?module=none&export=json')).files).toEqual([]);
  });

  it('never leaves anything out: what follows is named, also while entries come and go', async () => {
    const page = await makePage();
    const stays = Array.from({ length: 2300 }, (_, i) => `stays-${i}`);
    for (const content of stays) putEntry(page.store, content);
    const seen: string[] = [];
    const sizes: number[] = [];
    let next: string | undefined = '/?export=json';
    while (next !== undefined) {
      const { files, ...rest }: Exported = await exported(page, next);
      seen.push(...files.map(({ Url }) => Url));
      sizes.push(files.length);
      for (let i = 0; i < 20; i++) putEntry(page.store, `comes-${sizes.length}-${i}`);
      // What goes may be the very entry that the page ended with.
      if (sizes.length === 1) rmSync(entryFile(page.store.directory, digestOf(lastOf(stays))));
      page.clock.nowMs += 60_000;
      expect(rest.next === undefined).toBe(rest.continuation === undefined);
      next = rest.next;
    }
    expect(sizes.slice(0, 2)).toEqual([1000, 1000]);
    expect(new Set(seen).size).toBe(seen.length);
    const left = stays
      .map((content) => `/sha256/${digestOf(content)}`)
      .sort()
      .toSpliced(999, 1);
    expect(left.filter((url) => !seen.includes(url))).toEqual([]);
  });

  it.each(['xml', 'JSON', 'json,xml'])('as %s is not there', async (format) => {
    const { statusCode, body } = await get(await makePage(), `/?export=${format}`);
    expect([statusCode, JSON.parse(body).error.code]).toEqual([501, 'BLOBS_BAD_REQUEST']);
  });
});

/** Of these contents, the one whose digest is the thousandth. */
function lastOf(contents: readonly string[]): string {
  return contents.toSorted((one, other) => (digestOf(one) < digestOf(other) ? -1 : 1))[999] ?? '';
}

describe('a hidden index', () => {
  it.each(['/', '/?q=x', '/?export=json', '/?export=xml'])('tells nothing at %s', async (url) => {
    const page = await makePage({ isIndexHidden: true });
    putEntry(page.store, 'something');
    const { statusCode, body } = await get(page, url);
    expect([statusCode, JSON.parse(body)]).toEqual([
      404,
      { error: { code: 'BLOBS_MISSING', message: 'there is no list here' } },
    ]);
  });
});
