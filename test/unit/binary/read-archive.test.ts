// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { type Archive, MAX_MEMBERS, readArchive } from '../../../src/binary/read-archive.ts';
import { type ArchiveFormat, archive, memberHeader } from '../../support/binaries.ts';
import { bufferSource } from './buffer-source.ts';

const MEMBERS = [
  { name: 'a.o', content: 'even' },
  { name: 'a name with spaces.o', content: 'odd' },
  { name: `${'long'.repeat(20)}.o`, content: '' },
  { name: 'dir/b.o', content: 'x' },
];

interface Read extends Archive {
  readonly members: readonly { readonly name: string; readonly content: string | undefined }[];
}

async function read(bytes: Buffer): Promise<Read> {
  const members: { name: string; content: string | undefined }[] = [];
  const result = await readArchive(bufferSource(bytes), async ({ name, content }) => {
    members.push({ name, content: (await content?.read(0, content.sizeBytes))?.toString('latin1') });
  });
  return { ...result, members };
}

/** An archive with one member whose header has these fields. */
function withHeader(name: string, size: number | string, content = ''): Buffer {
  return Buffer.concat([Buffer.from('!<arch>\n'), memberHeader(name, size), Buffer.from(content)]);
}

describe('an archive', () => {
  it.each<[ArchiveFormat, string]>([
    ['gnu', 'gnu'],
    ['gnu64', 'gnu'],
    ['bsd', 'bsd'],
  ])('is read member by member: %s', async (format, flavour) => {
    expect(await read(archive(MEMBERS, format))).toEqual({ flavour, memberCount: 4, members: MEMBERS });
  });

  it('that is thin names its members and has none of their bytes', async () => {
    expect(await read(archive(MEMBERS, 'thin'))).toEqual({
      flavour: 'thin',
      memberCount: 4,
      members: MEMBERS.map(({ name }) => ({ name, content: undefined })),
    });
  });

  it('may be empty, padded, or end with an odd member without its padding', async () => {
    expect(await read(Buffer.from('!<arch>\n'))).toEqual({ flavour: 'gnu', memberCount: 0, members: [] });
    const padded = Buffer.concat([archive(MEMBERS), Buffer.from('\n\n')]);
    expect(await read(padded)).toEqual({ flavour: 'gnu', memberCount: 4, members: MEMBERS });
    const [only] = (await read(withHeader('a/', 3, 'odd'))).members;
    expect(only).toEqual({ name: 'a', content: 'odd' });
  });

  it('may have the tables that Microsoft adds', async () => {
    const bytes = Buffer.concat([withHeader('/<ECSYMBOLS>/', 2, 'xx'), memberHeader('a/', 0)]);
    expect(await read(bytes)).toEqual({
      flavour: 'gnu',
      memberCount: 1,
      members: [{ name: 'a', content: '' }],
    });
  });

  it('may have the table of libraries that GNU ar adds', async () => {
    const bytes = Buffer.concat([withHeader('__.LIBDEP/', 2, 'xx'), memberHeader('a/', 0)]);
    expect(await read(bytes)).toEqual({
      flavour: 'gnu',
      memberCount: 1,
      members: [{ name: 'a', content: '' }],
    });
  });

  it.each<[string, Buffer, string]>([
    ['no magic', Buffer.from('hello'), 'it is no archive'],
    ['half a header', Buffer.from('!<arch>\nabc'), 'it ends within a member header'],
    ['no header', Buffer.from(`!<arch>\n${'x'.repeat(60)}`), 'at byte 8 there is no member header'],
    ['a negative size', withHeader('a/', -1), 'at byte 8 there is no member header'],
    ['a size with words', withHeader('a/', '1e3'), 'at byte 8 there is no member header'],
    ['no size', withHeader('a/', ''), 'at byte 8 there is no member header'],
    [
      'too large a member',
      withHeader('a/', 9, 'four'),
      'its member at byte 8 has 9 bytes, of which 4 are there',
    ],
    [
      'a name beyond its table',
      withHeader('/7', 0),
      'the name of its member at byte 8 is not in its table of names',
    ],
    [
      'a BSD name beyond its member',
      withHeader('#1/9', 4, 'four'),
      'the name of its member at byte 8 has 9 bytes',
    ],
    [
      'an endless BSD name',
      withHeader('#1/99999999999', 4, 'four'),
      'the name of its member at byte 8 has 99999999999 bytes',
    ],
  ])('with %s is read with a problem', async (_, bytes, problem) => {
    expect(await read(bytes)).toMatchObject({ problem, members: [] });
  });

  it('is read with a problem, or with fewer members, wherever it is cut off', async () => {
    const bytes = archive(MEMBERS);
    for (let length = 0; length < bytes.length - 1; length++) {
      const { problem, memberCount } = await read(bytes.subarray(0, length));
      expect(problem !== undefined || memberCount < MEMBERS.length, `${length} bytes`).toBe(true);
    }
  });

  it('with a table of names that is too large is not read', async () => {
    const size = 4 * 1024 * 1024 + 2;
    const { problem } = await read(withHeader('//', size, 'x'.repeat(size)));
    expect(problem).toBe('its table of names is larger than 4194304 bytes');
  });

  it('with too many members is read as far as the limit', async () => {
    const header = memberHeader('a/', 0);
    const bytes = Buffer.concat([Buffer.from('!<arch>\n'), ...Array(MAX_MEMBERS + 5).fill(header)]);
    const { problem, members } = await read(bytes);
    expect(problem).toBe(`it has more than ${MAX_MEMBERS} members`);
    expect(members).toHaveLength(MAX_MEMBERS);
  });
});
