// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlobsError } from '../../../../src/core/errors.ts';
import { type LfsAction, parseBatchAnswer } from '../../../../src/fetch/lfs/batch-answer.ts';
import { caught, digestOf } from '../../samples.ts';

const OID = digestOf('one');
const OTHER = digestOf('other');
const NOW_MS = Date.UTC(2026, 0, 1);
const HREF = 'https://files.invalid/one';

function parse(answer: unknown, { api = 'https://lfs.invalid/api/objects/batch', asked = [OID] } = {}) {
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
  return parseBatchAnswer(text, { url: new URL(api), asked, nowMs: NOW_MS });
}

function parseDownload(download: unknown, api?: string): LfsAction | BlobsError | undefined {
  return parse({ objects: [{ oid: OID, actions: { download } }] }, api === undefined ? {} : { api }).get(OID);
}

describe('an answer', () => {
  it('gives for each object where to download it', () => {
    const answer = parse({
      transfer: 'basic',
      hash_algo: 'sha256',
      objects: [
        {
          oid: OID,
          size: 3,
          authenticated: true,
          actions: { download: { href: HREF, header: { 'X-Key': 'v' } } },
        },
      ],
    });
    expect(answer).toEqual(new Map([[OID, { href: HREF, headers: { 'x-key': 'v' } }]]));
  });

  it('may hold texts with brackets, and values beside each other', () => {
    const more = ['[{'.repeat(40), `"${'['.repeat(40)}`, ...Array.from({ length: 40 }, () => [{}])];
    expect(parse({ objects: [], more }).size).toBe(1);
  });

  it('may leave out what has a default', () => {
    expect(parse({ transfer: null, hash_algo: '', objects: [] }).get(OID)).toMatchObject({
      code: 'BLOBS_LFS_OBJECT',
      message: 'the Git LFS server https://lfs.invalid/api/objects/batch does not mention this object',
    });
  });

  it.each([
    ['', 'is not a JSON object'],
    ['{', 'is not a JSON object'],
    ['[]', 'is not a JSON object'],
    ['null', 'is not a JSON object'],
    [`{"objects": [], "more": ${'['.repeat(40)}${']'.repeat(40)}}`, 'is not a JSON object'],
    ['{}', 'has no list of objects'],
    [{ objects: {} }, 'has no list of objects'],
    [{ transfer: 'tus', objects: [] }, 'wants another transfer than "basic"'],
    [{ transfer: 7, objects: [] }, 'wants another transfer than "basic"'],
    [{ hash_algo: 'sha512', objects: [] }, 'names objects by another hash than "sha256"'],
    [{ objects: [null] }, 'has an object without "oid"'],
    [{ objects: [{ size: 1 }] }, 'has an object without "oid"'],
    [{ objects: [{ oid: OTHER }] }, 'has an object that was not asked for'],
    [{ objects: [{ oid: OID }, { oid: OID }] }, 'has an object twice'],
  ])('%j %s', async (answer, what) => {
    expect(await caught(() => parse(answer))).toMatchObject({
      code: 'BLOBS_LFS_ANSWER',
      message: `the answer of the Git LFS server https://lfs.invalid/api/objects/batch ${what}`,
    });
  });

  it('fails for one object alone', () => {
    const answer = parse(
      {
        objects: [
          { oid: OID, error: { code: 410, message: 'Gone' } },
          { oid: OTHER, actions: { download: { href: HREF } } },
        ],
      },
      { asked: [OID, OTHER] },
    );
    expect(answer.get(OID)).toMatchObject({
      code: 'BLOBS_LFS_OBJECT',
      message:
        'the Git LFS server https://lfs.invalid/api/objects/batch does not hand it out: error 410 "Gone"',
    });
    expect(answer.get(OTHER)).toMatchObject({ href: HREF });
  });

  it.each([
    [{ code: 404, message: 'a\u001b[2J\nb' }, 'error 404 "a\\x1b[2J\\nb"'],
    [{ code: '404', message: ' ' }, 'error'],
    [{ message: 7 }, 'error'],
    [
      { message: 'see https://u:p@x.invalid/?token=hunter2' },
      'error "see https://x.invalid/?token=REDACTED"',
    ],
  ])('quotes %j as %s', (error, shown) => {
    const object = parse({ objects: [{ oid: OID, error, actions: { download: { href: HREF } } }] }).get(OID);
    expect((object as BlobsError).message.split(' does not hand it out: ')[1]).toBe(shown);
  });

  it('quotes no more than a line of it', () => {
    const object = parse({ objects: [{ oid: OID, error: { message: 'x'.repeat(1_000_000) } }] }).get(OID);
    expect((object as BlobsError).message.length).toBeLessThan(400);
  });
});

describe('a download', () => {
  it.each([
    [undefined, 'names no download for it'],
    ['x', 'names no download for it'],
    [{}, 'names a malformed URL for it'],
    [{ href: 7 }, 'names a malformed URL for it'],
    [{ href: '/one' }, 'names a malformed URL for it'],
    [{ href: `https://a.invalid/${'x'.repeat(20_000)}` }, 'names a malformed URL for it'],
    [{ href: 'file:///etc/passwd' }, 'names a URL for it that is neither http nor https'],
    [{ href: HREF, header: { a: 7 } }, 'wants headers for it that are not allowed'],
  ])('%j %s', (download, what) => {
    expect(parseDownload(download)).toMatchObject({
      code: 'BLOBS_LFS_OBJECT',
      message: expect.stringMatching(new RegExp(` ${what}$`)),
    });
  });

  it('may leave http for https, but not the other way round', () => {
    expect(parseDownload({ href: HREF }, 'http://lfs.invalid/')).toMatchObject({ href: HREF });
    expect(parseDownload({ href: 'http://files.invalid/' }, 'http://lfs.invalid/')).toMatchObject({
      headers: {},
    });
    expect(parseDownload({ href: 'http://files.invalid/?sig=hunter2' })).toMatchObject({
      code: 'BLOBS_REDIRECT',
      message: expect.not.stringContaining('hunter2'),
    });
  });

  it.each<[Record<string, unknown>, number | undefined]>([
    [{}, undefined],
    [{ expires_in: 60 }, NOW_MS + 60_000],
    [{ expires_in: -60 }, NOW_MS - 60_000],
    [{ expires_in: 60, expires_at: '2000-01-01T00:00:00Z' }, NOW_MS + 60_000],
    [{ expires_in: 0, expires_at: '2026-01-01T00:01:00Z' }, NOW_MS + 60_000],
    [{ expires_in: '60' }, undefined],
    [{ expires_at: '2026-01-01T01:00:30+01:00' }, NOW_MS + 30_000],
    [{ expires_at: '0001-01-01T00:00:00Z' }, undefined],
    [{ expires_at: 'soon' }, undefined],
    [{ expires_at: 7 }, undefined],
  ])('%j ends at %s', (changes, expected) => {
    const action = parseDownload({ href: HREF, ...changes }) as LfsAction;
    expect(action.expiresAtMs).toBe(expected);
  });
});

describe('whatever a server sends', () => {
  function expectSound(text: string): void {
    let answer: ReturnType<typeof parse>;
    try {
      answer = parse(text);
    } catch (error) {
      expect(error).toBeInstanceOf(BlobsError);
      return;
    }
    expect([...answer.keys()]).toEqual([OID]);
    for (const value of answer.values()) {
      if (value instanceof BlobsError) continue;
      expect(value.href).toMatch(/^https:\/\//);
      for (const [name, text_] of Object.entries(value.headers)) expect(name + text_).not.toMatch(/[\r\n\0]/);
    }
  }

  it('is an error or sound actions: any text, any JSON', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), expectSound));
  });

  it('is an error or sound actions: JSON that looks like an answer', () => {
    const anything = fc.jsonValue({ maxDepth: 2 });
    const maybe = <T>(arbitrary: fc.Arbitrary<T>) =>
      fc.oneof({ weight: 4, arbitrary }, { weight: 1, arbitrary: anything });
    const download = maybe(
      fc.record(
        {
          href: maybe(fc.oneof(fc.webUrl(), fc.constantFrom(HREF, 'http://a.invalid/', 'data:,x'))),
          header: maybe(fc.dictionary(fc.string(), maybe(fc.string()))),
          expires_in: maybe(fc.double()),
          expires_at: maybe(fc.string()),
        },
        { requiredKeys: [] },
      ),
    );
    const object = maybe(
      fc.record(
        { oid: maybe(fc.constantFrom(OID, OTHER)), error: anything, actions: maybe(fc.record({ download })) },
        { requiredKeys: ['oid'] },
      ),
    );
    const answers = fc.record(
      { transfer: maybe(fc.constant('basic')), objects: maybe(fc.array(object, { maxLength: 3 })) },
      { requiredKeys: ['objects'] },
    );
    fc.assert(
      fc.property(answers, (answer) => expectSound(JSON.stringify(answer))),
      { numRuns: 300 },
    );
  });
});
