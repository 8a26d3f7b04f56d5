// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { readText, soundValue, summary } from '../samples.ts';

describe('the encoding', () => {
  it('may begin with a byte order mark', () => {
    expect(soundValue('\ufeffa: 1\n')).toEqual({ a: 1 });
  });

  it('may end lines with CR LF, which is not part of a value', () => {
    expect(soundValue('a: x\r\nb: |\r\n  one\r\n  two\r\nc: "y"\r\n')).toEqual({
      a: 'x',
      b: 'one\ntwo\n',
      c: 'y',
    });
  });

  it.each([
    ['in the first line', 'a: \xff\n', '1:4'],
    ['in a later line', 'a: 1\nbb: x\xe9y\nc: 1\n', '2:6'],
    ['after a byte order mark', '\xef\xbb\xbfa: \xff\n', '1:4'],
    ['after characters of several bytes', 'a: \xc3\xa4\xe2\x82\xac\xff\n', '1:6'],
    ['after a character outside the first plane', 'a: \xf0\x9f\x98\x80\xff\n', '1:6'],
    ['a sequence that ends with the file', 'a: 1\nb: \xe2\x82', '2:4'],
    ['an overlong sequence', 'a: \xc0\xaf\n', '1:4'],
    ['a surrogate', 'a: \xed\xa0\x80\n', '1:4'],
    ['UTF-16 with a byte order mark', '\xff\xfea\0:\0 \x001\0', '1:1'],
    ['after a replacement character that is really there', 'a: \xef\xbf\xbd\xff\n', '1:5'],
  ])('must be UTF-8, and the message says where it is not: %s', (_what, latin1, place) => {
    const { issues } = readText(Buffer.from(latin1, 'latin1'));
    expect(summary(issues)).toEqual([`${place} the file is not UTF-8`]);
    expect(issues[0]?.hint).toBe('save it as UTF-8');
  });
});

describe('conflict markers', () => {
  const conflict = ['<<<<<<< HEAD', 'a: 1', '=======', 'a: 2', '>>>>>>> other', ''];

  it.each(['\n', '\r\n'])('are refused with a hint, lines ending in %j', (end) => {
    const { issues } = readText(['x: 0', ...conflict].join(end));
    expect(issues).toMatchObject([
      {
        code: 'BLOBS_MALFORMED_YAML',
        message: 'the file holds merge conflict markers',
        hint: 'resolve the conflict in git first',
        line: 2,
        column: 1,
        sourceLine: '<<<<<<< HEAD',
      },
    ]);
  });

  it('are refused in the style of diff3 too', () => {
    const text = ['<<<<<<< ours', 'a: 1', '||||||| base', 'a: 0', '=======', 'a: 2', '>>>>>>> theirs'].join(
      '\n',
    );
    expect(readText(text).issues[0]?.message).toBe('the file holds merge conflict markers');
  });

  it('in a block scalar are text', () => {
    const text = `a: |\n${conflict.map((line) => `  ${line}\n`).join('')}`;
    expect(soundValue(text)).toMatchObject({ a: expect.stringContaining('<<<<<<< HEAD') });
  });

  it('in a comment are a comment', () => {
    expect(soundValue('# <<<<<<< HEAD\na: 1\n# >>>>>>> other\n')).toEqual({ a: 1 });
  });
});

describe('the file', () => {
  it.each([
    ['nothing', ''],
    ['white space', ' \n\n'],
    ['comments', '# one\n# two\n'],
    ['a byte order mark', '\ufeff'],
  ])('is empty when it holds only %s', (_what, text) => {
    expect(readText(text).issues).toMatchObject([{ message: 'the file is empty', line: 1, column: 1 }]);
  });

  it.each(['a: 1\n---\nb: 2\n', 'a: 1\n---\n', 'a: 1\n...\n---\nb: 2\n', '---\na: 1\n---\n---\n'])(
    'holds one document: %j is refused',
    (text) => {
      expect(readText(text).issues[0]?.message).toBe(
        'the file holds several documents, but only one is allowed',
      );
    },
  );

  it('may begin and end its one document', () => {
    expect(soundValue('---\na: 1\n...\n')).toEqual({ a: 1 });
  });

  it('may be as large as 1 MiB, and no larger', () => {
    const text = (bytes: number): string => `a: 1\n#${'x'.repeat(bytes - 6)}`;
    expect(soundValue(text(1024 * 1024))).toEqual({ a: 1 });
    expect(readText(text(1024 * 1024 + 1)).issues).toMatchObject([
      { message: 'the file is larger than 1048576 bytes', line: 1 },
    ]);
  });
});
