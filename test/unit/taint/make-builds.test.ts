// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linkedIn, makeBuild } from './made-build.ts';

const LINK = 'CMakeFiles/app.dir/link.txt';
const RULES = 'CMakeFiles/app.dir/build.make';

describe("a blob in CMake's Makefiles is linked", () => {
  it.each([
    ['by link.txt', { [LINK]: '/usr/bin/cc m.o -o app @BLOBS@/a.a\n' }],
    ['by quotes in it', { [LINK]: '/usr/bin/cc m.o -o app "@BLOBS@/a.a"\n' }],
    ['by -l in it', { [LINK]: 'cc m.o -o app -L@BLOBS@ -l:a.a\n' }],
    [
      'by a path that counts from where CMakeFiles is',
      { [`sub/${LINK}`]: 'cc -o app ../../hal/zephyr/blobs/a.a\n' },
    ],
    [
      'by a response file',
      {
        [LINK]: 'cc -o app @CMakeFiles/app.dir/linkLibs.rsp\n',
        'CMakeFiles/app.dir/linkLibs.rsp': '-lm "@BLOBS@/a.a"\n',
      },
    ],
    ['by a dependency of what is linked', { [LINK]: 'cc -o app m.o\n', [RULES]: 'app: @BLOBS@/a.a\n' }],
    [
      'by a command after the link',
      { [LINK]: 'cc -o app m.o\n', [RULES]: 'app: m.o\n\t@echo\n\tcd @BLOBS@ && mergehex a.a\n' },
    ],
    [
      'by the flags of an object',
      {
        [LINK]: 'cc -o app m.o\n',
        [RULES]: 'm.o: CMakeFiles/app.dir/flags.make\napp: m.o\n',
        'CMakeFiles/app.dir/flags.make': 'C_DEFINES = -DFW=\\"@BLOBS@/a.a\\"\n',
      },
    ],
    [
      'through a static library',
      {
        [LINK]: 'cc -o app libm.a\n',
        'CMakeFiles/m.dir/link.txt': '/usr/bin/ar qc libm.a @BLOBS@/a.a\n/usr/bin/ranlib libm.a\n',
      },
    ],
    [
      'through a target that must be made before',
      {
        [LINK]: 'cc -o app m.o\n',
        'CMakeFiles/Makefile2':
          'CMakeFiles/app.dir/all: CMakeFiles/gen.dir/all\nCMakeFiles/gen.dir/all:\n\t$(MAKE) -f CMakeFiles/gen.dir/build.make CMakeFiles/gen.dir/build\n',
        'CMakeFiles/gen.dir/build.make':
          'CMakeFiles/gen.dir/build: gen\ngen: gen.inc\ngen.inc: @BLOBS@/a.a\n\tpython gen.py\n',
      },
    ],
    [
      'by what the compiler recorded',
      { [LINK]: 'cc -o app m.o\n', [RULES]: 'app: m.o\nm.o: m.c\n', 'm.o.d': 'm.o: m.c @BLOBS@/a.a\n' },
    ],
    [
      'by what CMake gathered of that',
      {
        [LINK]: 'cc -o app m.o\n',
        [RULES]: 'app: m.o\nm.o: m.c\n',
        'CMakeFiles/app.dir/compiler_depend.make': '# x\nm.o: m.c \\\n  @BLOBS@/a.a\n\n@BLOBS@/b.a:\n',
      },
    ],
  ] as const)('%s', async (_how, files) => {
    expect(await linkedIn({ 'CMakeCache.txt': '', ...files })).toEqual(['a.a']);
  });
});

describe("a blob in CMake's Makefiles is not linked", () => {
  it.each([
    [
      'in a static library that nothing links',
      { 'CMakeFiles/m.dir/link.txt': '/usr/bin/arm-none-eabi-ar qc libm.a @BLOBS@/a.a\n' },
    ],
    [
      'in a target that nothing links',
      {
        [LINK]: 'cc -o app m.o\n',
        'CMakeFiles/flash.dir/build.make': 'CMakeFiles/flash: @BLOBS@/a.a app\n\techo @BLOBS@/b.a\n',
      },
    ],
    [
      'in what was recorded of another object',
      { [LINK]: 'cc -o app m.o\n', [RULES]: 'app: m.o\nm.o: m.c\no.o: o.c\n', 'o.o.d': 'o.o: @BLOBS@/a.a\n' },
    ],
  ] as const)('%s', async (_where, files) => {
    expect(await linkedIn({ 'CMakeCache.txt': '', ...files })).toEqual([]);
  });
});

describe('a plain make project', () => {
  const MAP = 'Memory Configuration\n\n';

  it('is known by its dependency files, which count from the directory of the makefile', async () => {
    const build = makeBuild({
      'obj/m.d': 'build/obj/m.o: src/m.c hal/zephyr/blobs/fw.bin\n',
      'app.map': MAP,
    });
    expect(await build.find()).toEqual({ linked: { 'fw.bin': ['dependency-file obj/m.d'] }, issues: [] });
  });

  it.each([
    ['dependency files', { 'm.d': 'm.o: m.c @BLOBS@/a.a\n' }],
    ['what CMake gathered of them', { 'CMakeFiles/app.dir/depend.make': 'm.o: @BLOBS@/a.a\n' }],
  ] as const)('is not known by %s alone, though what they name counts', async (_what, files) => {
    const { linked, issues } = await makeBuild(files).find();
    expect(Object.keys(linked)).toEqual(['a.a']);
    expect(issues).toMatchObject([{ severity: 'error', code: 'BLOBS_NOT_A_BUILD' }]);
  });

  it('is told to have a map written where it has dependency files alone', async () => {
    const { issues } = await makeBuild({ 'a.d': 'x: y\n' }).find();
    expect(issues).toMatchObject([
      {
        severity: 'error',
        code: 'BLOBS_NOT_A_BUILD',
        message: expect.stringContaining('nor a linker map'),
        hint: expect.stringContaining('-Wl,-Map=…'),
      },
    ]);
  });

  it('is known by its linker map', async () => {
    const build = makeBuild({ 'app.map': `${MAP}LOAD hal/zephyr/blobs/a.a\n` });
    expect(await build.find()).toEqual({ linked: { 'a.a': ['map-file app.map'] }, issues: [] });
  });
});

describe("a linker's map", () => {
  const map = (...lines: string[]) =>
    linkedIn({ 'app.map': `Linker script and memory map\n\n${lines.join('\n')}\n` });

  it.each([
    ['an archive that is loaded', 'LOAD @BLOBS@/a.a'],
    ['a member that is included', '@BLOBS@/a.a(x.o)\n                              main.o (x)'],
    ['a section of a member', ' .text          0x0000000000001139        0xb @BLOBS@/a.a(x.o)'],
    [
      'a section on a line of its own',
      ' .text.long\n                0x0000000000000000        0x0 @BLOBS@/a.a(x.o)',
    ],
    ['an address that means nothing', ' COMMON         0x20000000        0x4 @BLOBS@/a.a(x.o)\r'],
    ["a member in lld's map", '   11139    11139       b     4         @BLOBS@/a.a(x.o):(.text.x)'],
  ])('names %s', async (_what, lines) => {
    expect(await map(lines)).toEqual(['a.a']);
  });

  it('names paths with spaces', async () => {
    expect(await map('LOAD @BLOBS@/dir with space/c.a')).toEqual(['dir with space/c.a']);
    expect(await map(' .text 0x0 0xb @BLOBS@/dir with space/c.a(x.o)')).toEqual(['dir with space/c.a']);
  });

  it('is read across the pieces that a large file comes in', async () => {
    const filler = `${' .text          0x0000000000001139        0xb main.o\n'.repeat(22_000)}`;
    expect(await map(`${filler}LOAD @BLOBS@/a.a`, `${filler}LOAD @BLOBS@/b.a`)).toEqual(['a.a', 'b.a']);
  });

  it('is no other file of that name', async () => {
    const { linked, issues } = await makeBuild({
      'bundle.js.map': '{"sources":[]}\nLOAD @BLOBS@/a.a\n',
    }).find();
    expect([linked, issues.map(({ code }) => code)]).toEqual([{}, ['BLOBS_NOT_A_BUILD']]);
  });
});

describe('what is looked at', () => {
  it('is not what others keep in .git and node_modules', async () => {
    const map = 'Memory Configuration\nLOAD @BLOBS@/a.a\n';
    const files = { '.git/x.map': map, 'sub/node_modules/x.map': map, 'x.map': 'Memory Configuration\n' };
    expect(await linkedIn(files)).toEqual([]);
  });

  it('is named at most twenty times for one blob', async () => {
    const maps = Array.from({ length: 25 }, (_, n) => [
      `${n}.map`,
      'Memory Configuration\nLOAD @BLOBS@/a.a\n',
    ]);
    const { linked } = await makeBuild(Object.fromEntries(maps)).find();
    expect(linked['a.a']).toHaveLength(20);
  });

  it('must be a directory', async () => {
    const build = makeBuild({ file: '' });
    for (const name of ['absent', 'file', 'file/below']) {
      await expect(build.find(join(build.directory, name))).rejects.toMatchObject({ code: 'BLOBS_USAGE' });
    }
  });

  it('must hold a build', async () => {
    const build = makeBuild({ Makefile: 'all:\n', 'CMakeCache.txt': '' });
    mkdirSync(join(build.directory, 'empty'));
    writeFileSync(join(build.directory, 'main.c'), '');
    const { issues } = await build.find();
    expect(issues).toMatchObject([{ severity: 'error', code: 'BLOBS_NOT_A_BUILD' }]);
  });
});
