// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LintFiles } from '../../../src/app/lint-files.ts';
import { lintModule } from '../../../src/lint/engine.ts';
import { toLintModule } from '../../../src/lint/lint-module.ts';
import { ALL_RULES } from '../../../src/lint/rules.ts';
import { readModule } from '../../../src/module/read-module.ts';
import { archive, elfFile } from '../../support/binaries.ts';
import { sha256, tempDir, withDirectory } from '../../support/temp.ts';
import { entryText, NEVER } from '../samples.ts';

const RUNS = process.env['BLOBS_TEST_FULL'] === '1' ? 20_000 : 300;

const LIBRARY = archive([{ name: 'a.o', content: elfFile({ symbols: ['k_malloc'] }) }]);

const MODULE = `name: hal_x
build: {cmake: .}
blobs:
  # blobs-lint-disable missing-doc-url: there is none
${entryText({ type: 'lib', path: 'lib/x.a', sha256: `"${sha256(LIBRARY)}"`, size: String(LIBRARY.length) })}${entryText(
  {
    path: 'page.bin',
    url: '[https://github.com/o/r/raw/main/page.bin, "http://user:secret@host.invalid/x?token=1"]',
    license: 'Apache-2.0 OR (MIT AND LicenseRef-x)',
    'click-through': 'true',
    'doc-url': 'https://docs.invalid/x',
    fetcher: 'lfs',
  },
)}`;

// What means something to YAML, to the rules, or to the comments that hide findings.
const PIECES = [
  '\n',
  '\r\n',
  ': ',
  '- ',
  '#',
  '"',
  '[]',
  '{}',
  'null',
  '&a ',
  '*a',
  '\u202e',
  '\ufeff',
  '\0',
  '../',
  '.',
  'LIB/X.A',
  'lib/x.a',
  'license-click-through: True\n    ',
  'click_through: yes\n    ',
  'size: 1234\n    ',
  'size: -1\n    ',
  'size: 1e400\n    ',
  'license: ((((\n    ',
  'license: GPL-2.0-only WITH\n    ',
  'https://github.com/o/r/blob/main/x',
  'https://raw.githubusercontent.com/o/r/refs/heads/main/x',
  'https://gitlab.com/a/b/-/raw/main/x',
  'https://huggingface.co/a/b/resolve/main/x',
  'http://[::1]:99999/%%%//x',
  'http://10.0.0.1/x',
  'javascript:alert(1)',
  'https://',
  '# blobs-lint-disable mutable-url: x\n    ',
  '# blobs-lint-disable\n    ',
  '# blobs-lint-disable hash-mismatch\n    ',
  '# blobs-lint-disable __proto__: x\n    ',
  '__proto__: ',
  'constructor: ',
];

const edit = fc.record({
  at: fc.nat(MODULE.length),
  remove: fc.nat(40),
  insert: fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 5 })),
  /** Copies a later part of the text to here instead. */
  copy: fc.option(fc.nat(MODULE.length), { freq: 4 }),
});

it('finds something or nothing in whatever a module.yml is turned into, and never throws', async () => {
  const directory = join(tempDir(), 'hal_x');
  const file = withDirectory(join(directory, 'zephyr', 'module.yml'));
  mkdirSync(join(directory, 'zephyr', 'blobs', 'lib'), { recursive: true });
  writeFileSync(join(directory, 'zephyr', 'blobs', 'lib', 'x.a'), LIBRARY);
  writeFileSync(join(directory, 'zephyr', 'blobs', 'page.bin'), '<!doctype html>');
  const ids = new Set(ALL_RULES.map(({ id }) => id));
  const found = new Set<string>();

  const lint = async (text: string): Promise<void> => {
    writeFileSync(file, text);
    const read = readModule({ directory, defaultName: 'hal_x' }, file);
    if (read.document === undefined) return;
    const module = toLintModule(read.module, read.document, () => true);
    const files = new LintFiles(NEVER);
    const tools = { signal: NEVER, environment: {}, findFile: files.findFile, inspect: files.inspect };
    const settings = { levels: new Map(), online: false, download: false };
    const findings = await lintModule(module, read.issues, tools, settings);

    const lines = text.split('\n').length;
    for (const { issue } of findings) {
      expect(ids).toContain(issue.rule);
      expect(issue.file).toBe(file);
      expect(issue.line).toBeGreaterThanOrEqual(1);
      expect(issue.line).toBeLessThanOrEqual(lines);
      expect(issue.message.length).toBeLessThan(10_000);
      found.add(issue.rule ?? '');
    }
  };

  await lint(MODULE);
  // The rest of the run stands on this: the unchanged file is read, and its blobs are looked into.
  expect([...found]).toEqual(expect.arrayContaining(['zephyr-symbol', 'hash-mismatch', 'not-a-binary']));
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
      let text = MODULE;
      for (const { at, remove, insert, copy } of edits) {
        const piece = copy === null ? insert : text.slice(copy, copy + 30);
        text = text.slice(0, at) + piece + text.slice(at + remove);
      }
      await lint(text);
    }),
    { numRuns: RUNS },
  );
  expect(found.size).toBeGreaterThan(4);
  // Nothing is timed here: a busy machine may take long for all of them.
}, 1_800_000);
