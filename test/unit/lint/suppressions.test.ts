// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { findSuppressions } from '../../../src/lint/suppressions.ts';
import { readYaml } from '../../../src/yaml/read-yaml.ts';

function suppressionsIn(text: string): ReturnType<typeof findSuppressions> {
  const { document } = readYaml('/m/zephyr/module.yml', Buffer.from(text));
  if (document === undefined) throw new Error('the text is no YAML');
  return findSuppressions(document, (id) => id.startsWith('known'));
}

describe('findSuppressions', () => {
  it('gives a comment to the entry around it, else to the next one, else to the file', () => {
    const { good, bad } = suppressionsIn(
      [
        '# blobs-lint-disable known-0: the whole file',
        'blobs: # blobs-lint-disable known-1: beside the key',
        '  # blobs-lint-disable known-2: above the first',
        '  - path: a # blobs-lint-disable known-3: beside a value',
        '    # blobs-lint-disable known-4: between values',
        '    description: |',
        '      # blobs-lint-disable known-x: no comment',
        '  # blobs-lint-disable known-5: above the second',
        '',
        "  - {path: 'b # blobs-lint-disable known-x: no comment'}",
        '    # blobs-lint-disable known-7: indented like the second',
        '# blobs-lint-disable known-6: behind all',
        'name: x',
      ].join('\n'),
    );
    expect(bad).toEqual([]);
    expect(good.map(({ rule, entry, line }) => [rule, entry, line])).toEqual([
      ['known-0', undefined, 1],
      ['known-1', 0, 2],
      ['known-2', 0, 3],
      ['known-3', 0, 4],
      ['known-4', 0, 5],
      ['known-5', 1, 8],
      ['known-7', 1, 11],
      ['known-6', undefined, 12],
    ]);
  });

  it('wants a known rule and a reason', () => {
    const { good, bad } = suppressionsIn(
      [
        '# blobs-lint-disable',
        '# blobs-lint-disable known',
        '# blobs-lint-disable known:  ',
        '# blobs-lint-disable unheard-of: reason',
        '# blobs-lint-disabled known: another word',
        '#blobs-lint-disable known: reason: with a colon',
        'blobs: []',
      ].join('\r\n'),
    );
    expect(bad.map(({ line, problem }) => [line, problem.includes('unheard-of')])).toEqual([
      [1, false],
      [2, false],
      [3, false],
      [4, true],
    ]);
    expect(good).toEqual([{ rule: 'known', entry: undefined, line: 6, column: 1 }]);
  });
});
