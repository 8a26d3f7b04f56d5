// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lintModules } from '../../../src/app/lint-modules.ts';
import type { BlobReport, Issue } from '../../../src/core/report.ts';
import { archive, type ElfSpec, EM, elfFile, memberHeader } from '../../support/binaries.ts';
import { type BlobSpec, makeModule } from '../../support/modules.ts';
import { sha256, tempDir, withDirectory } from '../../support/temp.ts';
import { NEVER, queryFor } from '../samples.ts';

const RULES = new Set([
  'hash-mismatch',
  'size-mismatch',
  'not-a-binary',
  'damaged-binary',
  'unusual-archive',
  'unsupported-target',
  'mixed-architecture',
  'zephyr-symbol',
]);

/** Lints a module with these blobs, whose `bytes` are in place unless `there` says otherwise. */
async function lint(
  blobs: readonly (BlobSpec & { readonly there?: Buffer | string | null })[],
  prepare?: (blobsDirectory: string) => void,
): Promise<BlobReport> {
  const directory = join(tempDir(), 'hal_x');
  const module = makeModule(directory, { name: 'hal_x', blobs: blobs.map(({ there: _, ...blob }) => blob) });
  for (const { path, bytes = path, there = Buffer.from(bytes) } of blobs) {
    if (there !== null) writeFileSync(withDirectory(module.blobFile(path)), there);
  }
  prepare?.(join(directory, 'zephyr', 'blobs'));
  const settings = { levels: new Map(), online: false, download: false };
  const report = await lintModules(queryFor([directory]), settings, NEVER);
  return { ...report, issues: report.issues.filter(({ rule = '' }) => RULES.has(rule)) };
}

/** What is found in a `lib` with these bytes. */
async function lintLibrary(bytes: Buffer | string): Promise<readonly Issue[]> {
  return (await lint([{ path: 'lib/x.a', bytes }])).issues;
}

/** Each finding as "severity rule: message". */
function summary(issues: readonly Issue[]): string[] {
  return issues.map(({ severity, rule, message }) => `${severity} ${rule}: ${message}`);
}

function libraryOf(...specs: readonly ElfSpec[]): Buffer {
  return archive(specs.map((spec, i) => ({ name: `m${i}.o`, content: elfFile(spec) })));
}

describe('the rules about content', () => {
  it('find nothing in a sound library, a sound image, and what is absent', async () => {
    const library = libraryOf({ symbols: ['memcpy', 'vendor_os_lock'] }, {});
    const { issues, rows } = await lint([
      { path: 'lib/x.a', bytes: library, size: library.length },
      { path: 'lib/x.o', bytes: elfFile() },
      { path: 'fw.bin', bytes: 'anything\0', type: 'img' },
      { path: 'fw.h', bytes: '#define X 1\n', type: 'img' },
      { path: 'doc.html', bytes: '<!doctype html>', type: 'img' },
      { path: 'absent.a', there: null },
    ]);
    expect(issues).toEqual([]);
    expect(rows.map(({ status }) => status).join('')).toBe('AAAAAD');
  });

  it('look at libraries that are not the declared ones too, and not at the insides of images', async () => {
    const bytes = libraryOf({ machine: EM.avr, symbols: ['k_malloc'] });
    const { issues } = await lint([
      { path: 'new.a', there: bytes },
      { path: 'fw.elf', bytes, type: 'img' },
    ]);
    expect(issues.map(({ rule, path }) => `${rule} ${path}`).sort()).toEqual([
      'hash-mismatch new.a',
      'unsupported-target new.a',
      'zephyr-symbol new.a',
    ]);
  });
});

describe('hash-mismatch', () => {
  it('tells both digests, at the line of the declared one', async () => {
    const { issues } = await lint([
      { path: 'fw.bin', type: 'img', bytes: 'old', size: 3, there: 'brand new' },
    ]);
    expect(summary(issues)).toEqual([
      'warning hash-mismatch: fw.bin: the file at its place has another SHA-256',
    ]);
    expect(issues[0]).toMatchObject({
      sourceLine: `    sha256: ${sha256('old')}`,
      facts: [`declared ${sha256('old')}, 3 bytes`, `found    ${sha256('brand new')}, 9 bytes`],
    });
  });

  it('is found where there is no regular file, which is not waited for', async () => {
    const { issues } = await lint(
      [
        { path: 'fifo', there: null },
        { path: 'directory', there: null },
      ],
      (blobs) => {
        mkdirSync(join(blobs, 'directory'), { recursive: true });
        execFileSync('mkfifo', [join(blobs, 'fifo')]);
      },
    );
    expect(summary(issues)).toEqual([
      'warning hash-mismatch: fifo: what is at its place is no regular file',
      'warning hash-mismatch: directory: what is at its place is no regular file',
    ]);
  });

  it('is not found for what a link leads to outside the module, and nothing of it is shown', async () => {
    const secret = join(tempDir(), 'secret');
    writeFileSync(secret, '<!doctype html>');
    const { issues } = await lint([{ path: 'x.a', there: null }], (blobs) => {
      mkdirSync(blobs, { recursive: true });
      symlinkSync(secret, join(blobs, 'x.a'));
    });
    expect(issues).toEqual([]);
  });
});

describe('size-mismatch', () => {
  it.each<[string, Omit<BlobSpec, 'path'>, string[]]>([
    [
      'too small',
      { bytes: 'four', size: 3 },
      ['error size-mismatch: fw.bin: "size" is 3, but the file has 4 bytes'],
    ],
    [
      'too large',
      { bytes: 'four', size: 5 },
      ['warning size-mismatch: fw.bin: "size" is 5, but the file has 4 bytes'],
    ],
    [
      'too large for Git LFS',
      { bytes: 'four', size: 5, fetcher: 'lfs' },
      ['error size-mismatch: fw.bin: "size" is 5, but the file has 4 bytes'],
    ],
    ['right, even if it looks odd', { bytes: 'x'.repeat(1234), size: 1234 }, []],
  ])('compares with the declared file: %s', async (_, spec, expected) => {
    expect(summary((await lint([{ path: 'fw.bin', type: 'img', ...spec }])).issues)).toEqual(expected);
  });

  it.each([0, 1, 123, 1234, 123456, 99999])(
    'is found for the placeholder %d where the file is absent',
    async (size) => {
      const { issues } = await lint([{ path: 'fw.bin', type: 'img', size, there: null }]);
      expect(summary(issues)).toEqual([
        `warning size-mismatch: fw.bin: "size" looks like a placeholder: ${size}`,
      ]);
      expect(issues[0]?.sourceLine).toBe(`    size: ${size}`);
    },
  );

  it.each([2, 4096, 12346, 61440, 3410446])('takes %d for a size', async (size) => {
    expect((await lint([{ path: 'fw.bin', type: 'img', size, there: null }])).issues).toEqual([]);
  });

  it('says nothing about a file with another hash', async () => {
    const { issues } = await lint([{ path: 'fw.bin', type: 'img', bytes: 'old', size: 3, there: 'new one' }]);
    expect(issues.map(({ rule }) => rule)).toEqual(['hash-mismatch']);
  });
});

describe('not-a-binary', () => {
  it.each([
    ['', 'the file is empty'],
    ['<!DOCTYPE html><html>', 'the file is a web page'],
    ['version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n', 'the file is a Git LFS pointer'],
  ])('is found for images and libraries: %j', async (bytes, problem) => {
    const { issues } = await lint([
      { path: 'fw.bin', type: 'img', bytes },
      { path: 'x.a', bytes },
    ]);
    expect(summary(issues)).toEqual([
      `error not-a-binary: fw.bin: ${problem}`,
      `error not-a-binary: x.a: ${problem}`,
    ]);
  });

  it.each<[string, Buffer | string, string[]]>([
    [
      'text',
      'hello\n',
      ['error not-a-binary: lib/x.a: the library is neither an archive nor an ELF object, but text'],
    ],
    [
      'compressed',
      Buffer.from([0x1f, 0x8b, 8]),
      ['error not-a-binary: lib/x.a: the library is neither an archive nor an ELF object, but gzip data'],
    ],
    [
      'linked already',
      elfFile({ type: 2 }),
      ['warning not-a-binary: lib/x.a: the library is a linked program, no object file'],
    ],
    [
      'shared',
      elfFile({ type: 3 }),
      ['warning not-a-binary: lib/x.a: the library is a shared library, no object file'],
    ],
    [
      'of bitcode',
      archive([{ name: 'a.o', content: Buffer.from([0x42, 0x43, 0xc0, 0xde]) }]),
      [
        'error not-a-binary: lib/x.a: the library is an archive without any ELF object: it holds LLVM bitcode',
      ],
    ],
  ])('is found for a library that is %s', async (_, bytes, expected) => {
    expect(summary(await lintLibrary(bytes))).toEqual(expected);
  });

  it('is not said of an archive of which a part cannot be read, and might be an object', async () => {
    const bitcode = archive([{ name: 'a.o', content: Buffer.from([0x42, 0x43, 0xc0, 0xde]) }]);
    const found = summary(await lintLibrary(Buffer.concat([bitcode, Buffer.from('rest')])));
    expect(found).toEqual(['warning damaged-binary: lib/x.a: the archive cannot be read whole']);
  });
});

describe('what is in libraries', () => {
  it('damaged-binary tells what is damaged, and in which member', async () => {
    const bytes = archive([{ name: 'm0.o', content: elfFile({ symbols: ['a'] }).subarray(0, 60) }]);
    const issues = await lintLibrary(Buffer.concat([bytes, Buffer.from('rest')]));
    expect(summary(issues)).toEqual(['warning damaged-binary: lib/x.a: the archive cannot be read whole']);
    expect(issues[0]?.facts).toEqual([
      '"m0.o": its 4 section headers reach beyond its end',
      'it ends within a member header',
    ]);
    expect(summary(await lintLibrary(elfFile().subarray(0, 20)))).toEqual([
      'warning damaged-binary: lib/x.a: the ELF object cannot be read whole',
    ]);
  });

  it.each<[string, Buffer, string[]]>([
    [
      'thin',
      archive([{ name: 'a.o', content: 'x' }], 'thin'),
      ['warning unusual-archive: lib/x.a: the archive is thin: it names 1 object file and holds none'],
    ],
    [
      "in BSD's format",
      archive([{ name: 'a.o', content: elfFile() }], 'bsd'),
      ["info unusual-archive: lib/x.a: the archive is in BSD's format"],
    ],
    ['empty', archive([]), ['info unusual-archive: lib/x.a: the archive has no members']],
    [
      'not of objects alone',
      archive([
        { name: 'a.o', content: elfFile() },
        { name: 'README', content: 'text' },
      ]),
      ['info unusual-archive: lib/x.a: 1 of its 2 members is no ELF object, first "README"'],
    ],
  ])('unusual-archive names an archive that is %s', async (_, bytes, expected) => {
    expect(summary(await lintLibrary(bytes))).toEqual(expected);
  });

  it.each<[string, ElfSpec]>([
    ['ARM', { machine: EM.arm }],
    ['big-endian ARM', { machine: EM.arm, endianness: 'big' }],
    ['RISC-V with 64 bits', { machine: EM.riscv, bits: 64 }],
    ['big-endian MIPS', { machine: EM.mips, endianness: 'big' }],
    ['x86-64', { machine: EM.x86_64, bits: 64 }],
  ])('unsupported-target knows %s', async (_, spec) => {
    expect(await lintLibrary(libraryOf(spec))).toEqual([]);
  });

  it.each<[ElfSpec, string]>([
    [{ machine: EM.avr }, 'AVR, 32-bit, little-endian'],
    [{ machine: EM.arm, bits: 64 }, 'ARM, 64-bit, little-endian, EABI 0'],
    [{ machine: EM.riscv, endianness: 'big' }, 'RISC-V, 32-bit, big-endian, soft-float'],
    [{ machine: 60000 }, 'machine 60000, 32-bit, little-endian'],
  ])('unsupported-target is found for %j', async (spec, words) => {
    expect(summary(await lintLibrary(libraryOf(spec, spec)))).toEqual([
      `error unsupported-target: lib/x.a: no toolchain of Zephyr links ${words} (2 members, first "m0.o")`,
    ]);
    expect(summary(await lintLibrary(elfFile(spec)))).toEqual([
      `error unsupported-target: lib/x.a: no toolchain of Zephyr links ${words}`,
    ]);
  });

  it('mixed-architecture counts the members of each', async () => {
    const issues = await lintLibrary(
      libraryOf({ machine: EM.riscv }, { machine: EM.riscv, flags: 2 }, { machine: EM.riscv }),
    );
    expect(summary(issues)).toEqual([
      'error mixed-architecture: lib/x.a: the archive mixes members for 2 targets',
    ]);
    expect(issues[0]?.facts).toEqual([
      'RISC-V, 32-bit, little-endian, soft-float: 2 members, first "m0.o"',
      'RISC-V, 32-bit, little-endian, single-float: 1 member, first "m1.o"',
    ]);
  });

  it('zephyr-symbol names member and symbol, and not what the archive defines itself', async () => {
    const issues = await lintLibrary(
      libraryOf(
        { symbols: ['k_sem_give', 'printk', 'memcpy', 'bt_agc_gain_set', 'k_free'] },
        { symbols: ['z_impl_k_sem_take', 'k_sem_give', { name: 'k_free', defined: true }] },
      ),
    );
    expect(summary(issues)).toEqual([
      'error zephyr-symbol: lib/x.a: the library depends on 3 Zephyr symbols',
    ]);
    expect(issues[0]?.facts).toEqual([
      '"m0.o" wants k_sem_give',
      '"m0.o" wants printk',
      '"m1.o" wants z_impl_k_sem_take',
    ]);
    expect((await lintLibrary(elfFile({ symbols: ['k_malloc'] })))[0]?.facts).toEqual(['it wants k_malloc']);
  });

  it('zephyr-symbol shows some of many', async () => {
    const symbols = Array.from({ length: 30 }, (_, i) => `z_impl_${i}`);
    const [issue] = await lintLibrary(libraryOf({ symbols }));
    expect(issue?.facts).toHaveLength(20);
    expect(issue?.facts?.at(-1)).toBe('… and 11 more');
  });

  it('shortens what a hostile archive calls its members', async () => {
    const name = `#1/4000`;
    const bytes = Buffer.concat([
      Buffer.from('!<arch>\n'),
      memberHeader(name, 4000 + elfFile().length),
      Buffer.alloc(4000, 'n'),
      elfFile({ machine: EM.avr }),
    ]);
    const found = (await lintLibrary(bytes)).find(({ rule }) => rule === 'unsupported-target');
    expect(found?.message.length).toBeLessThan(200);
  });
});
