// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Inspection, inspect, MAX_DAMAGES, MAX_TARGETS } from '../../../src/binary/inspect.ts';
import { type ArchiveFormat, archive, type ElfSpec, EM, elfFile } from '../../support/binaries.ts';
import { bufferSource } from './buffer-source.ts';

const RUNS = process.env['BLOBS_TEST_FULL'] === '1' ? 20_000 : 500;

// Every byte is read a few times at most: once to see what a member is, and in each of an ELF file's tables.
const MAX_READS_PER_BYTE = 8;

const elf = fc
  .record({
    bits: fc.constantFrom<32 | 64>(32, 64),
    endianness: fc.constantFrom('little' as const, 'big' as const),
    machine: fc.constantFrom(...Object.values(EM)),
    type: fc.constantFrom(1, 2, 3),
    flags: fc.constantFrom(0, 2, 0x05000000),
    symbols: fc.array(
      fc.record({
        name: fc.constantFrom('a', 'k_malloc', '', 'x'.repeat(300), '\xff'),
        defined: fc.boolean(),
        binding: fc.constantFrom('local' as const, 'global' as const, 'weak' as const),
      }),
      { maxLength: 6 },
    ),
    emptySections: fc.nat(3),
  })
  .map((spec: ElfSpec) => elfFile(spec));

const member = fc.record({
  name: fc.constantFrom('a.o', 'b.o', 'a long name with spaces.o', '\x1b[31m.o', ''),
  content: fc.oneof(
    { weight: 4, arbitrary: elf },
    { weight: 1, arbitrary: fc.constant(Buffer.from('text')) },
  ),
});

const whole = fc.oneof(
  elf,
  fc
    .tuple(fc.array(member, { maxLength: 5 }), fc.constantFrom<ArchiveFormat>('gnu', 'gnu64', 'bsd', 'thin'))
    .map(([members, format]) => archive(members, format)),
);

// Bytes that mean something to one of the readers.
const PIECES = [
  '!<arch>\n',
  '!<thin>\n',
  '\x7fELF',
  '`\n',
  '//              ',
  '/0              ',
  '#1/4            ',
  '#1/4294967296   ',
  '9999999999',
  '0         ',
  '4294967295',
  '-1        ',
  '\x00\x00\x00\x00',
  '\xff\xff\xff\xff',
  '\xff\xff\xff\xff\xff\xff\xff\xff',
  '\x01\x00\x00\x00',
  '\x00\x00\x00\x01',
  '\x02\x00\x00\x00\x03\x00\x00\x00',
].map((piece) => Buffer.from(piece, 'latin1'));

const edit = fc.record({
  at: fc.nat(5000),
  /** Put in place of as many bytes, or between two. */
  inserts: fc.boolean(),
  piece: fc.oneof(
    fc.constantFrom(...PIECES),
    fc.uint8Array({ minLength: 1, maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
  ),
  /** Cuts the file off here instead. */
  cut: fc.option(fc.nat(5000), { freq: 8 }),
});

it('reads whatever an archive or ELF file is turned into, in bounded time and memory, and never throws', async () => {
  const kinds = new Set<string>();
  await fc.assert(
    fc.asyncProperty(whole, fc.array(edit, { maxLength: 6 }), async (original, edits) => {
      let bytes = original;
      for (const { at, inserts, piece, cut } of edits) {
        const place = at % (bytes.length + 1);
        const rest = bytes.subarray(place + (inserts ? 0 : piece.length));
        bytes =
          cut === null
            ? Buffer.concat([bytes.subarray(0, place), piece, rest])
            : bytes.subarray(0, cut % (bytes.length + 1));
      }
      const source = bufferSource(bytes);

      const found = await inspect(source, () => true);

      expect(source.counts.bytes).toBeLessThanOrEqual(MAX_READS_PER_BYTE * (bytes.length + 1024));
      expect(source.counts.reads).toBeLessThanOrEqual(bytes.length + 10);
      expect(source.counts.largest).toBeLessThanOrEqual(64 * 1024);
      expectSound(found, bytes.length);
      kinds.add(
        `${found.kind} ${found.archive?.flavour} ${found.damages.length > 0} ${found.symbols.length > 0}`,
      );
    }),
    { numRuns: RUNS },
  );
  // What was made is not all refused at once.
  expect(kinds.size).toBeGreaterThan(10);
  // Nothing is timed here: a busy machine may take long for all of them.
}, 1_800_000);

function expectSound(
  { kind, archive: found, targets, symbols, damages }: Inspection,
  sizeBytes: number,
): void {
  expect(found !== undefined).toBe(kind === 'archive');
  expect(found?.memberCount ?? 0).toBeLessThanOrEqual(sizeBytes / 60);
  expect(targets.length).toBeLessThanOrEqual(MAX_TARGETS);
  expect(damages.length).toBeLessThanOrEqual(MAX_DAMAGES);
  expect(symbols.length).toBeLessThanOrEqual(sizeBytes / 16);
  for (const { name } of symbols) expect(name.length).toBeLessThanOrEqual(255);
  for (const { problem } of damages) expect(problem).not.toMatch(/NaN|undefined|Infinity/);
}
