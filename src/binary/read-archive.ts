// SPDX-License-Identifier: Apache-2.0
import { type ByteSource, partOf } from './byte-source.ts';

/** Whose conventions an archive follows: System V's with GNU's additions, BSD's, or GNU's without the members' bytes. */
export type ArchiveFlavour = 'gnu' | 'bsd' | 'thin';

/** A file in an archive. */
export interface ArchiveMember {
  readonly name: string;
  /** Its bytes; absent in a thin archive. */
  readonly content?: ByteSource;
}

/** An archive, as far as it could be read. */
export interface Archive {
  readonly flavour: ArchiveFlavour;
  /** How many files are in it, tables not counted. */
  readonly memberCount: number;
  /** What is wrong with it, if anything. The members before that were handed over. */
  readonly problem?: string;
}

/** Members of one archive; the largest known of a library has 5,000. */
export const MAX_MEMBERS = 100_000;

const MAX_NAME_TABLE_BYTES = 4 * 1024 * 1024;
const MAX_NAME_BYTES = 4096;

// What GNU ar --record-libdeps writes.
const LIBDEP = '__.LIBDEP/';

const MAGIC_BYTES = 8;
const HEADER_BYTES = 60;

interface Header {
  /** As it stands there, without the spaces at its end. */
  readonly name: string;
  readonly sizeBytes: number;
}

/**
 * Hands over the members of an `ar` archive one after the other: System V and GNU (`//` names, `/` and `/SYM64/`
 * indexes), BSD (`#1/N` names, `__.SYMDEF`), and thin ones. Takes time linear in the archive's size and memory for its
 * table of names. A damaged archive is a result with a `problem`.
 *
 * @throws what the source and `onMember` throw.
 */
export async function readArchive(
  source: ByteSource,
  onMember: (member: ArchiveMember) => Promise<void>,
): Promise<Archive> {
  const magic = (await source.read(0, MAGIC_BYTES)).toString('latin1');
  const isThin = magic === '!<thin>\n';
  let flavour: ArchiveFlavour = isThin ? 'thin' : 'gnu';
  let memberCount = 0;
  const end = (problem?: string): Archive => ({
    flavour,
    memberCount,
    ...(problem === undefined ? {} : { problem }),
  });
  if (!isThin && magic !== '!<arch>\n') return end('it is no archive');

  let nameTable: string | undefined;
  let position = MAGIC_BYTES;
  // Each turn moves on by a header at least.
  while (position < source.sizeBytes) {
    const bytes = await source.read(position, HEADER_BYTES);
    if (bytes.length < HEADER_BYTES) {
      // Some archivers pad the end.
      return end(/^[\n\0 ]*$/.test(bytes.toString('latin1')) ? undefined : 'it ends within a member header');
    }
    const header = parseHeader(bytes);
    if (header === undefined) return end(`at byte ${position} there is no member header`);
    const { name, sizeBytes } = header;
    const start = position + HEADER_BYTES;
    const isTable = isTableName(name);
    const hasContent = isTable || !isThin;
    if (hasContent && start + sizeBytes > source.sizeBytes) {
      return end(
        `its member at byte ${position} has ${sizeBytes} bytes, of which ${source.sizeBytes - start} are there`,
      );
    }
    // Members begin at even places.
    position = hasContent ? start + sizeBytes + (sizeBytes % 2) : start;
    if (name === '//') {
      if (sizeBytes > MAX_NAME_TABLE_BYTES) {
        return end(`its table of names is larger than ${MAX_NAME_TABLE_BYTES} bytes`);
      }
      nameTable = (await source.read(start, sizeBytes)).toString('latin1');
    }
    if (isTable) {
      if (isBsdIndex(name)) flavour = 'bsd';
      continue;
    }
    const bsd = await readBsdName(source, start, header);
    if (bsd !== undefined) flavour = 'bsd';
    if (typeof bsd === 'string') return end(bsd);
    const memberName = bsd?.name ?? plainName(name, nameTable);
    if (memberName === undefined)
      return end(`the name of its member at byte ${start - HEADER_BYTES} is not in its table of names`);
    if (isBsdIndex(memberName)) continue;
    memberCount += 1;
    if (memberCount > MAX_MEMBERS) return end(`it has more than ${MAX_MEMBERS} members`);
    const nameBytes = bsd?.nameBytes ?? 0;
    await onMember({
      name: memberName,
      ...(isThin ? {} : { content: partOf(source, start + nameBytes, sizeBytes - nameBytes) }),
    });
  }
  return end();
}

/** Undefined for bytes that are no member header: 16 of name, 32 of times and owners, 10 of size, two at its end. */
function parseHeader(bytes: Buffer): Header | undefined {
  const text = bytes.toString('latin1');
  const [, size] = /^(\d{1,10}) *$/.exec(text.slice(48, 58)) ?? [];
  if (size === undefined || text.slice(58) !== '`\n') return undefined;
  return { name: text.slice(0, 16).trimEnd(), sizeBytes: Number(size) };
}

/** Whether the member is an index or a table of names; Microsoft's archivers have more of them. */
function isTableName(name: string): boolean {
  return (
    name === '/' ||
    name === '//' ||
    name === '/SYM64/' ||
    name.startsWith('/<') ||
    name === LIBDEP ||
    isBsdIndex(name)
  );
}

function isBsdIndex(name: string): boolean {
  return /^__\.SYMDEF(?:_64)?(?: SORTED)?$/.test(name);
}

/** A name that stands before the member's bytes; what is wrong with it; undefined where it is none of those. */
async function readBsdName(
  source: ByteSource,
  start: number,
  { name, sizeBytes }: Header,
): Promise<{ readonly name: string; readonly nameBytes: number } | string | undefined> {
  const [, digits] = /^#1\/(\d+)$/.exec(name) ?? [];
  if (digits === undefined) return undefined;
  const nameBytes = Number(digits);
  if (nameBytes > sizeBytes || nameBytes > MAX_NAME_BYTES)
    return `the name of its member at byte ${start - HEADER_BYTES} has ${digits} bytes`;
  const bytes = await source.read(start, nameBytes);
  const end = bytes.indexOf(0);
  return { name: bytes.toString('utf8', 0, end === -1 ? bytes.length : end), nameBytes };
}

/** A name that stands in the header, or in the table of names; undefined where the table does not have it. */
function plainName(name: string, nameTable: string | undefined): string | undefined {
  const [, digits] = /^\/(\d+)(?::\d+)?$/.exec(name) ?? [];
  if (digits === undefined) return name.endsWith('/') ? name.slice(0, -1) : name;
  const offset = Number(digits);
  if (nameTable === undefined || offset >= nameTable.length) return undefined;
  const rest = nameTable.slice(offset, offset + MAX_NAME_BYTES);
  // GNU ends a name with a slash and a line feed, Microsoft with NUL. In a thin archive slashes are part of it.
  const end = rest.search(/\/?\n|\0/);
  return end === -1 ? rest : rest.slice(0, end);
}
