// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CORPUS, corpusModules, needCorpus, readCorpus } from '../support/corpus.ts';
import { runCli } from '../support/run-cli.ts';

interface Oddities {
  readonly files: Readonly<
    Record<string, readonly { readonly kind: string; readonly blob: string | null }[]>
  >;
}

/** Each rule, and the kinds of oddities that it must find, no more and no less. */
const RULE_KINDS: Readonly<Record<string, readonly string[]>> = {
  'mutable-url': ['mutable-url'],
  'short-hash-ref': ['short-hash-ref'],
  'tag-url': ['tag-url'],
  // Without the lists of refs, these three look alike.
  'bare-ref-url': ['bare-ref-url', 'bare-tag-url', 'branch-ref-url'],
  'insecure-http': ['insecure-http'],
  'insecure-doc-url': ['insecure-doc-url'],
  'duplicate-url': ['duplicate-url'],
  'basename-differs': ['basename-differs'],
  // Nobody noted such a URL in any of the files.
  'web-page-url': [],
  'url-credentials': [],
  'private-host': [],
  'double-slash-url': [],
  'unsupported-url': [],
};

describe('the rules about URLs', () => {
  it('find in real files what was noted there, no more and no less', async (context) => {
    needCorpus(context);
    const modules = corpusModules();
    const { files } = JSON.parse(readCorpus('oddities.json')) as Oddities;
    const expected: string[] = [];
    for (const [rule, kinds] of Object.entries(RULE_KINDS)) {
      for (const [file, oddities] of Object.entries(files)) {
        for (const { kind, blob } of oddities)
          if (kinds.includes(kind)) expected.push(`${rule} ${file} ${blob}`);
      }
    }
    expect(expected.length).toBeGreaterThan(300);
    const found: string[] = [];
    const directories = modules.flatMap((directory) => ['-m', join(CORPUS, directory)]);
    const result = await runCli(['lint', '--json', ...directories], { timeoutMs: 60_000 });
    for (const { rule = '', file = '', path } of result.json().issues) {
      if (rule in RULE_KINDS) found.push(`${rule} ${file.slice(CORPUS.length + 1)} ${path}`);
    }
    expect(found.sort()).toEqual(expected.sort());
  });
});
