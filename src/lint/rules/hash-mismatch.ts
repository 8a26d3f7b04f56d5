// SPDX-License-Identifier: Apache-2.0
import { count } from '../../core/text.ts';
import { soundEntries } from '../lint-module.ts';
import type { Finding, Rule } from '../rule.ts';

/** What `list` calls status M. */
export const hashMismatch: Rule = {
  id: 'hash-mismatch',
  severity: 'warning',
  checks: "the file at a blob's place, if there is one, has the SHA-256 that module.yml declares",
  why: 'Whoever fetches gets other bytes than those that were tried here. A new file that was put there without its digest is easily forgotten.',
  mend: 'Fetch the blob again if module.yml is right; write the new digest, version and URL if the file is.',
  async check({ entries }, { findFile }) {
    const findings: Finding[] = [];
    for (const entry of soundEntries(entries)) {
      const { status, sha256, bytes = 0, problem } = await findFile(entry.blob);
      if (status !== 'M') continue;
      const { digest, size } = entry.blob;
      const declared = size === undefined ? '' : `, ${count(size, 'byte')}`;
      findings.push(
        sha256 === undefined
          ? {
              entry,
              at: ['path'],
              message:
                problem === undefined
                  ? 'what is at its place is no regular file'
                  : 'the file at its place cannot be read',
              facts: problem === undefined ? [] : [problem],
            }
          : {
              entry,
              at: ['sha256'],
              message: 'the file at its place has another SHA-256',
              facts: [`declared ${digest}${declared}`, `found    ${sha256}, ${count(bytes, 'byte')}`],
              hint: 'run "blobs fetch", or write the new digest if the new file is meant',
            },
      );
    }
    return findings;
  },
};
