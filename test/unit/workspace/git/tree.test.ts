// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { parseTree } from '../../../../src/workspace/git/tree.ts';

function entry(mode: string, name: string, oid: string): Buffer {
  return Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, 'hex')]);
}

// Bytes that look like the separators, to be counted and not searched.
const SHA1 = '00200a'.padEnd(40, '0');
const SHA256 = '2000'.padEnd(64, 'f');

describe('parseTree', () => {
  it('gives mode, name and object id of each entry, in order', () => {
    const tree = Buffer.concat([
      entry('40000', 'a b', SHA1),
      entry('100644', 'west.yml', SHA1),
      entry('120000', 'ü\n', SHA1),
      entry('160000', '..', SHA1),
    ]);
    expect(parseTree(tree, 20)).toEqual([
      { mode: '40000', name: 'a b', oid: SHA1 },
      { mode: '100644', name: 'west.yml', oid: SHA1 },
      { mode: '120000', name: 'ü\n', oid: SHA1 },
      { mode: '160000', name: '..', oid: SHA1 },
    ]);
  });

  it('reads the longer ids of a SHA-256 repository', () => {
    const tree = Buffer.concat([entry('100644', 'a', SHA256), entry('100755', 'b', SHA256)]);
    expect(parseTree(tree, 32).map(({ name, oid }) => [name, oid])).toEqual([
      ['a', SHA256],
      ['b', SHA256],
    ]);
  });

  it('takes any view of bytes, and an empty tree', () => {
    const tree = entry('100644', 'a', SHA1);
    const inside = new Uint8Array(Buffer.concat([Buffer.from('before'), tree, Buffer.from('after')]));
    expect(parseTree(inside.subarray(6, 6 + tree.length), 20)).toHaveLength(1);
    expect(parseTree(new Uint8Array(), 20)).toEqual([]);
  });

  it('refuses a tree that is cut off, wherever it is', () => {
    const first = entry('40000', 'a', SHA1);
    const tree = Buffer.concat([first, entry('100644', 'west.yml', SHA1)]);
    for (let length = 1; length < tree.length; length++) {
      if (length === first.length) continue;
      expect(() => parseTree(tree.subarray(0, length), 20), `${length} bytes`).toThrow('the git tree ends');
    }
  });

  it.each([
    ['a mode that is none', entry('10064x', 'a', SHA1)],
    ['no mode', entry('', 'a', SHA1)],
    ['no name', entry('100644', '', SHA1)],
  ])('refuses an entry with %s', (_, tree) => {
    expect(() => parseTree(tree, 20)).toThrow('the git tree has a malformed entry');
  });
});
