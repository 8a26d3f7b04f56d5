// SPDX-License-Identifier: Apache-2.0
import { describeTarget, type ElfTarget, MACHINES } from '../../binary/elf-target.ts';
import { count } from '../../core/text.ts';
import { memberLabel, presentLibraries } from '../present-files.ts';
import type { Finding, Rule } from '../rule.ts';

type Shape = `${ElfTarget['bits']} ${ElfTarget['endianness']}`;

/** What the toolchains of the Zephyr SDK (0.16 to 1.0) link. */
const SUPPORTED: Readonly<Record<string, readonly Shape[]>> = {
  AArch64: ['64 little'],
  'ARC (ARCompact)': ['32 little'],
  'ARC (ARCv2)': ['32 little'],
  'ARC (ARCv3, 32-bit)': ['32 little'],
  'ARC (ARCv3, 64-bit)': ['64 little'],
  // Cortex-R comes in both.
  ARM: ['32 little', '32 big'],
  MicroBlaze: ['32 little'],
  MIPS: ['32 little', '32 big'],
  'Nios II': ['32 little'],
  OpenRISC: ['32 big'],
  'Renesas RX': ['32 little'],
  'RISC-V': ['32 little', '64 little'],
  SPARC: ['32 big'],
  x86: ['32 little'],
  // With 32 bits: the x32 ABI.
  'x86-64': ['64 little', '32 little'],
  Xtensa: ['32 little'],
};

const SHAPES = new Map(Object.entries(SUPPORTED).map(([name, shapes]) => [MACHINES[name], shapes]));

export const unsupportedTarget: Rule = {
  id: 'unsupported-target',
  severity: 'error',
  checks: 'the ELF class, machine and endianness of a library are those of a toolchain that Zephyr supports',
  why: 'The policy: a precompiled library must be in a format that can be linked by a toolchain which the Zephyr Project supports.',
  mend: 'Ask the vendor for a library that was built for the SoC; if it is a firmware image, declare it as "type: img".',
  async check({ entries }, tools) {
    return (await presentLibraries(entries, tools)).flatMap(({ entry, file }) =>
      file.targets
        .filter(({ target }) => !isSupported(target))
        .map(({ target, count: objects, member }): Finding => {
          const where =
            member === undefined ? '' : ` (${count(objects, 'member')}, first ${memberLabel(member)})`;
          return {
            entry,
            at: ['path'],
            message: `no toolchain of Zephyr links ${describeTarget(target)}${where}`,
          };
        }),
    );
  },
};

function isSupported({ machine, bits, endianness }: ElfTarget): boolean {
  return SHAPES.get(machine)?.includes(`${bits} ${endianness}`) ?? false;
}
