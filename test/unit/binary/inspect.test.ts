// SPDX-License-Identifier: Apache-2.0
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileSource, PIECE_BYTES } from '../../../src/binary/byte-source.ts';
import { describeTarget } from '../../../src/binary/elf-target.ts';
import { type Inspection, inspect } from '../../../src/binary/inspect.ts';
import { archive, EM, elfFile } from '../../support/binaries.ts';
import { CORPUS, needCorpus, readCorpus } from '../../support/corpus.ts';
import { someBytes, tempDir } from '../../support/temp.ts';
import { NEVER } from '../samples.ts';
import { bufferSource } from './buffer-source.ts';

function look(bytes: Buffer | string, wanted = /./): Promise<Inspection> {
  return inspect(bufferSource(Buffer.from(bytes)), (name) => wanted.test(name));
}

async function lookAtFile(file: string): Promise<Inspection> {
  const handle = await open(file);
  try {
    return await inspect(fileSource(handle, (await handle.stat()).size, NEVER), () => true);
  } finally {
    await handle.close();
  }
}

/** One line a target: how many objects, and what for. */
function targetsOf({ targets }: Inspection): string[] {
  return targets.map(({ count, target }) => `${count} × ${describeTarget(target)}`);
}

describe('inspect', () => {
  it('says of one ELF file what it is for and what it wants', async () => {
    const bytes = elfFile({ type: 2, symbols: ['k_a', 'other', { name: 'k_b', defined: true }] });
    expect(await look(bytes, /^k_/)).toEqual({
      kind: 'elf',
      elfType: 2,
      targets: [
        {
          target: { bits: 32, endianness: 'little', machine: EM.arm, abi: 'EABI 0' },
          count: 1,
          member: undefined,
        },
      ],
      symbols: [{ name: 'k_a', member: undefined }],
      damages: [],
    });
  });

  it('does not count what another member defines, and names the first that wants the rest', async () => {
    const { symbols } = await look(
      archive([
        { name: 'a.o', content: elfFile({ symbols: ['from_b', 'outside'] }) },
        {
          name: 'b.o',
          content: elfFile({ symbols: [{ name: 'from_b', defined: true }, 'outside', 'more'] }),
        },
        { name: 'c.o', content: elfFile({ symbols: ['from_b'] }) },
      ]),
    );
    expect(symbols).toEqual([
      { name: 'outside', member: 'a.o' },
      { name: 'more', member: 'b.o' },
    ]);
  });

  it('counts members by target, and those that are no ELF files', async () => {
    const found = await look(
      archive([
        { name: 'a.o', content: elfFile({ machine: EM.riscv, flags: 0 }) },
        { name: 'b.o', content: elfFile({ machine: EM.riscv, flags: 2 }) },
        { name: 'c.o', content: elfFile({ machine: EM.riscv, flags: 0 }) },
        { name: 'README', content: 'text' },
        { name: 'more', content: '' },
      ]),
    );
    expect(targetsOf(found)).toEqual([
      '2 × RISC-V, 32-bit, little-endian, soft-float',
      '1 × RISC-V, 32-bit, little-endian, single-float',
    ]);
    expect(found.archive).toEqual({
      flavour: 'gnu',
      memberCount: 5,
      strangers: { count: 2, member: 'README', kind: 'text' },
    });
  });

  it('counts members without code with others of the same architecture', async () => {
    const neutral = elfFile({ machine: EM.riscv, flags: 0, hasCode: false });
    const found = await look(
      archive([
        { name: 'data.o', content: neutral },
        { name: 'a.o', content: elfFile({ machine: EM.riscv, flags: 2 }) },
        { name: 'more.o', content: neutral },
      ]),
    );
    expect(targetsOf(found)).toEqual(['3 × RISC-V, 32-bit, little-endian, single-float']);
    const alone = await look(archive([{ name: 'data.o', content: neutral }]));
    expect(targetsOf(alone)).toEqual(['1 × RISC-V, 32-bit, little-endian']);
  });

  it('names the member that is damaged, and goes on', async () => {
    const found = await look(
      archive([
        { name: 'a.o', content: elfFile({ symbols: ['one'] }).subarray(0, 120) },
        { name: 'b.o', content: elfFile({ symbols: ['two'] }) },
      ]),
    );
    expect(found.damages).toEqual([{ member: 'a.o', problem: 'its 4 section headers reach beyond its end' }]);
    expect(found.symbols).toEqual([{ name: 'two', member: 'b.o' }]);
  });

  it('keeps what stands before the place where an archive is cut off', async () => {
    const bytes = archive([{ name: 'a.o', content: elfFile({ symbols: ['one'] }) }]);
    const found = await look(Buffer.concat([bytes, Buffer.from('x')]));
    expect(found.damages).toEqual([{ member: undefined, problem: 'it ends within a member header' }]);
    expect(found.symbols).toHaveLength(1);
  });

  it('reads a large archive on disk in pieces', async () => {
    const file = join(tempDir(), 'large.a');
    const members = Array.from({ length: 20 }, (_, i) => ({
      name: `member_${i}.o`,
      content: Buffer.concat([elfFile({ symbols: [`name_${i}`] }), someBytes(`${i}`, 3 * PIECE_BYTES)]),
    }));
    const handle = await open(file, 'w+');
    try {
      await handle.writeFile(archive(members));
      const found = await inspect(fileSource(handle, (await handle.stat()).size, NEVER), () => true);
      expect(found.symbols.map(({ name }) => name)).toEqual(members.map((_, i) => `name_${i}`));
      expect(found.damages).toEqual([]);
    } finally {
      await handle.close();
    }
  });

  it('sees a file that shrinks while it is read as cut off', async () => {
    const file = join(tempDir(), 'shrinking.a');
    const bytes = archive([{ name: 'a.o', content: elfFile({ symbols: ['one'] }) }]);
    const handle = await open(file, 'w+');
    try {
      await handle.writeFile(bytes.subarray(0, bytes.length - 40));
      const found = await inspect(fileSource(handle, bytes.length, NEVER), () => true);
      expect(found.damages).toHaveLength(1);
    } finally {
      await handle.close();
    }
  });

  it('ends when the run is ended', async () => {
    const handle = await open(join(tempDir(), 'x'), 'w+');
    try {
      const ended = AbortSignal.abort(new Error('ended'));
      await expect(inspect(fileSource(handle, 100, ended), () => true)).rejects.toThrow('ended');
    } finally {
      await handle.close();
    }
  });
});

describe('true blobs', () => {
  it('are read as what others say they are', async (context) => {
    needCorpus(context);
    const [, ...lines] = readCorpus('bytes/INDEX.tsv').trimEnd().split('\n');
    const wrong: string[] = [];
    for (const line of lines) {
      const [digest = '', , , , , , told = ''] = line.split('\t');
      const found = await lookAtFile(join(CORPUS, 'bytes', digest));
      const [first] = found.targets;
      const name = first === undefined ? '' : describeTarget(first.target).split(',')[0];
      const machine = name === 'Xtensa' ? 'Tensilica Xtensa Processor' : name;
      const said =
        found.kind === 'archive' ? `ar members=${found.archive?.memberCount} ELF machine=${machine}` : '';
      if (said !== told || found.targets.length > 1 || found.damages.length > 0)
        wrong.push(`${digest}: ${said}`);
    }
    expect(lines).toHaveLength(21);
    expect(wrong).toEqual([]);
  });
});
