// SPDX-License-Identifier: Apache-2.0
import { count } from '../../core/text.ts';
import { soundEntries } from '../lint-module.ts';
import type { Finding, Rule } from '../rule.ts';

// 0, 1, what fingers type (12, 123, 1234, …) and rows of nines: no known blob has such a size.
const PLACEHOLDER = /^(?:[01]|12|123|1234|12345|123456|1234567|12345678|123456789|1234567890|9{3,})$/;

export const sizeMismatch: Rule = {
  id: 'size-mismatch',
  severity: 'warning',
  otherwise: { error: 'too small a size, and any wrong one for Git LFS' },
  checks: '`size` is the size of the file, and no placeholder',
  why: 'A download ends as soon as it has more bytes than `size`, and a Git LFS server refuses an object that is asked for with another size. A real module went out with "size: 1234".',
  mend: 'Write the size of the file in bytes; "blobs update --size" does.',
  async check({ entries }, { findFile }) {
    const findings: Finding[] = [];
    for (const entry of soundEntries(entries)) {
      const { size } = entry.blob;
      if (size === undefined) continue;
      const { status, bytes } = await findFile(entry.blob);
      // Of a file with another hash the size says nothing.
      if (status === 'A' && bytes !== undefined) {
        if (bytes !== size) findings.push(differs({ entry, size, bytes }));
      } else if (PLACEHOLDER.test(String(size))) {
        findings.push({
          entry,
          at: ['size'],
          message: `"size" looks like a placeholder: ${size}`,
          hint: 'write the size of the file in bytes',
        });
      }
    }
    return findings;
  },
};

function differs({ entry, size, bytes }: Pick<Finding, 'entry'> & { size: number; bytes: number }): Finding {
  return {
    ...(entry === undefined ? {} : { entry }),
    at: ['size'],
    // With fewer bytes than declared the right hash still counts.
    severity: bytes > size || entry?.blob?.fetcher === 'lfs' ? 'error' : 'warning',
    message: `"size" is ${size}, but the file has ${count(bytes, 'byte')}`,
    hint: `write "size: ${bytes}"`,
  };
}
