// SPDX-License-Identifier: Apache-2.0
import type { ElfTarget } from './elf-target.ts';

/** How numbers are written in an ELF file. */
export type ElfLayout = Pick<ElfTarget, 'bits' | 'endianness'>;

/** An entry of the section header table. */
export interface Section {
  readonly type: number;
  readonly hasCode: boolean;
  readonly offset: number;
  readonly sizeBytes: number;
  /** Index of another section. */
  readonly link: number;
  readonly entryBytes: number;
}

/** An entry of the symbol table. */
export interface ElfSymbol {
  /** Where its name begins in the string table. */
  readonly name: number;
  readonly binding: number;
  /** Index of its section; 0 for none. */
  readonly section: number;
}

/** Bytes of an entry of the section header table and of the symbol table. */
export const ENTRY_BYTES = { 32: { section: 40, symbol: 16 }, 64: { section: 64, symbol: 24 } } as const;

const SHF_EXECINSTR = 4;

/** The 16-bit number at `offset`. */
export function half(bytes: Buffer, offset: number, { endianness }: ElfLayout): number {
  return endianness === 'little' ? bytes.readUInt16LE(offset) : bytes.readUInt16BE(offset);
}

/** The 32-bit number at `offset`. */
export function word(bytes: Buffer, offset: number, { endianness }: ElfLayout): number {
  return endianness === 'little' ? bytes.readUInt32LE(offset) : bytes.readUInt32BE(offset);
}

/** The address at `offset`. One beyond 2^53 is not exact, and outside every file in any case. */
export function address(bytes: Buffer, offset: number, layout: ElfLayout): number {
  if (layout.bits === 32) return word(bytes, offset, layout);
  const high = word(bytes, offset + (layout.endianness === 'little' ? 4 : 0), layout);
  const low = word(bytes, offset + (layout.endianness === 'little' ? 0 : 4), layout);
  return high * 2 ** 32 + low;
}

/** The section header at `offset`. */
export function sectionAt(bytes: Buffer, offset: number, layout: ElfLayout): Section {
  const at =
    layout.bits === 32
      ? { offset: 16, size: 20, link: 24, entry: 36 }
      : { offset: 24, size: 32, link: 40, entry: 56 };
  return {
    type: word(bytes, offset + 4, layout),
    hasCode: (address(bytes, offset + 8, layout) & SHF_EXECINSTR) !== 0,
    offset: address(bytes, offset + at.offset, layout),
    sizeBytes: address(bytes, offset + at.size, layout),
    link: word(bytes, offset + at.link, layout),
    entryBytes: address(bytes, offset + at.entry, layout),
  };
}

/** The symbol at `offset`. */
export function symbolAt(bytes: Buffer, offset: number, layout: ElfLayout): ElfSymbol {
  const at = layout.bits === 32 ? { info: 12, section: 14 } : { info: 4, section: 6 };
  return {
    name: word(bytes, offset, layout),
    binding: bytes.readUInt8(offset + at.info) >>> 4,
    section: half(bytes, offset + at.section, layout),
  };
}
