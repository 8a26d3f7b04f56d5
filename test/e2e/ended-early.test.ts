// SPDX-License-Identifier: Apache-2.0
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { BLOBS_BIN } from '../support/run-cli.ts';
import { tempDir } from '../support/temp.ts';

/** What is installed, with programs that do as `text` says in the place of its own. */
function installed(text: string): string {
  const root = tempDir();
  cpSync(dirname(BLOBS_BIN), join(root, 'bin'), { recursive: true });
  mkdirSync(join(root, 'dist'));
  const program = `const run = async () => { ${text} };`;
  writeFileSync(join(root, 'dist/main.js'), `${program} run();`);
  writeFileSync(join(root, 'dist/quick-fetch.cjs'), `${program} exports.runQuickFetch = run;`);
  writeFileSync(join(root, 'package.json'), '{"type": "module"}');
  return join(root, 'bin', 'blobs.js');
}

it.each(['verify', 'fetch'])('is an error where %s has nothing left to wait for', async (command) => {
  const program = installed('await new Promise(() => undefined);');
  const failed = promisify(execFile)(process.execPath, [program, command]);
  await expect(failed).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr: 'error: the program ended before its work did [BLOBS_INTERNAL]\n',
  });
});

it('is none where the work ended', async () => {
  const program = installed('process.exit(0);');
  await promisify(execFile)(process.execPath, [program, 'verify']);
});
