// SPDX-License-Identifier: Apache-2.0
import { shorten } from '../../core/text.ts';
import { soundEntries } from '../lint-module.ts';
import type { Finding, Rule } from '../rule.ts';

const MAX_SHOWN_CHARACTERS = 20;

/** A digest that is spelt in another way than every tool prints it. */
export const uppercaseSha256: Rule = {
  id: 'uppercase-sha256',
  severity: 'info',
  checks: '`sha256` is written in lower case',
  why: 'Tools print digests in lower case. A cache whose files are named by the digest, a search and a comparison by eye miss one that is spelt otherwise.',
  mend: 'Write the digits a to f in lower case.',
  isFixable: true,
  check({ entries }) {
    return soundEntries(entries)
      .filter(({ blob }) => blob.sha256 !== blob.digest)
      .map(
        (entry): Finding => ({
          entry,
          at: ['sha256'],
          message: `"sha256" has digits in upper case: ${shorten(entry.blob.sha256, MAX_SHOWN_CHARACTERS)}`,
          hint: 'write it in lower case, as sha256sum prints it',
          fix: { value: entry.blob.digest },
        }),
      );
  },
};
