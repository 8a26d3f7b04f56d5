// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import {
  findValidator,
  isContinuation,
  isOfSameState,
  isValidator,
  rangeHeaders,
} from '../../../src/fetch/range.ts';

const THEN = 'Sun, 06 Nov 1994 08:49:37 GMT';
const LATER = 'Sun, 06 Nov 1994 08:49:38 GMT';

it('asks for the rest, and for all where it is another body by now', () => {
  expect(rangeHeaders({ fromByte: 5, validator: '"x"' })).toEqual({ range: 'bytes=5-', 'if-range': '"x"' });
});

describe('findValidator', () => {
  it.each([['"abc"'], ['""'], ['"W/"'], ['"a-b:c,d!#~"'], [`"${'x'.repeat(1000)}"`]])(
    'takes a strong entity tag: %s',
    (etag) => expect(findValidator({ etag })).toBe(etag),
  );

  it.each([
    ['W/"abc"'],
    ['w/"abc"'],
    ['abc'],
    ['"abc'],
    ['"a"b"'],
    ['"a b"'],
    ['"a", "b"'],
    ['"\u00e9"'],
    ['"a\r\nx: y"'],
    [''],
    [`"${'x'.repeat(1001)}"`],
  ])('takes no other entity tag, nor a date in its place: %j', (etag) => {
    expect(findValidator({ etag })).toBeUndefined();
    expect(findValidator({ etag, lastModified: THEN, date: LATER })).toBeUndefined();
  });

  it('prefers the entity tag to the date', () => {
    expect(findValidator({ etag: '"x"', lastModified: THEN, date: LATER })).toBe('"x"');
  });

  it.each([
    ['a second before the answer', THEN, LATER, THEN],
    ['a day before the answer', THEN, 'Mon, 07 Nov 1994 08:49:37 GMT', THEN],
    ['in the same second', THEN, THEN, undefined],
    ['after the answer', LATER, THEN, undefined],
    ['without the date of the answer', THEN, undefined, undefined],
    ['that is none', 'yesterday', LATER, undefined],
    ['beside a date that is none', THEN, 'now', undefined],
    ['with more than a date', `${THEN}\r\nx: y`, LATER, undefined],
  ])('takes a Last-Modified %s only where it is strong', (_what, lastModified, date, expected) => {
    expect(findValidator({ lastModified, date })).toBe(expected);
  });
});

it.each([
  ['"abc"', true],
  [THEN, true],
  ['W/"abc"', false],
  ['', false],
  ['"a"\r\nauthorization: x', false],
  [`${THEN}\n`, false],
  ['"'.repeat(10_000), false],
])('what was kept is sent only if it is a validator: %j', (text, expected) => {
  expect(isValidator(text)).toBe(expected);
});

describe('isContinuation', () => {
  it.each([
    ['bytes 100-199/200'],
    ['bytes 100-100/101'],
    ['bytes 100-199/*'],
    ['Bytes 100-199/200'],
    ['  bytes 100-199/200 '],
  ])('knows what goes on from byte 100 to the end: %j', (text) => {
    expect(isContinuation(text, 100)).toBe(true);
  });

  it.each([
    [undefined],
    [''],
    ['bytes'],
    ['bytes */200'],
    ['bytes 0-199/200'],
    ['bytes 99-199/200'],
    ['bytes 101-199/200'],
    // Less than the rest would need another request for what follows.
    ['bytes 100-198/200'],
    ['bytes 100-200/200'],
    ['bytes 100-99/100'],
    ['bytes 100-/200'],
    ['bytes 100-199'],
    ['bytes=100-199/200'],
    ['lines 100-199/200'],
    ['bytes 100-199/200, bytes 300-399/400'],
    ['bytes 1e2-199/200'],
    ['bytes +100-199/200'],
    ['bytes 100-9999999999999999999/*'],
  ])('takes nothing else: %j', (text) => {
    expect(isContinuation(text, 100)).toBe(false);
  });
});

it.each([
  ['"a"', { etag: '"a"' }, true],
  ['"a"', {}, true],
  ['"a"', { lastModified: THEN }, true],
  ['"a"', { etag: '"b"' }, false],
  ['"a"', { etag: 'W/"a"' }, false],
  [THEN, { lastModified: THEN }, true],
  [THEN, { etag: '"new"' }, true],
  [THEN, { lastModified: LATER }, false],
])('a part after %s with %j is of the same state: %s', (validator, headers, expected) => {
  expect(isOfSameState(validator, headers)).toBe(expected);
});
