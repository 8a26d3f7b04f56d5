// SPDX-License-Identifier: Apache-2.0
import type { Rule } from '../rule.ts';

export const lfsWithoutSize: Rule = {
  id: 'lfs-without-size',
  severity: 'error',
  checks: 'a blob with `fetcher: lfs` declares its `size`',
  why: 'A Git LFS server is asked for an object by digest and size; without the size it cannot be asked, and the blob can never be fetched.',
  mend: 'Add "size" with the number of bytes; the pointer file in the repository names it.',
  check({ entries }) {
    return entries
      .filter(({ value }) => value['fetcher'] === 'lfs' && !('size' in value))
      .map((entry) => ({
        entry,
        at: ['fetcher'],
        message: '"fetcher: lfs" wants a "size", and there is none',
        hint: 'add "size" with the number of bytes',
      }));
  },
};
