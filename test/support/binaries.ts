// SPDX-License-Identifier: Apache-2.0

/** A symbol of {@link elfFile}. */
export interface SymbolSpec {
  readonly name: string;
  /** Default: undefined in this file. */
  readonly defined?: boolean;
  /** Default: global. */
  readonly binding?: 'local' | 'global' | 'weak';
}

/** What {@link elfFile} writes. */
export interface ElfSpec {
  readonly bits?: 32 | 64;
  readonly endianness?: 'little' | 'big';
  /** `e_machine`; default: ARM. */
  readonly machine?: number;
  /** `e_type`; default: an object. */
  readonly type?: number;
  /** `e_flags` */
  readonly flags?: number;
  /** Default: none, and no symbol table either. */
  readonly symbols?: readonly (string | SymbolSpec)[];
  /** Whether it holds code; default: it does. */
  readonly hasCode?: boolean;
  /** Empty sections before the symbol table. */
  readonly emptySections?: number;
}

export const EM = { x86: 3, mips: 8, arm: 40, x86_64: 62, aarch64: 183, riscv: 243, avr: 83 } as const;

/** An ELF file: header, section headers, symbol table, string table, in this order. */
export function elfFile(spec: ElfSpec = {}): Buffer {
  const { bits = 32, endianness = 'little', machine = EM.arm, type = 1, flags = 0, symbols = [] } = spec;
  const wide = bits === 64;
  const put = writer(endianness);
  const [headerBytes, sectionBytes, symbolBytes] = wide ? [64, 64, 24] : [52, 40, 16];
  const names = symbols.map((symbol) => (typeof symbol === 'string' ? symbol : symbol.name));
  const strings = Buffer.from(`\0${names.map((name) => `${name}\0`).join('')}`, 'latin1');
  const table = Buffer.alloc((symbols.length + 1) * symbolBytes);
  symbols.forEach((symbol, i) => {
    const {
      name,
      defined = false,
      binding = 'global',
    } = typeof symbol === 'string' ? { name: symbol } : symbol;
    const at = (i + 1) * symbolBytes;
    const before = names.slice(0, i).reduce((sum, one) => sum + one.length + 1, 1);
    put(table, at, 4, name === '' ? 0 : before);
    table[at + (wide ? 4 : 12)] = { local: 0, global: 1, weak: 2 }[binding] << 4;
    put(table, at + (wide ? 6 : 14), 2, defined ? 1 : 0);
  });
  const empty = spec.emptySections ?? 0;
  const count = (symbols.length === 0 ? 1 : 3) + empty + (spec.hasCode === false ? 0 : 1);
  const tableOffset = headerBytes + count * sectionBytes;
  const sections = Buffer.alloc(count * sectionBytes);
  const section = (
    index: number,
    kind: number,
    offset: number,
    size: number,
    link: number,
    entry: number,
  ): void => {
    const at = index * sectionBytes;
    const word = wide ? 8 : 4;
    put(sections, at + 4, 4, kind);
    put(sections, at + (wide ? 24 : 16), word, offset);
    put(sections, at + (wide ? 32 : 20), word, size);
    put(sections, at + (wide ? 40 : 24), 4, link);
    put(sections, at + (wide ? 56 : 36), word, entry);
  };
  if (symbols.length > 0) {
    section(empty + 1, 2, tableOffset, table.length, empty + 2, symbolBytes);
    section(empty + 2, 3, tableOffset + table.length, strings.length, 0, 0);
  }
  if (spec.hasCode !== false) {
    const code = count - 1;
    section(code, 1, 0, 4, 0, 0);
    put(sections, code * sectionBytes + 8, wide ? 8 : 4, 4);
  }
  // What does not fit into the header stands in the first section.
  if (count >= 0xff00) section(0, 0, 0, count, 0, 0);
  const header = Buffer.alloc(headerBytes);
  header.write('\x7fELF', 'latin1');
  header.set([wide ? 2 : 1, endianness === 'little' ? 1 : 2, 1], 4);
  put(header, 16, 2, type);
  put(header, 18, 2, machine);
  put(header, 20, 4, 1);
  put(header, wide ? 40 : 32, wide ? 8 : 4, headerBytes);
  put(header, wide ? 48 : 36, 4, flags);
  put(header, wide ? 52 : 40, 2, headerBytes);
  put(header, wide ? 58 : 46, 2, sectionBytes);
  put(header, wide ? 60 : 48, 2, count >= 0xff00 ? 0 : count);
  return Buffer.concat(symbols.length === 0 ? [header, sections] : [header, sections, table, strings]);
}

function writer(endianness: 'little' | 'big') {
  return (buffer: Buffer, offset: number, bytes: number, value: number): void => {
    const low = Math.min(bytes, 4);
    if (endianness === 'little') buffer.writeUIntLE(value, offset, low);
    else buffer.writeUIntBE(value, offset + bytes - low, low);
  };
}

/** A file of {@link archive}. */
export interface MemberSpec {
  readonly name: string;
  readonly content: Buffer | string;
}

/** How {@link archive} writes names and indexes. */
export type ArchiveFormat = 'gnu' | 'gnu64' | 'bsd' | 'thin';

/** An `ar` archive with an index, and with long names as its format has them. */
export function archive(members: readonly MemberSpec[], format: ArchiveFormat = 'gnu'): Buffer {
  const parts: Buffer[] = [Buffer.from(format === 'thin' ? '!<thin>\n' : '!<arch>\n')];
  const add = (name: string, content: Buffer, withContent = true): void => {
    parts.push(memberHeader(name, content.length));
    if (withContent) parts.push(content, Buffer.from(content.length % 2 === 0 ? '' : '\n'));
  };
  const index = Buffer.alloc(8);
  add({ gnu: '/', thin: '/', gnu64: '/SYM64/', bsd: '__.SYMDEF SORTED' }[format], index);
  const isLong = (name: string): boolean => format === 'thin' || name.length > 15 || name.includes(' ');
  const long = format === 'bsd' ? [] : members.filter(({ name }) => isLong(name));
  const table = long.map(({ name }) => `${name}/\n`).join('');
  if (table !== '') add('//', Buffer.from(table));
  for (const { name, content: given } of members) {
    const content = Buffer.from(given);
    if (format === 'bsd' && isLong(name)) {
      const padded = Buffer.from(name.padEnd(Math.ceil((name.length + 1) / 4) * 4, '\0'));
      add(`#1/${padded.length}`, Buffer.concat([padded, content]));
    } else if (format === 'bsd') add(name, content);
    else if (isLong(name)) add(`/${table.indexOf(`${name}/\n`)}`, content, format !== 'thin');
    else add(`${name}/`, content);
  }
  return Buffer.concat(parts);
}

/** The 60 bytes before a member's content. */
export function memberHeader(name: string, size: number | string): Buffer {
  return Buffer.from(`${name.padEnd(16)}${'0'.padEnd(12)}0     0     644     ${String(size).padEnd(10)}\`\n`);
}
