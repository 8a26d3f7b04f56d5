// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { compareBlobs } from '../../../../src/app/diff/compare-blobs.ts';
import type { Blob } from '../../../../src/core/blob.ts';
import { readModuleText } from '../../../../src/module/read-module.ts';
import { type BlobSpec, moduleYaml } from '../../../support/modules.ts';

function declared(...specs: readonly BlobSpec[]): readonly Blob[] {
  const text = Buffer.from(moduleYaml({ blobs: specs }));
  return readModuleText({ directory: '/nowhere', defaultName: 'm' }, 'REV:file', text).module.blobs;
}

function compare(before: readonly Blob[], after: readonly Blob[]): string[] {
  const none = new Set<string>();
  return compareBlobs({ blobs: before, unsoundPaths: none }, { blobs: after, unsoundPaths: none }).map(
    (change) => {
      if (change.kind === 'added') return `+ ${change.after.path}`;
      if (change.kind === 'removed') return `- ${change.before.path}`;
      return `${change.before.path} > ${change.after.path}: ${change.keys.map(({ key }) => key).join()}`;
    },
  );
}

describe('two lists of blobs', () => {
  it('do not differ by order, by the case of a digest, or by a single URL in a list', () => {
    const [a, b] = [{ path: 'a', url: 'https://x.invalid/a' }, { path: 'b' }];
    const [old] = declared(b);
    const upper = { ...b, sha256: old?.sha256.toUpperCase() };
    expect(compare(declared(a, b), declared(upper, { ...a, url: [a.url] }))).toEqual([]);
  });

  it('differ by the order of URLs and by keys that this program does not know', () => {
    const urls = ['https://x.invalid/1', 'https://x.invalid/2'];
    const before = declared({ path: 'a', url: urls }, { path: 'b', 'x-map': { one: 1, two: 2 } });
    const after = declared({ path: 'a', url: urls.toReversed() }, { path: 'b', 'x-map': { two: 2, one: 0 } });
    expect(compare(before, after)).toEqual(['a > a: url', 'b > b: x-map']);
    expect(
      compare(
        declared({ path: 'b', 'x-map': { one: 1, two: 2 } }),
        declared({ path: 'b', 'x-map': { two: 2, one: 1 } }),
      ),
    ).toEqual([]);
  });

  it('match equal bytes under other paths, the same file name first, each once', () => {
    const before = declared(
      { path: '1/x', bytes: 's' },
      { path: '1/y', bytes: 's' },
      { path: '1/z', bytes: 's' },
    );
    const after = declared({ path: '2/q', bytes: 's' }, { path: '2/y', bytes: 's' });
    for (const came of [after, after.toReversed()]) {
      expect(compare(before, came)).toEqual([
        '- 1/z',
        '1/x > 2/q: path,url,description',
        '1/y > 2/y: path,url,description',
      ]);
    }
  });

  it('of which one entry is malformed say nothing about it', () => {
    const [a] = declared({ path: 'a' });
    const sides = [
      { blobs: a ? [a] : [], unsoundPaths: new Set<string>() },
      { blobs: [], unsoundPaths: new Set(['a']) },
    ] as const;
    expect(compareBlobs(...sides)).toEqual([]);
    expect(compareBlobs(sides[1], sides[0])).toEqual([]);
  });

  it('of thousands of equal digests take no time to speak of', () => {
    const many = (prefix: string) =>
      declared(
        ...Array.from({ length: 2000 }, (_, i) => ({
          path: `${prefix}${i}`,
          bytes: 's',
          url: 'https://x.invalid/',
        })),
      );
    expect(compare(many('a'), many('b'))).toHaveLength(2000);
  });
});
