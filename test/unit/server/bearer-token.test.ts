// SPDX-License-Identifier: Apache-2.0
import { timingSafeEqual } from 'node:crypto';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { isAuthorized, readToken } from '../../../src/server/bearer-token.ts';
import { tempDir } from '../../support/temp.ts';
import { caught } from '../samples.ts';

vi.mock('node:crypto', async (importOriginal) => {
  const original = await importOriginal<typeof import('node:crypto')>();
  return { ...original, timingSafeEqual: vi.fn(original.timingSafeEqual) };
});

const TOKEN = 'aB3-._~+/x9w7V5==';

function tokenFile(content: string | Uint8Array, mode = 0o600): string {
  const file = join(tempDir(), 'token');
  writeFileSync(file, content);
  chmodSync(file, mode);
  return file;
}

describe('a token file', () => {
  it.each([
    ['without an end of line', TOKEN],
    ['with one', `${TOKEN}\n`],
    ['with one of Windows', `${TOKEN}\r\n`],
  ])('is read %s', (_how, content) => {
    expect(readToken(tokenFile(content))).toEqual({ token: TOKEN });
  });

  it.each([
    ['nothing', ''],
    ['an empty line', '\n'],
    ['two lines', `${TOKEN}\n${TOKEN}\n`],
    ['two ends of line', `${TOKEN}\n\n`],
    ['an empty line first', `\n${TOKEN}`],
    ['a space', 'hunter2 x'],
    ['a space at the end', 'hunter2 '],
    ['a tab', 'hunter2\t'],
    ['NUL', 'hunter2\0'],
    ['an equals sign within', 'hun=ter2'],
    ['nothing but equals signs', '=='],
    ['a byte that is not ASCII', Buffer.from([0x68, 0xfc])],
    ['a byte order mark', '\ufeffhunter2'],
    ['a header', 'Bearer hunter2'],
  ])('with %s is no configuration, and is not quoted', async (_what, content) => {
    const file = tokenFile(content);
    const error = await caught(async () => readToken(file));
    expect(error.code).toBe('BLOBS_BAD_CONFIG');
    expect(JSON.stringify([error.message, error.details])).not.toContain('hunter2');
  });

  it('has at most 4 KiB', async () => {
    expect(readToken(tokenFile('x'.repeat(4096))).token).toHaveLength(4096);
    const error = await caught(async () => readToken(tokenFile('x'.repeat(4097))));
    expect(error.code).toBe('BLOBS_NOT_A_FILE');
  });

  it('must be there, and a regular file', async () => {
    const directory = tempDir();
    const { code, message } = await caught(async () => readToken(join(directory, 'none')));
    expect(code).toBe('BLOBS_BAD_CONFIG');
    expect(message).not.toContain(directory);
    mkdirSync(join(directory, 'd'));
    expect((await caught(async () => readToken(join(directory, 'd')))).code).toBe('BLOBS_NOT_A_FILE');
    expect((await caught(async () => readToken('/dev/zero'))).code).toBe('BLOBS_NOT_A_FILE');
  });

  it('may be a link, as secrets are mounted', () => {
    const link = join(tempDir(), 'link');
    symlinkSync(tokenFile(TOKEN), link);
    expect(readToken(link)).toEqual({ token: TOKEN });
  });

  it.each([
    [0o600, false],
    [0o400, false],
    [0o640, false],
    [0o644, true],
    [0o602, true],
  ])('with mode %o is warned of: %s', (mode, isWarned) => {
    const file = tokenFile(TOKEN, mode);
    const { warning } = readToken(file);
    if (!isWarned) expect(warning).toBeUndefined();
    else {
      expect(warning).toContain(file);
      expect(warning).not.toContain(TOKEN);
    }
  });
});

describe('a header', () => {
  it.each([`Bearer ${TOKEN}`, `bearer ${TOKEN}`, `BEARER   ${TOKEN}`])('"%s" authorizes', (header) => {
    expect(isAuthorized(header, TOKEN)).toBe(true);
  });

  it.each(['me', '', 'ünï'])('with the token as the password of user "%s" authorizes', (user) => {
    const pair = Buffer.from(`${user}:${TOKEN}`).toString('base64');
    expect(isAuthorized(`Basic ${pair}`, TOKEN)).toBe(true);
    expect(isAuthorized(`bASIC  ${pair}`, TOKEN)).toBe(true);
  });

  it.each([`${TOKEN}:me`, `me:${TOKEN} `, `me:x:${TOKEN}`, TOKEN, `me:${TOKEN.slice(1)}`, 'me:'])(
    'of Basic with "%s" does not',
    (pair) => {
      expect(isAuthorized(`Basic ${Buffer.from(pair).toString('base64')}`, TOKEN)).toBe(false);
    },
  );

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    `Bearer${TOKEN}`,
    `Bearer\t${TOKEN}`,
    ` Bearer ${TOKEN}`,
    `Bearer ${TOKEN} `,
    `Bearer ${TOKEN}, Bearer ${TOKEN}`,
    `Bearer ${TOKEN}=`,
    `Bearer ${TOKEN.slice(0, -1)}`,
    `Bearer ${TOKEN.slice(1)}`,
    `Bearer ${TOKEN.toLowerCase()}`,
    `Bearer x${TOKEN}`,
    `Bearer "${TOKEN}"`,
    `Basic ${TOKEN}`,
    `Token ${TOKEN}`,
    TOKEN,
    `Bearer ${Buffer.from(TOKEN).toString('base64')}`,
    `Bearer ${'x'.repeat(1_000_000)}`,
    `Bearer ${' '.repeat(1_000_000)}`,
    `Bearer ${'='.repeat(1_000_000)}`,
    `Bearer ${'x='.repeat(500_000)}`,
  ])('"%.40s" does not', (header) => {
    expect(isAuthorized(header, TOKEN)).toBe(false);
  });

  it('without a token does not authorize where the token is empty', () => {
    for (const header of [undefined, '', 'Bearer ', 'Bearer']) expect(isAuthorized(header, '')).toBe(false);
  });
});

describe('the time that a comparison takes', () => {
  const compare = vi.mocked(timingSafeEqual);
  beforeEach(() => {
    compare.mockClear();
  });

  it.each([
    ['the right one', `Bearer ${TOKEN}`],
    ['one that differs at once', `Bearer x${TOKEN.slice(1)}`],
    ['one that differs at the end', `Bearer ${TOKEN.slice(0, -3)}x==`],
    ['a shorter one', 'Bearer a'],
    ['a longer one', `Bearer ${TOKEN.replace('==', 'x'.repeat(1000))}`],
    ['none', undefined],
    ['another scheme', 'Basic a'],
  ])('does not tell of the token where it is compared with %s', (_what, header) => {
    isAuthorized(header, TOKEN);
    expect(compare).toHaveBeenCalledTimes(1);
    const lengths = compare.mock.calls[0]?.map((one) => one.byteLength);
    // Digests: no prefix of the token can be found by trying, and no length told.
    expect(lengths).toEqual([32, 32]);
    expect(Buffer.from(compare.mock.calls[0]?.[1] as Uint8Array).includes(TOKEN)).toBe(false);
  });

  it('is that of the comparison alone, whose answer counts', () => {
    compare.mockReturnValueOnce(true);
    expect(isAuthorized('Bearer other', TOKEN)).toBe(true);
    compare.mockReturnValueOnce(false);
    expect(isAuthorized(`Bearer ${TOKEN}`, TOKEN)).toBe(false);
  });
});
