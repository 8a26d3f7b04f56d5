// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { type MadeModule, makeModule } from '../support/modules.ts';
import { runCli } from '../support/run-cli.ts';
import { tempDir, withDirectory } from '../support/temp.ts';

/** What would run something, end something or open something in Kconfig, CMake or a shell. */
const HOSTILE = [
  '$(shell,touch pwned)',
  'a"',
  'ends in \\',
  '\';]]==]"]=]',
  ']==',
  '\x24{CMAKE_VERSION}$ENV{HOME}@X@',
  '#[[ comment',
  'endmenu # config',
  'wide 界 \u200d e\u0301',
];
const HOSTILE_PATHS = ['x;y.bin', '[open.bin', 'close].bin', '\x24{CMAKE_VERSION}"#(100%)', 'lib/plain.a'];

/** A module for each hostile name, with blobs of hostile paths that are all there. */
function hostileModules(): MadeModule[] {
  return HOSTILE.map((name) => {
    const module = makeModule(tempDir(), {
      name,
      blobs: HOSTILE_PATHS.map((path) => ({ path, bytes: path })),
    });
    for (const path of HOSTILE_PATHS) writeFileSync(withDirectory(module.blobFile(path)), path);
    return module;
  });
}

/** What `blobs taint` prints for these modules. */
async function taint(modules: readonly MadeModule[], ...args: string[]): Promise<string> {
  const named = modules.flatMap(({ directory }) => ['-m', directory]);
  const { stdout, stderr, code } = await runCli(['taint', ...args, ...named]);
  expect(code, stderr).toBe(0);
  return stdout;
}

function needKconfiglib(context: TestContext): string {
  const python = ['python3', '/usr/bin/python3'].find(
    (name) => spawnSync(name, ['-c', 'import kconfiglib']).status === 0,
  );
  return python ?? context.skip('python3-kconfiglib not installed, skipped');
}

const READ_KCONFIG = `
import json, sys, kconfiglib
kconf = kconfiglib.Kconfig(sys.argv[1], warn_to_stderr=False)
helps = {s.name: s.nodes[0].help for s in kconf.unique_defined_syms if s.nodes[0].help}
print(json.dumps({"values": {s.name: s.str_value for s in kconf.unique_defined_syms},
                  "helps": helps, "warnings": kconf.warnings}))
`;

interface Kconfig {
  readonly values: Readonly<Record<string, string>>;
  readonly helps: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
}

/** What Zephyr's reader of Kconfig makes of options that stand beside Zephyr's own. */
function readKconfig(python: string, options: string): { kconfig: Kconfig; directory: string } {
  const directory = tempDir();
  writeFileSync(join(directory, 'Kconfig.blobs'), options);
  writeFileSync(
    join(directory, 'Kconfig'),
    'config TAINT\n\tbool\n\nconfig TAINT_BLOBS\n\tbool\n\tselect TAINT\n\norsource "Kconfig.blobs"\n',
  );
  const env = { ...process.env, KCONFIG_WARN_UNDEF: 'y', ZEPHYR_HAL_X_KCONFIG: 'nowhere' };
  const printed = execFileSync(python, ['-c', READ_KCONFIG, 'Kconfig'], { cwd: directory, env });
  return { kconfig: JSON.parse(printed.toString('utf8')), directory };
}

describe('what --kconfig writes, as kconfiglib reads it', () => {
  it('taints by what is fetched, stale files too', async (context) => {
    const python = needKconfiglib(context);
    const blobs = [{ path: 'a.bin' }, { path: 'b.bin' }];
    const [absent, stale, empty] = [
      makeModule(tempDir(), { name: 'hal-absent', blobs }),
      makeModule(tempDir(), { name: 'hal_stale', blobs }),
      makeModule(tempDir(), { name: 'empty' }),
    ];
    const without = readKconfig(python, await taint([absent, empty], '--kconfig'));
    writeFileSync(withDirectory(stale.blobFile('b.bin')), 'not what is declared');
    const tainted = readKconfig(python, await taint([absent, stale, empty], '--kconfig'));

    expect(without.kconfig.warnings).toEqual([]);
    expect(without.kconfig.values).toEqual({
      TAINT: 'n',
      TAINT_BLOBS: 'n',
      NO_TAINT_BLOBS_WARNING: 'n',
      ZEPHYR_HAL_ABSENT_MODULE: 'y',
      ZEPHYR_HAL_ABSENT_MODULE_BLOBS: 'n',
      TAINT_BLOBS_HAL_ABSENT: 'n',
      ZEPHYR_EMPTY_MODULE: 'y',
    });
    expect(tainted.kconfig.warnings).toEqual([]);
    expect(tainted.kconfig.values).toMatchObject({
      TAINT: 'y',
      TAINT_BLOBS: 'y',
      ZEPHYR_HAL_ABSENT_MODULE_BLOBS: 'n',
      TAINT_BLOBS_HAL_ABSENT: 'n',
      ZEPHYR_HAL_STALE_MODULE: 'y',
      ZEPHYR_HAL_STALE_MODULE_BLOBS: 'y',
      TAINT_BLOBS_HAL_STALE: 'y',
    });
  });

  it('can stand beside what the module scripts write', async (context) => {
    const python = needKconfiglib(context);
    const module = makeModule(tempDir(), { name: 'hal_x', blobs: [{ path: 'a.bin' }] });
    const scripts =
      'menu "hal_x (/x)"\nosource "$(ZEPHYR_HAL_X_KCONFIG)"\nconfig ZEPHYR_HAL_X_MODULE\n\tbool\n\tdefault y\n\nconfig ZEPHYR_HAL_X_MODULE_BLOBS\n\tbool\nendmenu\n\n';
    const { kconfig } = readKconfig(python, scripts + (await taint([module], '--kconfig')));

    expect(kconfig.values).toMatchObject({ ZEPHYR_HAL_X_MODULE: 'y', ZEPHYR_HAL_X_MODULE_BLOBS: 'n' });
  });

  it('runs and breaks nothing, whatever modules are called', async (context) => {
    const python = needKconfiglib(context);
    const { kconfig, directory } = readKconfig(python, await taint(hostileModules(), '--kconfig'));

    expect(kconfig.warnings).toEqual([]);
    expect(existsSync(join(directory, 'pwned'))).toBe(false);
    const helps = Object.values(kconfig.helps).join('\n');
    for (const name of HOSTILE) expect(helps).toContain(`Binary blobs of the module ${name}.\n`);
    const options = Object.keys(kconfig.values).filter(
      (name) => !/^(?:NO_)?TAINT(?:_BLOBS(?:_WARNING)?)?$/.test(name),
    );
    expect(options).toHaveLength(3 * HOSTILE.length);
    for (const name of options) expect(kconfig.values[name]).toBe('y');
  });
});

/** Includes `code` in a script of CMake that then shows what became of `variables`, each item of a list alone. */
function runCmake(code: string, variables: readonly string[], ...definitions: string[]) {
  const directory = tempDir();
  writeFileSync(join(directory, 'blobs.cmake'), code);
  const script = [
    'cmake_minimum_required(VERSION 3.20)',
    `include(${directory}/blobs.cmake)`,
    ...variables.map(
      (name) => `foreach(item IN LISTS ${name})\n  message(NOTICE "<${name}:\${item}>")\nendforeach()`,
    ),
    'if(BLOBS_TAINTED)\n  message(NOTICE "<if:tainted>")\nendif()',
    'message(NOTICE "<end:reached>")',
  ];
  writeFileSync(join(directory, 'script.cmake'), script.join('\n'));
  const { status, stderr } = spawnSync(
    'cmake',
    [...definitions.map((each) => `-D${each}`), '-P', join(directory, 'script.cmake')],
    { cwd: directory, encoding: 'utf8' },
  );
  const shown = (name: string): string[] =>
    [...stderr.matchAll(/^<(\w+):(.*)>$/gm)].flatMap((match) => (match[1] === name ? [match[2] ?? ''] : []));
  expect(status, stderr).toBe(0);
  expect(shown('end')).toEqual(['reached']);
  return { stderr, shown, directory };
}

function needCmake(context: TestContext): void {
  if (spawnSync('cmake', ['--version']).status !== 0) context.skip('cmake not installed, skipped');
}

describe('what --cmake writes, as CMake runs it', () => {
  it('sets variables and warns, unless the warning is switched off', async (context) => {
    needCmake(context);
    const module = makeModule(tempDir(), { name: 'hal-x', blobs: [{ path: 'a.bin' }, { path: 'b.bin' }] });
    writeFileSync(withDirectory(module.blobFile('b.bin')), 'stale');
    const code = await taint([module], '--cmake');

    const { shown, stderr } = runCmake(code, [
      'BLOBS_TAINTED',
      'BLOBS_MODULES',
      'BLOBS_TAINTED_MODULES',
      'ZEPHYR_HAL_X_MODULE_BLOBS_STATE',
      'ZEPHYR_HAL_X_MODULE_BLOBS_DECLARED',
      'ZEPHYR_HAL_X_MODULE_BLOBS_FETCHED',
    ]);
    expect(stderr).toMatch(
      /^CMake Warning at .*blobs\.cmake:\d+ \(message\):\n +blobs: the build is tainted/m,
    );
    expect(stderr).toContain('hal-x: 2 declared, 1 fetched');
    expect(shown('BLOBS_TAINTED')).toEqual(['TRUE']);
    expect(shown('if')).toEqual(['tainted']);
    expect(shown('BLOBS_MODULES')).toEqual(['HAL_X']);
    expect(shown('BLOBS_TAINTED_MODULES')).toEqual(['HAL_X']);
    expect(shown('ZEPHYR_HAL_X_MODULE_BLOBS_STATE')).toEqual(['fetched']);
    expect(shown('ZEPHYR_HAL_X_MODULE_BLOBS_DECLARED')).toEqual(['a.bin', 'b.bin']);
    expect(shown('ZEPHYR_HAL_X_MODULE_BLOBS_FETCHED')).toEqual(['b.bin']);
    for (const off of ['NO_TAINT_BLOBS_WARNING=ON', 'CONFIG_NO_TAINT_BLOBS_WARNING=y'])
      expect(runCmake(code, [], off).stderr).not.toContain('Warning');
    expect(runCmake(code, [], 'CONFIG_NO_TAINT_BLOBS_WARNING=n').stderr).toContain('Warning');
  });

  it('says nothing where nothing is there', async (context) => {
    needCmake(context);
    const module = makeModule(tempDir(), { name: 'hal-x', blobs: [{ path: 'a.bin' }] });
    const { shown, stderr } = runCmake(await taint([module], '--cmake'), ['BLOBS_TAINTED']);

    expect(stderr).not.toContain('Warning');
    expect(shown('BLOBS_TAINTED')).toEqual(['FALSE']);
    expect(shown('if')).toEqual([]);
  });

  it('runs and breaks nothing, whatever modules and paths are called', async (context) => {
    needCmake(context);
    const code = await taint(hostileModules(), '--cmake');
    const lists = [...code.matchAll(/^set\((\w+_FETCHED) /gm)].map(([, name = '']) => name);
    const { shown, stderr, directory } = runCmake(code, lists);

    expect(lists).toHaveLength(HOSTILE.length);
    for (const list of lists) expect(shown(list).map(decodeURIComponent)).toEqual(HOSTILE_PATHS);
    for (const name of HOSTILE) expect(stderr).toContain(`${name}: 5 declared, 5 fetched`);
    expect(existsSync(join(directory, 'pwned'))).toBe(false);
  });
});
