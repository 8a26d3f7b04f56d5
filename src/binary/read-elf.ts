// SPDX-License-Identifier: Apache-2.0
import { type ByteSource, PIECE_BYTES } from './byte-source.ts';
import {
  address,
  type ElfLayout,
  ENTRY_BYTES,
  half,
  type Section,
  sectionAt,
  symbolAt,
  word,
} from './elf-fields.ts';
import { abiOf, type ElfTarget } from './elf-target.ts';

/** An ELF file, as far as it could be read. */
export interface ElfFile {
  readonly target?: ElfTarget;
  /** `e_type`: 1 for an object that can be linked, 2 for a program, 3 for a shared library. */
  readonly type?: number;
  /** Names that it wants and does not define, each once. */
  readonly undefinedNames: ReadonlySet<string>;
  /** Names that it defines for others, each once. */
  readonly definedNames: ReadonlySet<string>;
  /** What is wrong with it, if anything. What was read before that counts all the same. */
  readonly problem?: string;
}

/** Which symbols are kept. */
export type IsWanted = (name: string) => boolean;

/** Names kept of one file, at most, of each kind. */
export const MAX_NAMES = 1_000;

/** A name that is longer is nobody's whom lint knows. */
const MAX_NAME_BYTES = 255;

// The largest known of a library has 2 MB; it is the one table that is held in memory.
const MAX_STRING_TABLE_BYTES = 16 * 1024 * 1024;

const SHT_SYMTAB = 2;
const SHT_STRTAB = 3;
const SHT_DYNSYM = 11;
const STB_LOCAL = 0;

/** Something that does not fit; becomes the result's `problem`. */
class Misfit extends Error {}

/**
 * Reads an ELF file (System V gABI, chapters "Object Files" and "Symbol Table"), 32 or 64 bits, of either endianness.
 * Takes time linear in its size and memory for its string table. A damaged file is a result with a `problem`.
 *
 * @throws what the source throws.
 */
export async function readElf(source: ByteSource, isWanted: IsWanted): Promise<ElfFile> {
  const names = { undefinedNames: new Set<string>(), definedNames: new Set<string>() };
  let head: { readonly target: ElfTarget; readonly type: number } | undefined;
  try {
    const header = await readPart(source, 0, 64, 'the ELF header', 52);
    const layout = readLayout(header);
    const machine = half(header, 18, layout);
    const flags = word(header, layout.bits === 32 ? 36 : 48, layout);
    head = {
      target: { ...layout, machine, abi: abiOf(machine, flags) },
      type: half(header, 16, layout),
    };
    const { hasCode, table } = await readSections(source, header, layout);
    if (!hasCode) head = { ...head, target: { ...head.target, abi: '' } };
    if (table !== undefined) await readSymbols(source, layout, { ...table, ...names, isWanted });
    return { ...head, ...names };
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    return { ...head, ...names, problem: error.message };
  }
}

function readLayout(header: Buffer): ElfLayout {
  if (header.toString('latin1', 0, 4) !== '\x7fELF') throw new Misfit('it is no ELF file');
  const [fileClass, data] = [header[4], header[5]];
  if (fileClass !== 1 && fileClass !== 2) throw new Misfit(`its ELF class is ${fileClass}, not 1 or 2`);
  if (data !== 1 && data !== 2) throw new Misfit(`its ELF data encoding is ${data}, not 1 or 2`);
  const layout: ElfLayout = { bits: fileClass === 1 ? 32 : 64, endianness: data === 1 ? 'little' : 'big' };
  if (layout.bits === 64 && header.length < 64) throw new Misfit('the ELF header ends too early');
  return layout;
}

/** Whether the file holds code, and its symbol table with the names, if it has one. */
async function readSections(
  source: ByteSource,
  header: Buffer,
  layout: ElfLayout,
): Promise<{ hasCode: boolean; table?: { symbols: Section; strings: Section } }> {
  const at = layout.bits === 32 ? { offset: 32, entry: 46, count: 48 } : { offset: 40, entry: 58, count: 60 };
  const offset = address(header, at.offset, layout);
  if (offset === 0) return { hasCode: false };
  const entryBytes = ENTRY_BYTES[layout.bits].section;
  if (half(header, at.entry, layout) !== entryBytes)
    throw new Misfit(
      `its section headers have ${half(header, at.entry, layout)} bytes each, not ${entryBytes}`,
    );
  const readSection = async (index: number): Promise<Section> => {
    const bytes = await readPart(source, offset + index * entryBytes, entryBytes, 'the section header table');
    return sectionAt(bytes, 0, layout);
  };
  // More sections than fit into the header's field are counted in the first section's size.
  const count = half(header, at.count, layout) || (await readSection(0)).sizeBytes;
  if (offset + count * entryBytes > source.sizeBytes)
    throw new Misfit(`its ${count} section headers reach beyond its end`);
  let hasCode = false;
  let symbols: Section | undefined;
  await forEachEntry(source, { offset, entryBytes, count }, 'the section header table', (bytes, position) => {
    const section = sectionAt(bytes, position, layout);
    hasCode ||= section.hasCode && section.sizeBytes > 0;
    const isBetter = symbols === undefined || symbols.type === SHT_DYNSYM;
    if (section.type === SHT_SYMTAB || section.type === SHT_DYNSYM) symbols = isBetter ? section : symbols;
  });
  if (symbols === undefined) return { hasCode };
  if (symbols.link >= count) throw new Misfit('its symbol table has no string table');
  const strings = await readSection(symbols.link);
  if (strings.type !== SHT_STRTAB) throw new Misfit('its symbol table has no string table');
  return { hasCode, table: { symbols, strings } };
}

interface SymbolReading {
  readonly symbols: Section;
  readonly strings: Section;
  readonly undefinedNames: Set<string>;
  readonly definedNames: Set<string>;
  readonly isWanted: IsWanted;
}

async function readSymbols(
  source: ByteSource,
  layout: ElfLayout,
  { symbols, strings, undefinedNames, definedNames, isWanted }: SymbolReading,
): Promise<void> {
  const entryBytes = ENTRY_BYTES[layout.bits].symbol;
  if (symbols.entryBytes !== entryBytes)
    throw new Misfit(`its symbols have ${symbols.entryBytes} bytes each, not ${entryBytes}`);
  if (symbols.offset + symbols.sizeBytes > source.sizeBytes)
    throw new Misfit('its symbol table reaches beyond its end');
  if (strings.sizeBytes > MAX_STRING_TABLE_BYTES)
    throw new Misfit(`its string table is larger than ${MAX_STRING_TABLE_BYTES} bytes`);
  const table = await readPart(source, strings.offset, strings.sizeBytes, 'the string table');
  const count = Math.floor(symbols.sizeBytes / entryBytes);
  const { offset } = symbols;
  await forEachEntry(source, { offset, entryBytes, count }, 'the symbol table', (bytes, position) => {
    const { name, binding, section } = symbolAt(bytes, position, layout);
    if (binding === STB_LOCAL || name === 0) return;
    if (name >= table.length) throw new Misfit('the name of a symbol lies outside its string table');
    const end = table.subarray(name, name + MAX_NAME_BYTES + 1).indexOf(0);
    const text = end === -1 ? '' : table.toString('latin1', name, name + end);
    const kept = section === 0 ? undefinedNames : definedNames;
    if (text !== '' && kept.size < MAX_NAMES && isWanted(text)) kept.add(text);
  });
}

/** Hands over each entry of a table, which is read in pieces. */
async function forEachEntry(
  source: ByteSource,
  { offset, entryBytes, count }: { offset: number; entryBytes: number; count: number },
  what: string,
  use: (bytes: Buffer, position: number) => void,
): Promise<void> {
  const perPiece = Math.floor(PIECE_BYTES / entryBytes);
  for (let done = 0; done < count; done += perPiece) {
    const entries = Math.min(perPiece, count - done);
    const bytes = await readPart(source, offset + done * entryBytes, entries * entryBytes, what);
    for (let i = 0; i < entries; i++) use(bytes, i * entryBytes);
  }
}

async function readPart(
  source: ByteSource,
  offset: number,
  lengthBytes: number,
  what: string,
  leastBytes = lengthBytes,
): Promise<Buffer> {
  // Numbers from the file: the end may lie beyond what any file can have.
  if (offset + leastBytes > source.sizeBytes) throw new Misfit(`${what} reaches beyond its end`);
  const bytes = await source.read(offset, lengthBytes);
  if (bytes.length < leastBytes) throw new Misfit(`${what} ends too early`);
  return bytes;
}
