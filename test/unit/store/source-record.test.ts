// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SourceRecord } from '../../../src/core/report.ts';
import { BlobStore } from '../../../src/store/blob-store.ts';
import { removeOrphanRecords } from '../../../src/store/orphan-records.ts';
import { findSourceRecord, writeSourceRecord } from '../../../src/store/source-record.ts';
import { filesBelow, tempDir, withDirectory } from '../../support/temp.ts';
import { digestOf } from '../samples.ts';

const RECORD: SourceRecord = {
  kind: 'url',
  url: 'https://a.invalid/fw.bin?raw=1',
  time: '2026-01-02T03:04:05.678Z',
};
const DIGEST = digestOf('content');

async function written(record: SourceRecord = RECORD): Promise<{ file: string; directory: string }> {
  const directory = tempDir();
  const file = join(directory, 'ab', 'record.json');
  await writeSourceRecord(file, record, directory);
  return { file, directory };
}

describe('a source record', () => {
  it('is read as it was written, and replaced as a whole', async () => {
    const { file, directory } = await written();
    expect(findSourceRecord(file)).toEqual(RECORD);
    const other: SourceRecord = { kind: 'mirror', url: 'file:///m/x', time: '2026-02-03T00:00:00.000Z' };
    await writeSourceRecord(file, other, directory);
    expect(findSourceRecord(file)).toEqual(other);
    expect(filesBelow(directory)).toEqual(['ab/record.json']);
  });

  it('holds no credentials and no tokens', async () => {
    const { file } = await written({ ...RECORD, url: 'https://u:hunter2@a.invalid/x?token=hunter2' });
    expect(readFileSync(file, 'utf8')).not.toContain('hunter2');
    expect(findSourceRecord(file)?.url).toContain('https://a.invalid/x?token=');
  });

  it('is not written for a URL without end', async () => {
    const { directory } = await written({ ...RECORD, url: `https://a.invalid/${'x'.repeat(20_000)}` });
    expect(filesBelow(directory)).toEqual([]);
  });

  it.each<[string, string]>([
    ['empty', ''],
    ['cut off', JSON.stringify({ schemaVersion: 1, ...RECORD }).slice(0, -10)],
    ['of another version', JSON.stringify({ schemaVersion: 2, ...RECORD })],
    ['of another shape', '[]'],
    ['without a time', JSON.stringify({ schemaVersion: 1, ...RECORD, time: 'yesterday' })],
    ['without a URL', JSON.stringify({ schemaVersion: 1, ...RECORD, url: 'here' })],
    ['with a kind that hides something', JSON.stringify({ schemaVersion: 1, ...RECORD, kind: '\u001b[2J' })],
    ['huge', `${JSON.stringify({ schemaVersion: 1, ...RECORD })}${' '.repeat(20_000)}`],
  ])('that is %s is none', async (_what, text) => {
    const { file } = await written();
    writeFileSync(file, text);
    expect(findSourceRecord(file)).toBeUndefined();
  });

  it('that is a directory or nowhere is none', async () => {
    const directory = tempDir();
    expect(findSourceRecord(directory)).toBeUndefined();
    expect(findSourceRecord(join(directory, 'nothing'))).toBeUndefined();
  });
});

describe('records in the store', () => {
  it('go with their entries, and nothing else does', async () => {
    const directory = tempDir();
    const store = new BlobStore(directory);
    const other = digestOf('other');
    for (const digest of [DIGEST, other]) await store.recordSource(digest, RECORD);
    writeFileSync(withDirectory(join(directory, 'v1', 'sha256', other.slice(0, 2), other)), 'other');
    writeFileSync(join(directory, 'v1', 'sources', DIGEST.slice(0, 2), 'notes.json'), '');

    await removeOrphanRecords(store.directory, { nowMs: Date.now() });

    expect([store.findSource(DIGEST), store.findSource(other)?.url]).toEqual([undefined, RECORD.url]);
    expect(filesBelow(join(directory, 'v1', 'sources'))).toContain(`${DIGEST.slice(0, 2)}/notes.json`);
  });

  it('are not looked for where a link leads', async () => {
    const [directory, elsewhere] = [tempDir(), tempDir()];
    writeFileSync(join(elsewhere, `${DIGEST}.json`), '');
    mkdirSync(join(directory, 'v1', 'sources'), { recursive: true });
    symlinkSync(elsewhere, join(directory, 'v1', 'sources', DIGEST.slice(0, 2)));

    await removeOrphanRecords(directory, { nowMs: Date.now() });

    expect(filesBelow(elsewhere)).toEqual([`${DIGEST}.json`]);
  });
});
