// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type MadeModule, makeModule, makeWorkspace } from '../support/modules.ts';
import { type CliResult, runCli, runCliOnTerminal } from '../support/run-cli.ts';
import { schemaErrors } from '../support/schema.ts';
import { tempDir, withDirectory } from '../support/temp.ts';

interface TaintDocument {
  readonly tainted: boolean | null;
  readonly modules: readonly Readonly<Record<string, unknown>>[];
}

/** A workspace with a blob in each state: absent, fetched, stale, and one that the build in `build` links. */
function makeTainted(): { topdir: string; module: MadeModule } {
  const topdir = tempDir();
  const [module] = makeWorkspace(topdir, [
    {
      name: 'hal_x',
      blobs: ['absent', 'fetched', 'stale', 'linked'].map((name) => ({ path: `lib/${name}.a`, bytes: name })),
    },
    { name: 'hal-clean', blobs: [{ path: 'fw.bin', type: 'img' }] },
    { name: 'no_blobs' },
  ]);
  if (module === undefined) throw new Error('no module');
  for (const name of ['fetched', 'linked'])
    writeFileSync(withDirectory(module.blobFile(`lib/${name}.a`)), name);
  writeFileSync(module.blobFile('lib/stale.a'), 'of last year');
  writeBuild(topdir, module.blobFile('lib/linked.a'));
  return { topdir, module };
}

/** A build below `topdir` that links `file`. */
function writeBuild(topdir: string, file: string): void {
  const ninja = `rule link\n  command = ld -o $out $in\nbuild zephyr.elf: link main.o ${file}\n`;
  writeFileSync(withDirectory(join(topdir, 'build', 'build.ninja')), ninja);
}

function states({ json }: CliResult): [string, unknown][] {
  return json().blobs.map((blob) => [blob.path, blob['taint']]);
}

const BUILD = ['--build-dir', 'build'];

describe('taint', () => {
  test('tells absent, fetched and stale blobs apart', async () => {
    const { topdir } = makeTainted();
    const { stdout, stderr, code } = await runCli(['taint'], { cwd: topdir });

    expect(stdout).toBe('hal_x fetched 4 3 1 -\nhal-clean declared 1 0 0 -\n');
    expect(stderr).toBe('the build is tainted: 3 of 5 declared blobs are fetched (hal_x)\n');
    expect(code).toBe(0);
  });

  test('says what a build links, which alone taints it then', async () => {
    const { topdir } = makeTainted();
    const { stdout, stderr, code } = await runCli(['taint', ...BUILD], { cwd: topdir });

    expect(stdout).toBe('hal_x linked 4 3 1 1\nhal-clean declared 1 0 0 0\n');
    expect(stderr).toBe('the build is tainted: 1 of 5 declared blobs is linked, 3 fetched (hal_x)\n');
    expect(code).toBe(0);

    writeBuild(topdir, 'other.o');
    const clean = await runCli(['taint', ...BUILD], { cwd: topdir });
    expect(clean.stderr).toBe('the build is not tainted: none of 5 declared blobs is linked, 3 fetched\n');
  });

  test('has it all in its document', async () => {
    const { topdir } = makeTainted();
    const fetched = await runCli(['taint', '--json'], { cwd: topdir });
    const linked = await runCli(['taint', '--json', ...BUILD], { cwd: topdir });

    for (const { json } of [fetched, linked]) expect(schemaErrors('taint', json())).toEqual([]);
    expect(states(fetched)).toEqual([
      ['lib/absent.a', 'declared'],
      ['lib/fetched.a', 'fetched'],
      ['lib/stale.a', 'fetched'],
      ['lib/linked.a', 'fetched'],
      ['fw.bin', 'declared'],
    ]);
    expect(states(linked)).toContainEqual(['lib/linked.a', 'linked']);
    expect(linked.json().blobs[3]).toMatchObject({
      status: 'A',
      evidence: [{ kind: 'link-command', file: join(topdir, 'build', 'build.ninja') }],
    });
    expect(linked.json()).toMatchObject({
      tainted: true,
      summary: { total: 5, fetched: 3, stale: 1, linked: 1 },
      buildDirectory: join(topdir, 'build'),
    });
    expect((linked.json() as unknown as TaintDocument).modules).toMatchObject([
      { name: 'hal_x', directory: join(topdir, 'modules/hal_x'), tainted: true, linked: 1 },
      { name: 'hal-clean', tainted: false, kconfig: { taint: 'TAINT_BLOBS_HAL_CLEAN' } },
      { name: 'no_blobs', declared: 0, kconfig: { module: 'ZEPHYR_NO_BLOBS_MODULE' } },
    ]);
  });

  test('is a table on a terminal', async () => {
    const { topdir } = makeTainted();
    const { stdout } = await runCliOnTerminal(['taint', '--color=never', ...BUILD], { cwd: topdir });

    expect(stdout).toMatch(
      /^MODULE +STATE +DECLARED +FETCHED +STALE +LINKED\r\nhal_x +linked +4 +3 +1 +1\r\n/,
    );
    expect(stdout).toMatch(/hal_x: lib\/linked\.a +build\/build\.ninja\r\n/);
    expect(stdout).toMatch(/\r\nthe build is tainted: .*\r\n$/);
  });

  test('counts the selected blobs alone, and says where there are none', async () => {
    const { topdir } = makeTainted();
    const some = await runCli(['taint', '-l', 'lib/[af]', 'hal_x'], { cwd: topdir });
    const none = await runCli(['taint', '-l', 'nothing', '--fail-if', 'fetched'], { cwd: topdir });

    expect(some.stdout).toBe('hal_x fetched 2 1 0 -\n');
    expect(none).toMatchObject({ stdout: '', code: 0 });
    expect(none.stderr).toContain('[BLOBS_NOTHING_SELECTED]');
  });
});

describe('taint --fail-if', () => {
  test('fetched fails for each module with a blob, a stale one too', async () => {
    const { topdir } = makeTainted();
    const { stderr, code } = await runCli(['taint', '--fail-if', 'fetched'], { cwd: topdir });
    const stale = await runCli(['taint', '--fail-if', 'fetched', '-l', 'lib/stale'], { cwd: topdir });

    expect(stderr).toContain('error: hal_x taints the build: 3 blobs are fetched [BLOBS_TAINTED]\n');
    expect(stderr).not.toContain('hal-clean taints');
    expect(code).toBe(1);
    expect(stale.code).toBe(1);
    expect((await runCli(['taint', '--fail-if', 'fetched', 'hal-clean'], { cwd: topdir })).code).toBe(0);
  });

  test('linked fails for what is linked alone, and names what says so', async () => {
    const { topdir } = makeTainted();
    const args = ['taint', ...BUILD, '--fail-if', 'linked'];
    const { stderr, code } = await runCli(args, { cwd: topdir });
    const others = await runCli([...args, '-l', 'lib/(?!linked)'], { cwd: topdir });

    expect(stderr).toContain('error: hal_x taints the build: 1 blob is linked [BLOBS_TAINTED]\n');
    expect(stderr).toContain(`  lib/linked.a  named by ${join(topdir, 'build', 'build.ninja')}\n`);
    expect(code).toBe(1);
    expect(others.code, others.stderr).toBe(0);
  });

  test('fetched fails for what is linked too, though its file is gone', async () => {
    const { topdir, module } = makeTainted();
    rmSync(module.blobFile('lib/linked.a'));
    const args = ['taint', ...BUILD, '--fail-if', 'fetched'];
    const gone = await runCli([...args, '-l', 'lib/(absent|linked)'], { cwd: topdir });
    const some = await runCli(args, { cwd: topdir });

    expect(gone.stderr).toContain('error: hal_x taints the build: 1 blob is linked [BLOBS_TAINTED]\n');
    expect(gone.stderr).toContain(`  lib/linked.a  named by ${join(topdir, 'build', 'build.ninja')}\n`);
    expect(gone.code).toBe(1);
    expect(some.stderr).toContain('taints the build: 3 blobs are fetched or linked [BLOBS_TAINTED]\n');
  });

  test.each(['fetched', 'linked'])('%s does not pass a make build without a linker map', async (state) => {
    const { topdir, module } = makeTainted();
    mkdirSync(join(topdir, 'out'));
    writeFileSync(join(topdir, 'out', 'main.d'), 'main.o: ../main.c\n');
    rmSync(join(module.directory, 'zephyr', 'blobs'), { recursive: true });
    const args = ['taint', '--build-dir', 'out', '--fail-if', state];
    for (const more of [[], ['--cmake']]) {
      const { stderr, code } = await runCli([...args, ...more], { cwd: topdir });
      expect(stderr).toContain('error: what the build in');
      expect(stderr).toContain('[BLOBS_NOT_A_BUILD]');
      expect(code).toBe(1);
    }
  });

  test('linked does not pass a directory in which no build is found', async () => {
    const { topdir } = makeTainted();
    const args = ['taint', '--build-dir', 'modules', '--fail-if', 'linked'];
    const { stdout, stderr, code } = await runCli(args, { cwd: topdir });
    const written = await runCli([...args, '--cmake'], { cwd: topdir });

    expect(stdout).toContain('hal_x fetched 4 3 1 ?\n');
    expect(stderr).toContain('not known whether the build is tainted');
    expect(code).toBe(1);
    expect(written.code).toBe(1);
    const document = (await runCli([...args, '--json'], { cwd: topdir })).json();
    expect(schemaErrors('taint', document)).toEqual([]);
    const { tainted, modules } = document as unknown as TaintDocument;
    expect(tainted).toBe(null);
    // Nobody knows: that is no zero.
    expect([document.summary, ...modules].filter((counts) => 'linked' in counts)).toEqual([]);
  });

  test('does not pass what a malformed module may declare, and still looks at the others', async () => {
    const { topdir } = makeTainted();
    writeFileSync(join(topdir, 'modules/hal-clean/zephyr/module.yml'), 'name: [\n');
    const clean = await runCli(['taint', '--fail-if', 'fetched', '-l', 'lib/absent'], { cwd: topdir });
    const { stdout, stderr, code } = await runCli(['taint', '--fail-if', 'fetched'], { cwd: topdir });
    const named = await runCli(['taint', '--fail-if', 'fetched', 'no_blobs'], { cwd: topdir });

    expect(clean.stderr).toContain('not known whether the build is tainted');
    expect(clean.code).toBe(65);
    expect(stdout).toBe('hal_x fetched 4 3 1 -\n');
    expect(stderr).toContain('[BLOBS_TAINTED]');
    expect(code).toBe(65);
    expect(named.code).toBe(0);
  });

  test('exits by its result when nobody reads; without it there is none', async () => {
    const { topdir } = makeTainted();
    const gate = ['taint', '--json', '--fail-if', 'fetched'];

    expect((await runCli(gate, { cwd: topdir, stdout: 'closed' })).code).toBe(1);
    expect((await runCli([...gate, 'hal-clean'], { cwd: topdir, stdout: 'closed' })).code).toBe(0);
    writeFileSync(join(topdir, 'modules/hal-clean/zephyr/module.yml'), 'name: [\n');
    expect((await runCli(['taint'], { cwd: topdir, stdout: 'closed' })).code).toBe(0);
    expect((await runCli(['taint'], { cwd: topdir })).code).toBe(65);
  });
});

describe('what taint writes for a build', () => {
  test('are options for each module in module order, and no more on stderr', async () => {
    const { topdir } = makeTainted();
    const { stdout, stderr, code } = await runCli(['taint', '--kconfig'], { cwd: topdir });

    expect(stdout.match(/^(?:config .*|\tselect .*)$/gm)).toEqual([
      'config NO_TAINT_BLOBS_WARNING',
      'config ZEPHYR_HAL_X_MODULE',
      '\tselect TAINT_BLOBS',
      'config ZEPHYR_HAL_X_MODULE_BLOBS',
      'config TAINT_BLOBS_HAL_X',
      'config ZEPHYR_HAL_CLEAN_MODULE',
      'config ZEPHYR_HAL_CLEAN_MODULE_BLOBS',
      'config TAINT_BLOBS_HAL_CLEAN',
      'config ZEPHYR_NO_BLOBS_MODULE',
    ]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  test('leaves out modules of which no blob is selected, and says so: others of theirs may be fetched', async () => {
    const { topdir } = makeTainted();
    const written = (...args: string[]) => runCli(['taint', ...args], { cwd: topdir });
    const kconfig = await written('--kconfig', '-t', 'img');
    const cmake = await written('--cmake', '-l', 'fw');
    const json = (await written('--json', '-l', 'fw')).json() as unknown as TaintDocument;

    expect(kconfig.stdout.match(/^config ZEPHYR.*$/gm)).toEqual([
      'config ZEPHYR_HAL_CLEAN_MODULE',
      'config ZEPHYR_HAL_CLEAN_MODULE_BLOBS',
    ]);
    expect(cmake.stdout).toContain('set(BLOBS_MODULES [[HAL_CLEAN]])');
    expect(kconfig.stdout + cmake.stdout).not.toContain('HAL_X');
    expect(json.modules.map(({ name }) => name)).toEqual(['hal-clean']);
    for (const { stdout } of [kconfig, cmake])
      expect(stdout.split('\n')[1]).toBe(
        '# About the blobs alone that -l or -t selects: modules without such blobs are left out.',
      );
    for (const form of ['--kconfig', '--cmake'])
      expect((await written(form, 'hal_x')).stdout).not.toContain('# About the blobs');
  });

  test('goes by what is fetched as long as there is no build', async () => {
    const { topdir } = makeTainted();
    const { stdout, stderr, code } = await runCli(['taint', '--kconfig', '--build-dir', 'modules'], {
      cwd: topdir,
    });

    expect(stdout).toContain('config ZEPHYR_HAL_X_MODULE\n\tbool\n\tdefault y\n\tselect TAINT_BLOBS\n');
    expect(stderr).toContain('warning: ');
    expect(code).toBe(0);
  });

  test('is for modules in an order: without one, --kconfig fails', async () => {
    const topdir = tempDir();
    makeWorkspace(topdir, [{ name: 'needy', depends: ['nowhere'] }, { name: 'hal_x' }]);
    const kconfig = await runCli(['taint', '--kconfig'], { cwd: topdir });
    const text = await runCli(['taint'], { cwd: topdir });

    expect(kconfig.stderr).toContain('[BLOBS_UNMET_DEPENDENCY]');
    expect(kconfig.code).toBe(65);
    expect(text.code).toBe(0);
  });

  test('has one name for modules that differ in signs alone, with a warning', async () => {
    const topdir = tempDir();
    makeWorkspace(topdir, [
      { name: 'a-b', blobs: [{ path: 'x.bin' }] },
      { name: 'a_b', blobs: [{ path: 'y.bin' }] },
    ]);
    const kconfig = await runCli(['taint', '--kconfig'], { cwd: topdir });
    const cmake = await runCli(['taint', '--cmake'], { cwd: topdir });

    expect(kconfig.stdout.match(/^config ZEPHYR_A_B_MODULE$/gm)).toHaveLength(1);
    expect(cmake.stdout).toContain('set(BLOBS_MODULES [[A_B]])');
    expect(cmake.stdout).toContain('set(ZEPHYR_A_B_MODULE_BLOBS_DECLARED [[x.bin;y.bin]])');
    for (const { stderr, code } of [kconfig, cmake]) {
      expect(stderr).toContain('[BLOBS_KCONFIG_NAME]');
      expect(code).toBe(0);
    }
    expect((await runCli(['taint'], { cwd: topdir })).stderr).not.toContain('BLOBS_KCONFIG_NAME');
  });

  test('holds the name of a directory in one line, whatever that is', async () => {
    const directory = join(tempDir(), 'x\nconfig EVIL\n\tbool\n\tdefault y\n#');
    makeModule(directory, { blobs: [{ path: 'a.bin' }] });
    const { stdout } = await runCli(['taint', '--kconfig', '-m', directory]);

    expect(stdout).not.toMatch(/^config EVIL/m);
  });
});

describe('a wrong command line of taint is exit 2:', () => {
  test.for([
    ['two forms', ['--kconfig', '--cmake'], '--kconfig and --cmake exclude each other'],
    ['a form and --json', ['--cmake', '--json'], '--cmake and --json exclude each other'],
    ['linked without a build', ['--fail-if', 'linked'], '--fail-if linked needs --build-dir'],
    ['another state', ['--fail-if', 'declared'], 'fetched, linked'],
    ['no directory', ['--build-dir', ''], '--build-dir names no directory'],
    ['a directory that is not there', ['--build-dir', 'nowhere'], 'nowhere'],
  ] as const)('%s', async ([, args, message]) => {
    const module = makeModule(tempDir(), { name: 'hal_x', blobs: [{ path: 'a.bin' }] });
    const { stderr, code } = await runCli(['taint', '-m', module.directory, ...args]);

    expect(stderr).toContain('[BLOBS_USAGE]');
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});
