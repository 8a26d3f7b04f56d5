// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type MadeModule, makeModule } from '../support/modules.ts';
import { runCli, runCliOnTerminal } from '../support/run-cli.ts';
import { schemaErrors } from '../support/schema.ts';
import { tempDir, withDirectory } from '../support/temp.ts';

function makeHal(): MadeModule {
  const module = makeModule(join(tempDir(), 'hal_x'), { name: 'hal_x', blobs: [{ path: 'fw.bin' }] });
  for (const path of ['fw.bin', 'lib/old\u001b[31m.a', 'old.bin'])
    writeFileSync(withDirectory(module.blobFile(path)), path);
  return module;
}

const OLD = 'lib/old\\x1b[31m.a';

describe('--untracked', () => {
  test('lists a line for each file, by a format too, and satisfies the schema', async () => {
    const { directory, blobFile } = makeHal();
    const plain = await runCli(['list', '--untracked', '-m', directory]);
    expect(plain).toMatchObject({ code: 0, stderr: '' });
    const places = [blobFile(OLD), blobFile('old.bin')];
    expect(plain.stdout).toBe(`hal_x ${OLD} ${places[0]}\nhal_x old.bin ${places[1]}\n`);
    const formatted = await runCli(['list', '--untracked', '-m', directory, '-f', '{path} {size:>3}']);
    expect(formatted.stdout).toBe(`${OLD}  14\nold.bin   7\n`);
    const document = (await runCli(['list', '--untracked', '-m', directory, '--json'])).json();
    expect(schemaErrors('list', document)).toEqual([]);
    expect(document).toMatchObject({ blobs: [], summary: { total: 2, bytes: 21 } });
    expect(document).toHaveProperty('untracked.0', {
      module: 'hal_x',
      path: 'lib/old\u001b[31m.a',
      abspath: blobFile('lib/old\u001b[31m.a'),
      bytes: 14,
    });
  });

  test('tells a selection that matches none from there being none', async () => {
    const list = (...args: string[]) => runCli(['list', '--untracked', ...args]);
    expect((await list('-m', makeHal().directory, '-l', 'yy')).stderr).toContain(
      'the selection matches no untracked file',
    );
    const empty = makeModule(join(tempDir(), 'hal_y'), { name: 'hal_y' });
    expect((await list('-m', empty.directory)).stderr).toContain('there are no untracked files');
  });

  test('is a table on a terminal', async () => {
    const { stdout, code } = await runCliOnTerminal(['list', '--untracked', '-m', makeHal().directory]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/MODULE +PATH +SIZE/);
    expect(stdout).toContain('2 untracked files, 21 B');
  });

  test('removes them, tells of it, and satisfies the schema', async () => {
    const { directory, blobFile } = makeHal();
    const dry = await runCli(['clean', '--untracked', '-n', '-m', directory]);
    expect(dry.stdout).toBe(`would remove hal_x: ${OLD} (14 B)\nwould remove hal_x: old.bin (7 B)\n`);
    expect(existsSync(blobFile('old.bin'))).toBe(true);
    const result = await runCli(['clean', '--untracked', '-m', directory, '--json']);
    expect(result.code).toBe(0);
    expect(schemaErrors('clean', result.json())).toEqual([]);
    expect(result.json()).toMatchObject({ summary: { total: 2, removed: 2, bytes: 21 }, dryRun: false });
    expect([blobFile('lib'), blobFile('old.bin')].map(existsSync)).toEqual([false, false]);
    expect(existsSync(blobFile('fw.bin'))).toBe(true);
    const again = await runCli(['clean', '--untracked', '-m', directory]);
    expect(again).toMatchObject({ code: 0, stdout: '' });
    expect(again.stderr).toContain('removed 0 untracked files, 0 B freed');
  });

  test.each([
    ['list', '--type', 'img'],
    ['clean', '--type', 'img'],
    ['list', '--status', 'A'],
    ['list', '--format', '{sha256}'],
    ['list', '--format', '{path'],
  ])('is a usage error beside what only declared files have: %s %s %s', async (command, option, value) => {
    const result = await runCli([command, '--untracked', '-m', makeHal().directory, option, value]);
    expect(result).toMatchObject({ code: 2, stdout: '' });
  });

  test('is exit 65 where a module is malformed and 1 where git cannot say, with nothing removed', async () => {
    const malformed = makeHal();
    writeFileSync(join(malformed.directory, 'zephyr', 'module.yml'), 'name: [\n');
    const broken = makeHal();
    mkdirSync(join(broken.directory, '.git'));
    for (const [{ directory, blobFile }, code] of [
      [malformed, 65],
      [broken, 1],
    ] as const) {
      const result = await runCli(['clean', '--untracked', '-m', directory]);
      expect(result).toMatchObject({ code, stdout: '' });
      expect(existsSync(blobFile('old.bin'))).toBe(true);
    }
  });
});
