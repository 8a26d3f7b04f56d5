// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withDirectory } from '../../support/temp.ts';
import { linkedIn, makeBuild, ninjaDeps } from './made-build.ts';

// As CMake writes them, shortened.
const RULES = `
rule C_COMPILER__app_
  depfile = $DEP_FILE
  deps = gcc
  command = gcc $DEFINES $INCLUDES $FLAGS -MD -MT $out -MF $DEP_FILE -o $out -c $in
rule C_STATIC_LIBRARY_LINKER__mid_
  command = $PRE_LINK && rm -f $TARGET_FILE && ar qc $TARGET_FILE $LINK_FLAGS $in && $POST_BUILD
rule C_EXECUTABLE_LINKER__app_
  command = $PRE_LINK && gcc $FLAGS $LINK_FLAGS $in -o $TARGET_FILE $LINK_PATH $LINK_LIBRARIES && $POST_BUILD
rule RSP_EXECUTABLE_LINKER__app_
  command = gcc @$RSP_FILE -o $out
  rspfile = $RSP_FILE
  rspfile_content = $in_newline $LINK_LIBRARIES
rule CUSTOM_COMMAND
  command = $COMMAND
rule RERUN_CMAKE
  command = cmake --regenerate-during-build
  generator = 1
`;

const ninja = (text: string) => linkedIn({ 'build.ninja': RULES + text });

describe('a blob in build.ninja is linked', () => {
  it.each([
    ['as an explicit input', 'build app: C_EXECUTABLE_LINKER__app_ @BLOBS@/a.a\n'],
    ['as an implicit input', 'build app: C_EXECUTABLE_LINKER__app_ main.o | @BLOBS@/a.a\n'],
    [
      'by its path in LINK_LIBRARIES',
      'build app: C_EXECUTABLE_LINKER__app_ m.o\n  LINK_LIBRARIES = @BLOBS@/a.a\n',
    ],
    ['by a relative path', 'build app: C_EXECUTABLE_LINKER__app_ ../hal/zephyr/blobs/a.a\n'],
    ['by a path with detours', 'build app: C_EXECUTABLE_LINKER__app_ @BLOBS@/lib/.././/a.a\n'],
    [
      'among -Wl, options',
      'build app: C_EXECUTABLE_LINKER__app_ m.o\n  LINK_FLAGS = -Wl,--whole-archive,@BLOBS@/a.a,--no-whole-archive\n',
    ],
    [
      'as the value of an option',
      'build app: C_EXECUTABLE_LINKER__app_ m.o\n  LINK_FLAGS = -Wl,--just-symbols=@BLOBS@/a.a\n',
    ],
    [
      'in a response file',
      'build app: RSP_EXECUTABLE_LINKER__app_ m.o\n  RSP_FILE = app.rsp\n  LINK_LIBRARIES = @BLOBS@/a.a\n',
    ],
    [
      'in a command after the link',
      'build app: C_EXECUTABLE_LINKER__app_ m.o\n  POST_BUILD = cd ../hal/zephyr && mergehex app blobs/a.a\n',
    ],
    [
      'by what a shell is told to run',
      'build app: C_EXECUTABLE_LINKER__app_ m.o\n  POST_BUILD = sh -c "objcopy --add-section x=@BLOBS@/a.a app"\n',
    ],
    [
      'through a static library',
      'build libm.a: C_STATIC_LIBRARY_LINKER__mid_ @BLOBS@/a.a\nbuild app: C_EXECUTABLE_LINKER__app_ libm.a\n',
    ],
    [
      'through commands and phony targets',
      'build a.o: CUSTOM_COMMAND @BLOBS@/a.a\n  COMMAND = objcopy x a.o\nbuild p: phony a.o\nbuild app: C_EXECUTABLE_LINKER__app_ p\n',
    ],
    [
      'through what must be made before',
      'build gen.inc: CUSTOM_COMMAND @BLOBS@/a.a\nbuild m.o: C_COMPILER__app_ m.c || gen.inc\nbuild app: C_EXECUTABLE_LINKER__app_ m.o\n',
    ],
    [
      'in a definition for a compiler',
      'build m.o: C_COMPILER__app_ m.c\n  DEFINES = -DFW=\\"@BLOBS@/a.a\\"\nbuild app: C_EXECUTABLE_LINKER__app_ m.o\n',
    ],
    [
      'in a shared library',
      'rule C_SHARED_LIBRARY_LINKER__s_\n  command = gcc\nbuild s: C_SHARED_LIBRARY_LINKER__s_ @BLOBS@/a.a\n',
    ],
    ['in an ELF file that a command makes', 'build x.elf: CUSTOM_COMMAND @BLOBS@/a.a\n'],
    [
      'in an image that is made of a linked one',
      'build app: C_EXECUTABLE_LINKER__app_ m.o\nbuild merged.hex: CUSTOM_COMMAND app @BLOBS@/a.a\n',
    ],
    ['after a continued line', 'build app: C_EXECUTABLE_LINKER__app_ $\n    m.o $\n    @BLOBS@/a.a\n'],
    ['after a path that a line break parts', 'build app: C_EXECUTABLE_LINKER__app_ @BLOBS@/$\n    a.a\n'],
    ['through variables', `b = @BLOBS@\nx = $b/a\nbuild app: C_EXECUTABLE_LINKER__app_ $${'{x}'}.a\n`],
    ['with carriage returns', 'build app: C_EXECUTABLE_LINKER__app_ $\r\n  @BLOBS@/a.a\r\n'],
  ])('%s', async (_how, text) => {
    expect(await ninja(text)).toEqual(['a.a']);
  });

  it('with a space in its path', async () => {
    expect(await ninja('build app: C_EXECUTABLE_LINKER__app_ @BLOBS@/dir$ with$ space/c.a\n')).toEqual([
      'dir with space/c.a',
    ]);
    expect(
      await ninja(
        "build app: C_EXECUTABLE_LINKER__app_ m.o\n  LINK_LIBRARIES = '@BLOBS@/dir with space/c.a'\n",
      ),
    ).toEqual(['dir with space/c.a']);
  });

  it('in files that are included, in the scope that they have', async () => {
    const files = {
      'build.ninja':
        'lib = @BLOBS@/a.a\ninclude CMakeFiles/rules.ninja\nsubninja sub/part.ninja\nbuild one: C_EXECUTABLE_LINKER__app_ $lib\n',
      'CMakeFiles/rules.ninja': RULES,
      'sub/part.ninja': 'lib = @BLOBS@/b.a\nbuild two: C_EXECUTABLE_LINKER__app_ $lib\n',
    };
    const { linked } = await makeBuild(files).find();
    expect(linked).toEqual({ 'a.a': ['link-command build.ninja'], 'b.a': ['link-command sub/part.ninja'] });
  });

  it('in each of several builds, and across them', async () => {
    expect(
      await linkedIn({
        'build.ninja': `${RULES}build all: CUSTOM_COMMAND\n`,
        'app/build.ninja': `${RULES}build zephyr/zephyr.elf: C_EXECUTABLE_LINKER__app_ ../net/net.a\n`,
        'net/build.ninja': `${RULES}build net.a: C_STATIC_LIBRARY_LINKER__mid_ @BLOBS@/b.a\nbuild x: C_EXECUTABLE_LINKER__app_ @BLOBS@/a.a\n`,
      }),
    ).toEqual(['a.a', 'b.a']);
  });
});

describe('a blob in build.ninja is not linked', () => {
  it.each([
    [
      'where only a target that nothing links has it',
      'build flash: CUSTOM_COMMAND app @BLOBS@/a.a\nbuild app: C_EXECUTABLE_LINKER__app_ m.o\n',
    ],
    [
      'where CMake is run again for it',
      'build build.ninja: RERUN_CMAKE | @BLOBS@/a.a\nbuild app: C_EXECUTABLE_LINKER__app_ build.ninja\n',
    ],
    [
      'in a static library that nothing links',
      'build libm.a: C_STATIC_LIBRARY_LINKER__mid_ @BLOBS@/a.a\nbuild app: C_EXECUTABLE_LINKER__app_ m.o\n',
    ],
    [
      'in a comment',
      '# build app: C_EXECUTABLE_LINKER__app_ @BLOBS@/a.a\nbuild app: C_EXECUTABLE_LINKER__app_ m.o\n',
    ],
    ['by its name alone', 'build app: C_EXECUTABLE_LINKER__app_ elsewhere/a.a\n'],
    ['by a validation', 'build app: C_EXECUTABLE_LINKER__app_ m.o |@ @BLOBS@/a.a\n'],
    ['in another case', 'build app: C_EXECUTABLE_LINKER__app_ @BLOBS@/A.A\n'],
  ])('%s', async (_where, text) => {
    expect(await ninja(text)).toEqual([]);
  });
});

describe('-l', () => {
  const link = (flags: string) => ({
    'build.ninja': `${RULES}build app: C_EXECUTABLE_LINKER__app_ m.o\n  LINK_LIBRARIES = ${flags}\n`,
  });

  it.each([
    ['-L@BLOBS@/lib -lphy'],
    ['-lphy -L@BLOBS@/lib'],
    ['-L @BLOBS@/lib -l phy'],
    ['-l:libphy.a -L@BLOBS@/lib'],
    ['-Wl,-L,@BLOBS@/lib,-lphy'],
    ['--library-path=@BLOBS@/lib --library=phy'],
    ['-Lempty -L../hal/zephyr/blobs/lib -lphy'],
  ])('finds a blob that is not there: %s', async (flags) => {
    expect(await linkedIn(link(flags))).toEqual(['lib/libphy.a']);
  });

  it('takes the first directory that has the library', async () => {
    const build = makeBuild(link('-Lfirst -L@BLOBS@/lib -lphy'));
    writeFileSync(withDirectory(join(build.blobsDirectory, 'lib/libphy.a')), '');
    expect(Object.keys((await build.find()).linked)).toEqual(['lib/libphy.a']);
    writeFileSync(withDirectory(join(build.directory, 'first/libphy.so')), '');
    expect((await build.find()).linked).toEqual({});
  });
});

describe("ninja's log of dependencies", () => {
  const text = `${RULES}build m.o: C_COMPILER__app_ m.c\nbuild other.o: C_COMPILER__app_ other.c\nbuild app: C_EXECUTABLE_LINKER__app_ m.o\nbuild gen.inc: CUSTOM_COMMAND @BLOBS@/b.a\n`;

  it.each([3, 4] as const)('of version %d tells what a linked object includes', async (version) => {
    const build = makeBuild({ 'build.ninja': text });
    const entries = {
      'm.o': ['../hal/zephyr/blobs/fw.bin', 'm.c', 'gen.inc'],
      'other.o': [`${build.blobsDirectory}/a.a`],
    };
    writeFileSync(join(build.directory, '.ninja_deps'), ninjaDeps(version, entries));
    expect(await build.find()).toEqual({
      linked: { 'fw.bin': ['dependency-file .ninja_deps'], 'b.a': ['build-step build.ninja'] },
      issues: [],
    });
  });

  it('counts by its last record, and lies in builddir', async () => {
    const log = Buffer.concat([ninjaDeps(4, { 'm.o': ['x', '../hal/zephyr/blobs/fw.bin'] })]);
    const record = Buffer.from([16, 0, 0, 0x80, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0]);
    const linked = (bytes: Buffer) =>
      linkedIn({ 'build.ninja': `builddir = out\n${text}`, 'out/.ninja_deps': bytes });
    expect(await linked(log)).toEqual(['fw.bin']);
    expect(await linked(Buffer.concat([log, record]))).toEqual([]);
  });

  it.each([
    ['of another version', Buffer.from('# ninjadeps\n\x05\0\0\0', 'latin1')],
    ['of something else', Buffer.from('something else that is long enough')],
    ['that was cut off', ninjaDeps(4, { 'm.o': ['m.c'] }).subarray(0, -3)],
  ])('is an error where it is one %s', async (_what, bytes) => {
    const { issues } = await makeBuild({ 'build.ninja': text, '.ninja_deps': bytes }).find();
    expect(issues.map(({ severity, code }) => [severity, code])).toEqual([
      ['error', 'BLOBS_BUILD_UNREADABLE'],
    ]);
  });

  it('is completed by dependency files that ninja did not read', async () => {
    const rule = 'rule gen\n  command = gen\n  depfile = $out.dep\n';
    const files = {
      'build.ninja': `${RULES}${rule}build x.inc: gen\nbuild y.inc: gen\nbuild app: C_EXECUTABLE_LINKER__app_ x.inc\n`,
      'x.inc.dep': 'x.inc: @BLOBS@/fw.bin \\\n  @BLOBS@/dir\\ with\\ space/c.a\n',
      'y.inc.dep': 'y.inc: @BLOBS@/a.a\n',
    };
    expect((await makeBuild(files).find()).linked).toEqual({
      'fw.bin': ['dependency-file x.inc.dep'],
      'dir with space/c.a': ['dependency-file x.inc.dep'],
    });
  });
});

describe('a path counts by what it really is', () => {
  const text = (path: string): string => `${RULES}build app: C_EXECUTABLE_LINKER__app_ ${path}\n`;

  it('through links of the workspace, to blobs that are there and that are not', async () => {
    const build = makeBuild({
      'build.ninja': `${text('../ws/zephyr/blobs/a.a')}${'build x: C_EXECUTABLE_LINKER__app_ alias.a\n'}`,
    });
    symlinkSync('hal', join(build.top, 'ws'));
    writeFileSync(join(build.blobsDirectory, 'b.a'), '');
    symlinkSync('../hal/zephyr/blobs/b.a', join(build.directory, 'alias.a'));
    expect(Object.keys((await build.find()).linked).sort()).toEqual(['a.a', 'b.a']);
  });

  it('also where the build directory is reached through a link', async () => {
    const build = makeBuild({});
    const link = join(build.top, 'link');
    symlinkSync('build', link);
    const through = `${RULES}build gen.o: CUSTOM_COMMAND ${build.blobsDirectory}/a.a\nbuild app: C_EXECUTABLE_LINKER__app_ ${link}/gen.o\n`;
    writeFileSync(join(build.directory, 'build.ninja'), through);
    expect(Object.keys((await build.find(link)).linked)).toEqual(['a.a']);
    expect(Object.keys((await build.find()).linked)).toEqual(['a.a']);
  });

  it('with ".." after a link as the system resolves it', async () => {
    const build = makeBuild({ 'build.ninja': text('deep/../blobs/a.a') });
    mkdirSync(join(build.top, 'hal/zephyr/other'));
    symlinkSync('../hal/zephyr/other', join(build.directory, 'deep'));
    expect(Object.keys((await build.find()).linked)).toEqual(['a.a']);
  });
});

describe('a ninja file that CMake did not write', () => {
  it.each([
    [
      'by rules named after linking',
      'rule cc_link\n  command = x\nbuild app: cc_link @BLOBS@/a.a\nbuild note: phony @BLOBS@/b.a\n',
    ],
    [
      "by Meson's rules",
      'rule c_LINKER\n  command = x\nrule STATIC_LINKER\n  command = x\nbuild app: c_LINKER @BLOBS@/a.a\nbuild x: STATIC_LINKER @BLOBS@/b.a\n',
    ],
    [
      'by commands that link',
      'rule c\n  command = gcc -c $in -o $out\nrule e\n  command = arm-none-eabi-gcc $in -o $out\nbuild app: e @BLOBS@/a.a\nbuild x: c @BLOBS@/b.a\n',
    ],
    ['by names of images', 'rule r\n  command = x\nbuild fw.elf: r @BLOBS@/a.a\nbuild x: r @BLOBS@/b.a\n'],
    [
      'by what is built by default',
      'rule r\n  command = x\nbuild fw: r @BLOBS@/a.a\nbuild x: r @BLOBS@/b.a\ndefault fw\n',
    ],
    ['by what nothing else uses', 'rule r\n  command = x\nbuild y: r @BLOBS@/a.a\nbuild fw: r y\n'],
  ])('is understood %s', async (_how, text) => {
    expect(await linkedIn({ 'build.ninja': text })).toEqual(['a.a']);
  });
});
