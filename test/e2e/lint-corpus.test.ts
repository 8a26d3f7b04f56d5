// SPDX-License-Identifier: Apache-2.0
import { join, relative, sep } from 'node:path';
import { expect, test } from 'vitest';
import { ALL_RULES } from '../../src/lint/rules.ts';
import { CORPUS, corpusModules, needCorpus, readCorpus } from '../support/corpus.ts';
import { needPublishedSchemas, sarifValidator } from '../support/published-schemas.ts';
import { runCli } from '../support/run-cli.ts';

/** Kinds of the corpus that no rule finds, and why: they are facts, and nobody needs to change anything. */
const NO_RULE: Readonly<Record<string, string>> = {
  'click-through': 'what a vendor may ask for; "licenses" and "fetch" show it',
  'comments-in-blobs': 'comments are welcome',
  lfs: 'a way to fetch, not a defect; without a size it is lfs-without-size',
  'multiline-quoted-scalar': 'plain YAML; every parser reads it alike',
  'non-github-url': 'the policy asks for hosting by the vendor, wherever that is',
};

interface Oddities {
  readonly kinds: Readonly<Record<string, { readonly needs: string }>>;
  readonly files: Readonly<
    Record<string, readonly { readonly kind: string; readonly blob: string | null }[]>
  >;
}

/** "<kind> <module.yml>: <blob>" for each finding, each once: a file may have the same finding in several lines. */
type Findings = ReadonlySet<string>;

function toKey(rule: string, file: string, blob: string | null | undefined): string {
  return `${rule} ${file}: ${blob ?? '(file)'}`;
}

function expectedOf({ files }: Oddities, kinds: readonly string[]): Findings {
  return new Set(
    Object.entries(files).flatMap(([file, found]) =>
      found.filter(({ kind }) => kinds.includes(kind)).map(({ kind, blob }) => toKey(kind, file, blob)),
    ),
  );
}

async function lintCorpus(kinds: readonly string[]): Promise<Findings> {
  const modules = corpusModules().flatMap((path) => ['-m', join(CORPUS, path)]);
  const { stdout } = await runCli(['lint', '--json', ...modules], { timeoutMs: 60_000 });
  const { issues } = JSON.parse(stdout) as {
    issues: readonly { readonly rule?: string; readonly file?: string; readonly path?: string }[];
  };
  return new Set(
    issues.flatMap(({ rule = '', file = '', path }) =>
      kinds.includes(rule) ? [toKey(rule, relative(CORPUS, file).split(sep).join('/'), path)] : [],
    ),
  );
}

test('lint finds in real modules what is known of them, and nothing else', async (context) => {
  needCorpus(context);
  const oddities = JSON.parse(readCorpus('oddities.json')) as Oddities;
  const kinds = Object.entries(oddities.kinds)
    .filter(([kind, { needs }]) => ['file', 'tree'].includes(needs) && !(kind in NO_RULE))
    .map(([kind]) => kind)
    .sort();
  const rules = new Set(ALL_RULES.map(({ id }) => id));
  expect(kinds.filter((kind) => !rules.has(kind))).toEqual([]);

  const expected = expectedOf(oddities, kinds);
  const found = await lintCorpus(kinds);
  const missed = [...expected].filter((key) => !found.has(key));
  const invented = [...found].filter((key) => !expected.has(key));

  const of = (kind: string, keys: Iterable<string>) =>
    [...keys].filter((key) => key.startsWith(`${kind} `)).length;
  console.table(
    Object.fromEntries(
      kinds.map((kind) => [
        kind,
        {
          found: of(kind, found),
          expected: of(kind, expected),
          missed: of(kind, missed),
          invented: of(kind, invented),
        },
      ]),
    ),
  );
  expect({ missed, invented }).toEqual({ missed: [], invented: [] });
  expect(expected.size).toBeGreaterThan(0);
});

test('the SARIF log of all real modules is valid', async (context) => {
  needCorpus(context);
  needPublishedSchemas(context);
  const modules = corpusModules().flatMap((path) => ['-m', join(CORPUS, path)]);
  const { stdout } = await runCli(['lint', '--format', 'sarif', ...modules], { timeoutMs: 60_000 });
  const log = JSON.parse(stdout) as { runs: readonly { results: readonly unknown[] }[] };
  expect(log.runs[0]?.results.length).toBeGreaterThan(500);
  expect(sarifValidator()(log)).toEqual([]);
});
