// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type MadeModule, makeModule } from '../support/modules.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';
import { schemaErrors } from '../support/schema.ts';
import { tempDir, withDirectory } from '../support/temp.ts';

interface Work {
  readonly top: string;
  readonly module: MadeModule;
  run(...args: string[]): Promise<CliResult>;
}

/** Two modules, of which `hal_x` has four blobs, and a build that links `right`, `wrong` and `gone`, as far as they are named. */
function makeWork(linked: readonly string[]): Work {
  const top = tempDir();
  const paths = ['right', 'wrong', 'gone', 'unlinked'];
  const module = makeModule(join(top, 'hal_x'), { name: 'hal_x', blobs: paths.map((path) => ({ path })) });
  const other = makeModule(join(top, 'hal_y'), { name: 'hal_y', blobs: [{ path: 'gone' }] });
  writeFileSync(withDirectory(module.blobFile('right')), 'right');
  writeFileSync(module.blobFile('wrong'), 'stale');
  const inputs = linked.map((path) => `../hal_x/zephyr/blobs/${path}`).join(' ');
  const text = `rule link\n  command = ld $in\nbuild app: link main.o ${inputs}\n`;
  writeFileSync(withDirectory(join(top, 'build', 'build.ninja')), text);
  const modules = ['-m', module.directory, '-m', other.directory];
  return { top, module, run: (...args) => runCli(['verify', ...modules, ...args], { cwd: top }) };
}

describe('verify --build-dir', () => {
  test('looks at linked blobs alone, and says who links what is wrong', async () => {
    const { top, run } = makeWork(['right', 'gone']);
    const { code, stdout, stderr } = await run('--build-dir', 'build');
    expect(stdout).toBe('hal_x A right\nhal_x D gone\n');
    expect(stderr).toContain('missing: hal_x: gone [BLOBS_MISSING]');
    expect(stderr).toContain(`linked, as ${join(top, 'build', 'build.ninja')} says`);
    expect(stderr).toContain('verified 2 linked blobs: 1 right, 0 wrong, 1 missing');
    expect(code).toBe(1);
  });

  test.each([
    [['right'], 0],
    [['right', 'gone'], 1],
    [['right', 'gone', 'wrong'], 65],
  ])('ends by what it finds: %j', async (linked, code) => {
    expect((await makeWork(linked).run('--build-dir', 'build')).code).toBe(code);
  });

  test('gives its reasons as JSON', async () => {
    const { top, run } = makeWork(['right']);
    const document = (await run('--build-dir', join(top, 'build'), '--json')).json();
    expect(schemaErrors('verify', document)).toEqual([]);
    expect(document.blobs).toMatchObject([
      { path: 'right', linked: [{ kind: 'link-command', file: join(top, 'build', 'build.ninja') }] },
    ]);
    expect(document.summary).toEqual({ total: 1, A: 1, M: 0, D: 0 });
    const plain = (await run('--json')).json();
    expect(plain.blobs.filter((blob) => 'linked' in blob)).toEqual([]);
  });

  test('honours the selection', async () => {
    const { run } = makeWork(['right', 'gone', 'wrong']);
    expect((await run('--build-dir', 'build', '-l', 'right')).stdout).toBe('hal_x A right\n');
    const { code, stdout, stderr } = await run('--build-dir', 'build', 'hal_y');
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toContain('links none of 1 blob [BLOBS_NOTHING_LINKED]');
  });

  test('fails for what it cannot understand, though all it found is right', async () => {
    const { top, run } = makeWork(['right']);
    writeFileSync(join(top, 'build', '.ninja_deps'), 'something else');
    const { code, stdout, stderr } = await run('--build-dir', 'build');
    expect([code, stdout]).toEqual([1, 'hal_x A right\n']);
    expect(stderr).toContain('[BLOBS_BUILD_UNREADABLE]');
    expect(stderr).toContain(
      'verified 1 linked blob: 1 right, 0 wrong, 0 missing; not known whether the build links more\n',
    );
  });

  test('fails where there is no build', async () => {
    const { top, run } = makeWork([]);
    mkdirSync(join(top, 'empty'));
    const empty = await run('--build-dir', 'empty');
    expect([empty.code, empty.stderr]).toEqual([1, expect.stringContaining('[BLOBS_NOT_A_BUILD]')]);
    expect(empty.stderr).not.toContain('BLOBS_NOTHING_LINKED');
    expect(empty.stderr).toContain('nothing verified: not known what the build links\n');
    expect(empty.stderr).not.toContain('verified 0');
    const absent = await run('--build-dir', 'absent');
    expect([absent.code, absent.stderr]).toEqual([2, expect.stringContaining('[BLOBS_USAGE]')]);
    expect(schemaErrors('verify', (await run('--build-dir', 'absent', '--json')).json())).toEqual([]);
  });

  test('fails for a make build without a linker map, whatever its dependency files name', async () => {
    const { top, run } = makeWork([]);
    const files = { 'firmware.elf': '', 'main.o': '', 'main.d': 'main.o: main.c hal_x/zephyr/blobs/right\n' };
    for (const [name, text] of Object.entries(files))
      writeFileSync(withDirectory(join(top, 'plain', name)), text);
    const { code, stdout, stderr } = await run('--build-dir', 'plain');
    expect([code, stdout]).toEqual([1, 'hal_x A right\n']);
    expect(stderr).toContain('nor a linker map [BLOBS_NOT_A_BUILD]');
    expect(stderr).toContain('not known whether the build links more\n');
  });

  test.each([
    [['--build-dir', 'build', '--allow-missing'], 'exclude each other'],
    [['--build-dir', ''], 'names no directory'],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await makeWork(['right']).run(...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
