// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { findActionHeaders } from '../../../../src/fetch/lfs/action-headers.ts';

it.each([
  [undefined, {}],
  [null, {}],
  [{}, {}],
  [
    { Authorization: 'Basic eDp5', 'X-Key': ' v ' },
    { authorization: 'Basic eDp5', 'x-key': 'v' },
  ],
  [{ Key: 'tab\tand \xe4' }, { key: 'tab\tand \xe4' }],
])('takes %j', (header, headers) => {
  expect(findActionHeaders(header)).toEqual(headers);
});

it.each([
  'Host',
  'content-length',
  'Transfer-Encoding',
  'Connection',
  'Range',
  'If-Range',
  'Proxy-Authorization',
  'TE',
  'User-Agent',
  'Accept-Encoding',
])('leaves out %s, which is ours to choose', (name) => {
  expect(findActionHeaders({ [name]: 'x', kept: 'y' })).toEqual({ kept: 'y' });
});

it.each([
  ['a list', ['x']],
  ['a text', 'x: y'],
  ['a number', { x: 1 }],
  ['null', { x: null }],
  ['a line feed', { x: 'a\r\nHost: b' }],
  ['a NUL', { x: 'a\0' }],
  ['a DEL', { x: 'a\x7f' }],
  ['what is no byte', { x: '\u0100' }],
  ['a name with a colon', { 'x:y': 'a' }],
  ['a name with a line feed', { 'x\n': 'a' }],
  ['an empty name', { '': 'a' }],
  ['a long value', { x: 'a'.repeat(17_000) }],
  ['many long values', Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`x${i}`, 'a'.repeat(1000)]))],
  ['many names', Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`x${i}`, 'a']))],
])('refuses %s', (_what, header) => {
  expect(findActionHeaders(header)).toBeUndefined();
});

it('takes a name that means something in JavaScript for a name', () => {
  const headers = findActionHeaders(JSON.parse('{"__proto__": "x"}'));
  expect(Object.entries(headers ?? {})).toEqual([['__proto__', 'x']]);
  expect(({} as { x?: unknown }).x).toBeUndefined();
});
