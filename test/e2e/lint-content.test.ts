// SPDX-License-Identifier: Apache-2.0
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { archive, elfFile } from '../support/binaries.ts';
import { makeModule } from '../support/modules.ts';
import { runCli } from '../support/run-cli.ts';
import { tempDir, withDirectory } from '../support/temp.ts';

it('lint tells of a library what it wants of Zephyr, and exits with 1', async () => {
  const bytes = archive([{ name: 'os\x1b[31m.o', content: elfFile({ symbols: ['k_malloc'] }) }]);
  const module = makeModule(join(tempDir(), 'hal_x'), { name: 'hal_x', blobs: [{ path: 'lib/x.a', bytes }] });
  writeFileSync(withDirectory(module.blobFile('lib/x.a')), bytes);

  const { code, stdout } = await runCli(['lint', '-m', module.directory]);

  expect(stdout).toContain('lib/x.a: the library depends on 1 Zephyr symbol [BLOBS_LINT] (zephyr-symbol)');
  expect(stdout).toContain(String.raw`"os\x1b[31m.o" wants k_malloc`);
  expect(stdout).not.toContain('\x1b');
  expect(code).toBe(1);
});

it('lint looks at nothing that a link leads to outside the module', async () => {
  const outside = join(tempDir(), 'outside.a');
  writeFileSync(outside, '<!doctype html>');
  const module = makeModule(join(tempDir(), 'hal_x'), { name: 'hal_x', blobs: [{ path: 'lib/x.a' }] });
  symlinkSync(outside, withDirectory(module.blobFile('lib/x.a')));

  const { code, stdout } = await runCli(['lint', '-m', module.directory]);

  expect(stdout).toContain('BLOBS_UNSAFE_PATH');
  expect(stdout).not.toMatch(/not-a-binary|hash-mismatch/);
  expect(code).toBe(65);
});
