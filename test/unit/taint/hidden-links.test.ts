// SPDX-License-Identifier: Apache-2.0
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withDirectory } from '../../support/temp.ts';
import { linkedIn, makeBuild, ninjaDeps } from './made-build.ts';

const CMAKE = `
rule C_EXECUTABLE_LINKER__app_
  command = gcc -o $out $in
rule C_STATIC_LIBRARY_LINKER__m_
  command = ar qc $out $in
rule CUSTOM_COMMAND
  command = $COMMAND
`;
const APP = 'build app: C_EXECUTABLE_LINKER__app_ main.o\n';
const link = (command: string): string => `rule link\n  command = ${command}\nbuild app.elf: link main.o\n`;

describe('a blob is linked, however its command is wrapped', () => {
  it.each([
    ['in a shell behind env', 'env LANG=C sh -c "ld -o $out @BLOBS@/a.a"'],
    ['in a shell behind CMake', 'cmake -E env A=1 -- /bin/bash -ec "cd @BLOBS@ && ld -o x ./a.a"'],
    ['in a directory that CMake changes to', 'cmake -E chdir @BLOBS@ ld -o x ./a.a'],
  ])('%s', async (_how, command) => {
    expect(await linkedIn({ 'build.ninja': link(command) })).toEqual(['a.a']);
  });
});

describe('a command that hides what it names is an error', () => {
  const chain = Object.fromEntries(
    Array.from({ length: 10 }, (_, n) => [`r${n}.txt`, n === 9 ? '@BLOBS@/a.a' : `@r${n + 1}.txt`]),
  );
  it.each([
    ['in too many response files', { 'build.ninja': link('ld @r0.txt'), ...chain }, 'too deeply'],
    ['in a response file that is gone', { 'build.ninja': link('ld @libs.txt') }, 'is gone'],
    ['in one that is gone, among options', { 'build.ninja': link('ld -Wl,--x,@libs') }, 'is gone'],
    ['in too many shells', { 'build.ninja': link(`${'sh -c '.repeat(12)}ld`) }, 'shells too deeply'],
  ])('%s', async (_how, files, message) => {
    const { issues } = await makeBuild(files).find();
    expect(issues).toMatchObject([{ severity: 'error', code: 'BLOBS_BUILD_UNREADABLE' }]);
    expect(issues[0]?.message).toContain(message);
  });

  it('but not where "@" begins something else', async () => {
    const files = { 'build.ninja': link('npx @scope/tool x && configure @NAME@ && ld @BLOBS@/a.a') };
    expect(await linkedIn(files)).toEqual(['a.a']);
  });
});

describe('what a CMake build makes by commands of its own is linked', () => {
  it.each([
    [
      'where it is built by default',
      'build fw: CUSTOM_COMMAND @BLOBS@/a.a\nbuild all: phony fw\ndefault all\n',
    ],
    [
      'where it runs a compiler',
      'build fw: CUSTOM_COMMAND\n  COMMAND = cd x && arm-none-eabi-gcc-12 -o fw @BLOBS@/a.a\n',
    ],
    [
      'where it runs a linker in a shell',
      'build fw: CUSTOM_COMMAND\n  COMMAND = cmake -E env sh -c "ld -o fw @BLOBS@/a.a"\n',
    ],
  ])('%s', async (_where, text) => {
    expect(await linkedIn({ 'build.ninja': CMAKE + APP + text })).toEqual(['a.a']);
  });

  it.each([
    [
      'an archive that is built by default',
      'build m.a: C_STATIC_LIBRARY_LINKER__m_ @BLOBS@/a.a\nbuild all: phony m.a\ndefault all\n',
    ],
    ['a command that only compiles', 'build o: CUSTOM_COMMAND\n  COMMAND = gcc -c -o o @BLOBS@/a.a\n'],
  ])('but not %s', async (_what, text) => {
    expect(await linkedIn({ 'build.ninja': CMAKE + APP + text })).toEqual([]);
  });

  const made = (recipe: string, goal: string) => ({
    'CMakeCache.txt': '',
    'CMakeFiles/Makefile2': `all: CMakeFiles/${goal}.dir/all\nCMakeFiles/fw.dir/all:\n\t$(MAKE) -f CMakeFiles/fw.dir/build.make CMakeFiles/fw.dir/build\n`,
    'CMakeFiles/fw.dir/build.make': `CMakeFiles/fw.dir/build: fw\nfw: firmware\nfirmware:\n\t@$(CMAKE_COMMAND) -E cmake_echo_color "Linking it"\n\t${recipe}\n`,
  });
  it('with Makefiles, too', async () => {
    expect(await linkedIn(made('merge ./x @BLOBS@/a.a', 'fw'))).toEqual(['a.a']);
    expect(await linkedIn(made('gcc -o firmware @BLOBS@/a.a', 'other'))).toEqual(['a.a']);
    expect(await linkedIn(made('merge ./x @BLOBS@/a.a', 'other'))).toEqual([]);
  });
});

it('looks into every configuration of Ninja Multi-Config', async () => {
  const rest = `${CMAKE}build app: C_EXECUTABLE_LINKER__app_`;
  const files = { 'build.ninja': `${rest} main.o\n`, 'build-Release.ninja': `${rest} @BLOBS@/a.a\n` };
  expect(await linkedIn(files)).toEqual(['a.a']);
});

it('reads the map of a GNU ld that speaks German', async () => {
  const places = ' .text          0x0000000000001139        0xb @BLOBS@/b.a(x.o)\n';
  expect(await linkedIn({ 'app.map': 'Speicherkonfiguration\n\nLOAD @BLOBS@/a.a\n' })).toEqual(['a.a']);
  expect(await linkedIn({ 'app.map': `${'Speicher\n'.repeat(200_000)}${places}` })).toEqual(['b.a']);
});

it('tells of a link to another directory that holds a build, and of no other', async () => {
  const build = makeBuild({ 'build.ninja': link('ld x') });
  writeFileSync(withDirectory(join(build.top, 'other/sub/build.ninja')), link('ld @BLOBS@/a.a'));
  symlinkSync('../other', join(build.directory, 'app'));
  symlinkSync('../hal', join(build.directory, 'sources'));
  symlinkSync('.', join(build.directory, 'round'));
  const { issues } = await build.find();
  expect(issues).toMatchObject([{ severity: 'warning', file: join(build.directory, 'app') }]);
});

it.each([77, -5])(
  "takes ninja's log for damaged that names the input %i, which it does not hold",
  async (id) => {
    const log = ninjaDeps(4, { 'main.o': ['main.c'] });
    log.writeInt32LE(id, log.length - 4);
    const { issues } = await makeBuild({ 'build.ninja': link('ld x'), '.ninja_deps': log }).find();
    expect(issues.map(({ code }) => code)).toEqual(['BLOBS_BUILD_UNREADABLE']);
  },
);
