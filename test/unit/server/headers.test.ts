// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it, test } from 'vitest';
import { findPart } from '../../../src/server/byte-range.ts';
import { attachment, fileNameOfUrl, findFileName } from '../../../src/server/file-name.ts';
import { allowsPart, judgePreconditions } from '../../../src/server/preconditions.ts';

describe('a Range', () => {
  test.for([
    ['bytes=0-9', { from: 0, to: 10 }],
    ['bytes=90-', { from: 90, to: 100 }],
    ['bytes=90-1000', { from: 90, to: 100 }],
    ['bytes=-10', { from: 90, to: 100 }],
    ['bytes=-1000', { from: 0, to: 100 }],
    ['bytes=99-99', { from: 99, to: 100 }],
    ['Bytes= 0-0', { from: 0, to: 1 }],
    [`bytes=0-${'9'.repeat(40)}`, { from: 0, to: 100 }],
    ['bytes=100-', 'unsatisfiable'],
    ['bytes=100-200', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    [undefined, undefined],
    ['bytes=', undefined],
    ['bytes=-', undefined],
    ['bytes=9-0', undefined],
    ['bytes=a-b', undefined],
    ['bytes=0-9,20-29', undefined],
    ['items=0-9', undefined],
    ['bytes 0-9', undefined],
    ['bytes=0x1-9', undefined],
    ['bytes=--9', undefined],
    [`bytes=${'0-9,'.repeat(10_000)}0-9`, undefined],
  ] as const)('of %s of 100 bytes is found', ([header, part]) => {
    expect(findPart(header, 100)).toEqual(part);
  });

  it('of nothing holds nothing', () => {
    expect(findPart('bytes=0-', 0)).toBe('unsatisfiable');
    expect(findPart('bytes=-5', 0)).toBeUndefined();
  });
});

const ETAG = '"abc"';
const MODIFIED = 'Sun, 06 Nov 1994 08:49:37 GMT';
const LATER = 'Sun, 06 Nov 1994 08:49:38 GMT';
const BEFORE = 'Sun, 06 Nov 1994 08:49:36 GMT';
const KNOWN = { etag: ETAG, modifiedMs: Date.parse(MODIFIED) };

describe('preconditions', () => {
  test.for([
    [{}, 200],
    [{ 'if-none-match': ETAG }, 304],
    [{ 'if-none-match': `W/${ETAG}` }, 304],
    [{ 'if-none-match': `"x", W/"y" , ${ETAG}` }, 304],
    [{ 'if-none-match': '*' }, 304],
    [{ 'if-none-match': '"x"' }, 200],
    [{ 'if-none-match': 'abc' }, 200],
    [{ 'if-none-match': '"x"', 'if-modified-since': LATER }, 200],
    [{ 'if-match': ETAG }, 200],
    [{ 'if-match': `"x",${ETAG}` }, 200],
    [{ 'if-match': '*' }, 200],
    [{ 'if-match': `W/${ETAG}` }, 412],
    [{ 'if-match': '"x"' }, 412],
    [{ 'if-match': ETAG, 'if-none-match': ETAG }, 304],
    [{ 'if-modified-since': MODIFIED }, 304],
    [{ 'if-modified-since': LATER }, 304],
    [{ 'if-modified-since': BEFORE }, 200],
    [{ 'if-modified-since': 'yesterday' }, 200],
    [{ 'if-modified-since': '0' }, 200],
    [{ 'if-unmodified-since': BEFORE }, 412],
    [{ 'if-unmodified-since': MODIFIED }, 200],
    [{ 'if-match': ETAG, 'if-unmodified-since': BEFORE }, 200],
  ] as const)('%o lead to %i', ([headers, verdict]) => {
    expect(judgePreconditions(headers, KNOWN)).toBe(verdict);
  });

  it('about what is not known do not hold, and about dates do not count', () => {
    expect(judgePreconditions({ 'if-match': ETAG }, {})).toBe(412);
    expect(judgePreconditions({ 'if-none-match': ETAG }, {})).toBe(200);
    expect(judgePreconditions({ 'if-modified-since': LATER }, {})).toBe(200);
    expect(judgePreconditions({ 'if-unmodified-since': BEFORE }, {})).toBe(200);
  });

  it('are judged in linear time', () => {
    const start = performance.now();
    expect(judgePreconditions({ 'if-none-match': '"'.repeat(30_001) }, KNOWN)).toBe(200);
    expect(judgePreconditions({ 'if-none-match': 'W/'.repeat(15_000) }, KNOWN)).toBe(200);
    expect(performance.now() - start).toBeLessThan(500);
  });

  test.for([
    [undefined, true],
    [ETAG, true],
    [`W/${ETAG}`, false],
    ['"x"', false],
    [MODIFIED, true],
    [LATER, false],
    ['rubbish', false],
  ] as const)('If-Range of %s allows a part: %s', ([header, isAllowed]) => {
    expect(allowsPart(header, KNOWN)).toBe(isAllowed);
  });
});

describe('the name of a file', () => {
  test.for([
    ['fw.bin', 'fw.bin'],
    ['../../etc/passwd', '_.._etc_passwd'],
    ['..', undefined],
    ['.bashrc', 'bashrc'],
    ['a\r\nSet-Cookie: x', 'a__Set-Cookie_ x'],
    ['C:\\autoexec.bat', 'C__autoexec.bat'],
    ['a\u202egnp.exe', 'a_gnp.exe'],
    ['a\u0000b', 'a_b'],
    ['a"b;c', 'a_b;c'],
    ['', undefined],
    [' . ', undefined],
    ['\ud800', '_'],
    ['größe.bin', 'größe.bin'],
    ['x'.repeat(1000), 'x'.repeat(200)],
  ] as const)('%j is made safe', ([text, name]) => {
    expect(findFileName(text)).toBe(name);
  });

  test.for(['fw.bin', 'größe 漢字.bin', 'a%22b.bin', 'a;b=c.bin', '\u{1f600}.bin', '_'])(
    'cannot break out of its header: %s',
    (name) => {
      const value = attachment(findFileName(name));
      expect(value).toMatch(
        /^attachment; filename=(?:"[^"\\\r\n]*"|[\w.%-]+)(?:; filename\*=UTF-8''[\w.%!~-]+)?$/,
      );
    },
  );

  it('may be missing', () => {
    expect(attachment(undefined)).toBe('attachment');
    expect(fileNameOfUrl(new URL('http://x/'))).toBeUndefined();
  });

  it('of a URL is the last segment of its path', () => {
    expect(fileNameOfUrl(new URL('http://x/a/b%20c.bin?d/e'))).toBe('b c.bin');
    expect(fileNameOfUrl(new URL('http://x/a/%ff.bin'))).toBe('%ff.bin');
    expect(fileNameOfUrl(new URL('http://x/a/..%2f..%2fb'))).toBe('_.._b');
  });
});
