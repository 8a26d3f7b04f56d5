// SPDX-License-Identifier: Apache-2.0

export type Endianness = 'little' | 'big';

/** What an ELF file is made for. */
export interface ElfTarget {
  readonly bits: 32 | 64;
  readonly endianness: Endianness;
  /** `e_machine`. */
  readonly machine: number;
  /**
   * What of `e_flags` keeps objects from being linked with each other, in words; empty where nothing does, as between
   * objects without code.
   */
  readonly abi: string;
}

/** `e_machine` of architectures; the numbers of the ELF gABI's registry. */
export const MACHINES: Readonly<Record<string, number>> = {
  SPARC: 2,
  x86: 3,
  '68k': 4,
  MIPS: 8,
  PowerPC: 20,
  'PowerPC 64': 21,
  S390: 22,
  ARM: 40,
  SuperH: 42,
  'SPARC V9': 43,
  TriCore: 44,
  'ARC (ARCompact)': 93,
  'x86-64': 62,
  AVR: 83,
  V850: 87,
  OpenRISC: 92,
  Xtensa: 94,
  MSP430: 105,
  Blackfin: 106,
  'Nios II': 113,
  'TI C6000': 140,
  Hexagon: 164,
  '8051': 165,
  'Renesas RX': 173,
  AArch64: 183,
  AVR32: 185,
  MicroBlaze: 189,
  'ARC (ARCv2)': 195,
  'RISC-V': 243,
  'C-SKY': 252,
  'ARC (ARCv3, 64-bit)': 253,
  'ARC (ARCv3, 32-bit)': 255,
  LoongArch: 258,
};

const NAMES = new Map(Object.entries(MACHINES).map(([name, machine]) => [machine, name]));

const EM_ARM = 40;
const EM_RISCV = 243;

/** What of `e_flags` all objects of a program must have in common. */
export function abiOf(machine: number, flags: number): string {
  // RISC-V ELF psABI, "File header": the calling convention for floating point, and RV32E.
  if (machine === EM_RISCV) {
    const float = ['soft-float', 'single-float', 'double-float', 'quad-float'][(flags >>> 1) & 3] ?? '';
    return (flags & 8) === 0 ? float : `${float} RVE`;
  }
  // ELF for the Arm architecture, 5.2: the version of the EABI.
  if (machine === EM_ARM) return `EABI ${flags >>> 24}`;
  return '';
}

/** "RISC-V, 32-bit, little-endian, soft-float" */
export function describeTarget({ machine, bits, endianness, abi }: ElfTarget): string {
  const name = NAMES.get(machine) ?? `machine ${machine}`;
  return [name, `${bits}-bit`, `${endianness}-endian`, ...(abi === '' ? [] : [abi])].join(', ');
}
