// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { partialDirectory, urlRecordFile } from '../../../src/store/store-layout.ts';
import { findUrlRecord, hashUrl, type UrlRecord, writeUrlRecord } from '../../../src/store/url-record.ts';
import { tempDir } from '../../support/temp.ts';
import { digestOf } from '../samples.ts';

const URL_SHA256 = hashUrl('https://h.invalid/a?b=c');
const RECORD: UrlRecord = {
  url: 'https://h.invalid/a?b=c',
  sourceSha256: URL_SHA256,
  digest: digestOf('bytes'),
  etag: '"x"',
  lastModified: 'Sun, 06 Nov 1994 08:49:37 GMT',
  fetchedAtMs: 1000,
  validatedAtMs: 2000,
  ttlMs: 3000,
};

let store: string;
beforeEach(() => {
  store = tempDir();
});

function write(content: string | Uint8Array): void {
  const file = urlRecordFile(store, URL_SHA256);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

function written(changes: Readonly<Record<string, unknown>> = {}): string {
  const { fetchedAtMs: _, validatedAtMs: __, ...rest } = RECORD;
  const times = { fetchedAt: new Date(1000).toISOString(), validatedAt: new Date(2000).toISOString() };
  return JSON.stringify({ schemaVersion: 1, urlSha256: URL_SHA256, ...rest, ...times, ...changes });
}

describe('a URL record', () => {
  it('is read as it was written, and leaves no other file', async () => {
    await writeUrlRecord(store, URL_SHA256, RECORD);
    expect(findUrlRecord(store, URL_SHA256)).toEqual(RECORD);
    expect(readdirSync(partialDirectory(store))).toEqual([]);
    write(written());
    expect(findUrlRecord(store, URL_SHA256)).toEqual(RECORD);
  });

  it('holds no secret, and is read without one', async () => {
    await writeUrlRecord(store, URL_SHA256, { ...RECORD, url: 'https://u:p@h.invalid/?token=s3cret' });
    expect(findUrlRecord(store, URL_SHA256)?.url).toBe('https://h.invalid/?token=REDACTED');
    write(written({ url: 'https://u:p@h.invalid/' }));
    expect(findUrlRecord(store, URL_SHA256)?.url).toBe('https://h.invalid/');
  });

  it('that would be too long takes the one before with it', async () => {
    await writeUrlRecord(store, URL_SHA256, RECORD);
    await writeUrlRecord(store, URL_SHA256, { ...RECORD, etag: 'x'.repeat(20_000) });
    expect(findUrlRecord(store, URL_SHA256)).toBeUndefined();
  });

  it.for([
    ['is empty', ''],
    ['is cut', written().slice(0, -5)],
    ['is too large', `${written()}${' '.repeat(16 * 1024)}`],
    ['is no object', '[]'],
    ['is of another version', written({ schemaVersion: 2 })],
    ['is about another URL', written({ urlSha256: hashUrl('https://h.invalid/') })],
    ['has no digest', written({ digest: '../../etc/passwd' })],
    ['has no source', written({ sourceSha256: 1 })],
    ['has no time', written({ validatedAt: 'soon' })],
    ['has no URL', written({ url: null })],
    ['has a negative ttl', written({ ttlMs: -1 })],
    ['has no ttl', written({ ttlMs: null })],
    ['is binary', Buffer.from([0xff, 0xfe, 0x00])],
  ] as const)('says nothing where it %s', ([_what, content]) => {
    write(content);
    expect(findUrlRecord(store, URL_SHA256)).toBeUndefined();
  });

  it('leaves out headers that could break a request', () => {
    write(written({ etag: '"x"\r\nevil: 1', lastModified: 'x'.repeat(2000) }));
    const { etag: _, lastModified: __, ...rest } = RECORD;
    expect(findUrlRecord(store, URL_SHA256)).toEqual(rest);
    write(written({ etag: 5, lastModified: null }));
    expect(findUrlRecord(store, URL_SHA256)).toEqual(rest);
  });

  it('is none where something else than a file stands', () => {
    mkdirSync(urlRecordFile(store, URL_SHA256), { recursive: true });
    expect(findUrlRecord(store, URL_SHA256)).toBeUndefined();
    const other = hashUrl('https://h.invalid/other');
    mkdirSync(dirname(urlRecordFile(store, other)), { recursive: true });
    symlinkSync(join(store, 'nowhere'), urlRecordFile(store, other));
    expect(findUrlRecord(store, other)).toBeUndefined();
  });
});
