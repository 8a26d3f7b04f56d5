// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { describeTarget } from '../../../src/binary/elf-target.ts';
import { type ElfFile, MAX_NAMES, readElf } from '../../../src/binary/read-elf.ts';
import { type ElfSpec, EM, elfFile } from '../../support/binaries.ts';
import { bufferSource } from './buffer-source.ts';

const SHAPES: readonly Pick<ElfSpec, 'bits' | 'endianness'>[] = [
  { bits: 32, endianness: 'little' },
  { bits: 32, endianness: 'big' },
  { bits: 64, endianness: 'little' },
  { bits: 64, endianness: 'big' },
] as const;

function read(bytes: Buffer): Promise<ElfFile> {
  return readElf(bufferSource(bytes), () => true);
}

/** The file of `spec`, changed by `change`. */
function changed(spec: ElfSpec, change: (bytes: Buffer) => void): Buffer {
  const bytes = elfFile(spec);
  change(bytes);
  return bytes;
}

/** Makes the section header at `extra` one of .dynsym, with the first symbol alone of the symbol table at `whole`. */
function putLoadedTable(
  bytes: Buffer,
  { whole, extra, shape }: { whole: number; extra: number; shape: Pick<ElfSpec, 'bits' | 'endianness'> },
): void {
  const [sectionBytes, symbolBytes, sizeAt] = shape.bits === 64 ? [64, 24, 32] : [40, 16, 20];
  bytes.copy(bytes, extra, whole, whole + sectionBytes);
  const isLittle = shape.endianness === 'little';
  const put = (value: number, at: number): number =>
    isLittle ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at);
  put(11, extra + 4);
  put(2 * symbolBytes, extra + sizeAt + (shape.bits === 64 && !isLittle ? 4 : 0));
}

describe.each(SHAPES)('an ELF file of $bits bits, $endianness-endian', (shape) => {
  it('gives its target and its symbols', async () => {
    const bytes = elfFile({
      ...shape,
      machine: EM.aarch64,
      symbols: [
        'wanted',
        { name: 'weakly_wanted', binding: 'weak' },
        { name: 'offered', defined: true },
        { name: 'offered_weakly', defined: true, binding: 'weak' },
        { name: 'private', defined: true, binding: 'local' },
        { name: 'local_wanted', binding: 'local' },
        '',
        'wanted',
      ],
    });

    const { target, type, undefinedNames, definedNames, problem } = await read(bytes);

    expect(target).toEqual({ ...shape, machine: EM.aarch64, abi: '' });
    expect(type).toBe(1);
    expect([...undefinedNames]).toEqual(['wanted', 'weakly_wanted']);
    expect([...definedNames]).toEqual(['offered', 'offered_weakly']);
    expect(problem).toBeUndefined();
  });

  it('may have no symbol table, and no sections', async () => {
    expect((await read(elfFile(shape))).problem).toBeUndefined();
    const none = changed(shape, (bytes) =>
      bytes.fill(0, shape.bits === 64 ? 40 : 32, shape.bits === 64 ? 48 : 36),
    );
    expect(await read(none)).toMatchObject({ target: shape, type: 1 });
  });

  it('may have more sections than fit into its header', async () => {
    const bytes = elfFile({ ...shape, emptySections: 0x10000, symbols: ['far'] });
    expect([...(await read(bytes)).undefinedNames]).toEqual(['far']);
  });

  it.each(['before', 'behind'])(
    'is read by its whole symbol table, the one for loading standing %s it',
    async (place) => {
      const spec = { ...shape, emptySections: 1, symbols: ['loaded', 'other'] };
      const sectionBytes = shape.bits === 64 ? 64 : 40;
      const tableOffset = shape.bits === 64 ? 64 : 52;
      const [whole, extra] = [2, place === 'before' ? 1 : 4].map(
        (index) => tableOffset + index * sectionBytes,
      );
      const bytes = changed(spec, (b) => putLoadedTable(b, { whole: whole ?? 0, extra: extra ?? 0, shape }));
      expect([...(await read(bytes)).undefinedNames]).toEqual(['loaded', 'other']);
      const alone = changed(spec, (b) => putLoadedTable(b, { whole: whole ?? 0, extra: whole ?? 0, shape }));
      expect([...(await read(alone)).undefinedNames]).toEqual(['loaded']);
    },
  );

  it('is read with a problem wherever it is cut off', async () => {
    const bytes = elfFile({ ...shape, symbols: ['one', 'two'] });
    for (let length = 0; length < bytes.length; length++) {
      const { problem } = await read(bytes.subarray(0, length));
      expect(problem, `${length} bytes`).toMatch(/beyond its end|too early/);
    }
  });
});

describe('an ELF file with impossible values', () => {
  const symbols = ['one'];
  it.each<[string, Buffer, string]>([
    ['no magic', Buffer.alloc(100), 'it is no ELF file'],
    ['a class of 3', changed({}, (b) => b.writeUInt8(3, 4)), 'its ELF class is 3, not 1 or 2'],
    ['an encoding of 0', changed({}, (b) => b.writeUInt8(0, 5)), 'its ELF data encoding is 0, not 1 or 2'],
    [
      'tiny section headers',
      changed({}, (b) => b.writeUInt16LE(1, 46)),
      'its section headers have 1 bytes each, not 40',
    ],
    [
      'too many sections',
      changed({}, (b) => b.writeUInt16LE(999, 48)),
      'its 999 section headers reach beyond its end',
    ],
    [
      'a section table beyond 2^53',
      changed({ bits: 64 }, (b) => b.fill(0xff, 40, 48)),
      'its 2 section headers reach beyond its end',
    ],
    [
      'endless sections in its first one',
      changed({ bits: 64, emptySections: 0 }, (b) => {
        b.writeUInt16LE(0, 60);
        b.fill(0xff, 64 + 32, 64 + 40);
      }),
      'its 18446744073709552000 section headers reach beyond its end',
    ],
    [
      'a symbol table without names',
      changed({ symbols }, (b) => b.writeUInt32LE(9, 52 + 40 + 24)),
      'its symbol table has no string table',
    ],
    [
      'names that are symbols',
      changed({ symbols }, (b) => b.writeUInt32LE(1, 52 + 40 + 24)),
      'its symbol table has no string table',
    ],
    [
      'tiny symbols',
      changed({ symbols }, (b) => b.writeUInt32LE(0, 52 + 40 + 36)),
      'its symbols have 0 bytes each, not 16',
    ],
    [
      'a symbol table beyond the end',
      changed({ symbols }, (b) => b.writeUInt32LE(0xfffffff0, 52 + 40 + 20)),
      'its symbol table reaches beyond its end',
    ],
    [
      'names beyond the end',
      changed({ symbols }, (b) => b.writeUInt32LE(0xfffff, 52 + 80 + 20)),
      'the string table reaches beyond its end',
    ],
    [
      'endless names',
      changed({ symbols }, (b) => b.writeUInt32LE(0xffffffff, 52 + 80 + 20)),
      'its string table is larger than 16777216 bytes',
    ],
    [
      'a name outside the names',
      changed({ symbols }, (b) => b.writeUInt32LE(500, 52 + 160 + 16)),
      'the name of a symbol lies outside its string table',
    ],
  ])('is read with a problem: %s', async (_, bytes, problem) => {
    expect(await read(bytes)).toMatchObject({ problem });
  });
});

describe('reading an ELF file', () => {
  it('keeps the names that are wanted, and not too many of them', async () => {
    const symbols = Array.from({ length: MAX_NAMES + 10 }, (_, i) => `name_${i}`);
    const source = (): Buffer => elfFile({ symbols: [...symbols, 'other'] });
    expect((await readElf(bufferSource(source()), (name) => name === 'other')).undefinedNames).toEqual(
      new Set(['other']),
    );
    expect((await read(source())).undefinedNames.size).toBe(MAX_NAMES);
  });

  it('passes over names that are too long to be anything known', async () => {
    const { undefinedNames } = await read(elfFile({ symbols: ['x'.repeat(255), 'y'.repeat(256)] }));
    expect([...undefinedNames]).toEqual(['x'.repeat(255)]);
  });

  it.each<[ElfSpec, string]>([
    [{ machine: EM.riscv, flags: 0x3 }, 'RISC-V, 32-bit, little-endian, single-float'],
    [{ machine: EM.riscv, flags: 0x8, bits: 64 }, 'RISC-V, 64-bit, little-endian, soft-float RVE'],
    [{ machine: EM.arm, flags: 0x05000400 }, 'ARM, 32-bit, little-endian, EABI 5'],
    [{ machine: EM.mips, endianness: 'big' }, 'MIPS, 32-bit, big-endian'],
    [{ machine: 9999 }, 'machine 9999, 32-bit, little-endian'],
  ])('tells for what it is made: %j', async (spec, words) => {
    const { target } = await read(elfFile(spec));
    expect(target && describeTarget(target)).toBe(words);
  });
});
