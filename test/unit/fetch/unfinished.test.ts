// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { Unfinished } from '../../../src/fetch/unfinished.ts';
import { PartialDownloads } from '../../../src/store/partial-download.ts';
import { TemporaryFile } from '../../../src/store/temporary-file.ts';
import { filesBelow, sha256, tempDir } from '../../support/temp.ts';
import { digestOf, NEVER } from '../samples.ts';

const DIGEST = digestOf('wanted');
const URL = 'https://blobs.invalid/x';
const OTHER_URL = 'https://mirror.invalid/x';
const ORIGIN = { url: URL, validator: '"x"' };
const LIMIT = { maxBytes: 1000, signal: NEVER };

let directory: string;
let unfinished: Unfinished;
beforeEach(() => {
  directory = tempDir();
  unfinished = nextRun();
});

function nextRun(): Unfinished {
  return new Unfinished(DIGEST, new PartialDownloads(directory));
}

async function begin(content: string): Promise<TemporaryFile> {
  const file = await TemporaryFile.create(directory);
  await file.handle.write(content);
  return file;
}

/** Leaves this for the next run, as if it had come from URL. */
function leave(content: string, validator = '"x"'): void {
  writeFileSync(join(directory, `${DIGEST}.part`), content);
  writeFileSync(
    join(directory, `${DIGEST}.part.json`),
    JSON.stringify({ urlSha256: sha256(URL), validator }),
  );
}

describe('what came of a download', () => {
  it('is given to the next attempt at the same URL, hashed, once', async () => {
    await unfinished.keep(await begin('half'), ORIGIN);
    const found = await unfinished.take(URL, LIMIT);
    expect(found?.range).toEqual({ fromByte: 4, validator: '"x"' });
    expect(found?.prefix.bytes).toBe(4);
    expect(found?.prefix.hash.digest('hex')).toBe(sha256('half'));
    expect(await unfinished.take(URL, LIMIT)).toBeUndefined();
    await found?.prefix.file.discard();
  });

  it('waits while another URL is tried', async () => {
    await unfinished.keep(await begin('half'), ORIGIN);
    expect(await unfinished.take(OTHER_URL, LIMIT)).toBeUndefined();
    const found = await unfinished.take(URL, LIMIT);
    expect(found?.prefix.bytes).toBe(4);
    await found?.prefix.file.discard();
  });

  it.each([
    ['short', 'much longer', OTHER_URL],
    ['much longer', 'short', URL],
  ])('is what there is most of: %s, then %s', async (first, second, url) => {
    await unfinished.keep(await begin(first), ORIGIN);
    await unfinished.keep(await begin(second), { ...ORIGIN, url: OTHER_URL });
    expect(filesBelow(directory)).toHaveLength(1);
    const found = await unfinished.take(url, LIMIT);
    expect(found?.prefix.bytes).toBe(11);
    await found?.prefix.file.discard();
  });

  it('is nothing where no byte came', async () => {
    await unfinished.keep(await begin(''), ORIGIN);
    expect(filesBelow(directory)).toEqual([]);
    expect(await unfinished.take(URL, LIMIT)).toBeUndefined();
  });

  it('goes with the run where nothing is kept for later ones', async () => {
    const alone = new Unfinished(DIGEST, undefined);
    const file = await begin('half');
    await alone.protect(file, ORIGIN);
    await alone.keep(file, ORIGIN);
    await alone.end({ isDone: false });
    expect(filesBelow(directory)).toEqual([]);
  });

  it('is left for the next run, which may leave it again', async () => {
    await unfinished.keep(await begin('half'), ORIGIN);
    await unfinished.end({ isDone: false });
    const second = nextRun();
    expect(await second.take(OTHER_URL, LIMIT)).toBeUndefined();
    await second.end({ isDone: false });
    const found = await nextRun().take(URL, LIMIT);
    expect(found?.range).toEqual({ fromByte: 4, validator: '"x"' });
    await found?.prefix.file.discard();
  });

  it('is not left where the download was completed in another way', async () => {
    leave('half');
    expect(await unfinished.take(OTHER_URL, LIMIT)).toBeUndefined();
    await unfinished.end({ isDone: true });
    expect(filesBelow(directory)).toEqual([]);
  });

  it.each([
    ['is more than the whole may be', 'x'.repeat(1001), '"x"'],
    ['is nothing', '', '"x"'],
    ['has a weak validator', 'half', 'W/"x"'],
    ['has a validator that would be another header', 'half', '"x"\r\nauthorization: y'],
  ])('is removed where it %s', async (_what, content, validator) => {
    leave(content, validator);
    expect(await unfinished.take(URL, LIMIT)).toBeUndefined();
    expect(filesBelow(directory)).toEqual([]);
  });

  it('is as much as the whole may be', async () => {
    leave('x'.repeat(1000));
    const found = await unfinished.take(URL, LIMIT);
    expect(found?.prefix.bytes).toBe(1000);
    await found?.prefix.file.discard();
  });

  it('is left as it was when the run is interrupted while it is read', async () => {
    leave('half');
    const reason = new Error('interrupted');
    await expect(unfinished.take(URL, { ...LIMIT, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await unfinished.end({ isDone: false });
    expect(filesBelow(directory)).toEqual([`${DIGEST}.part`, `${DIGEST}.part.json`]);
  });
});
