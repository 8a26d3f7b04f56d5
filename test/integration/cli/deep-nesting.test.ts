// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeModule } from '../../support/modules.ts';
import { runCli } from '../../support/run-cli.ts';
import { tempDir } from '../../support/temp.ts';

// In a process of its own: V8 ends the whole process when the parser's recursion leaves no stack for its compiler.
it.each([
  ['lists in one line', '- '.repeat(2000)],
  ['keys in one line', '? '.repeat(2000)],
  ['brackets that quoted ones seem to close', '["]",'.repeat(2000)],
])('refuses two modules that are nested too deeply, and reads the third: %s', async (_what, yaml) => {
  const directory = tempDir();
  makeModule(join(directory, 'one'), { yaml });
  makeModule(join(directory, 'two'), { yaml });
  makeModule(join(directory, 'three'), { blobs: [{ path: 'fw.bin' }] });

  const { code, stdout, stderr } = await runCli(
    ['list', '--json', ...['one', 'two', 'three'].flatMap((name) => ['-m', name])],
    { cwd: directory },
  );

  expect(code, stderr.slice(0, 500)).toBe(65);
  const document = JSON.parse(stdout);
  expect(document.blobs.map((blob: { module: string }) => blob.module)).toEqual(['three']);
  expect(document.issues.map((issue: { message: string }) => issue.message)).toEqual(
    Array(2).fill('the file is nested too deeply'),
  );
});
