// SPDX-License-Identifier: Apache-2.0
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { setImmediate } from 'node:timers/promises';
import { READ_ONLY } from '../store/regular-file.ts';
import { UnreadableError } from './build-budget.ts';

const PIECE_BYTES = 2 ** 20;
const MAX_LINE_CHARACTERS = 2 ** 20;
const MAX_MAP_BYTES = 4 * 2 ** 30;
const MAX_PATHS = 1_000_000;
/** A longer line names no file that a system could open. */
const MAX_PLACED_CHARACTERS = 65_536;
const OBJECT = /.\.(?:o|obj|a|lib|elf|bin|img|axf|so)$/i;

/** What only linkers write, near the beginning: GNU ld and gold, LLVM's lld, and those of other makers. */
const HEAD =
  /^(?:Archive member included|There are no discarded|Discarded input sections|Memory Configuration|Linker script and memory map|Merging program properties|As-needed library included|Allocating common symbols|[ \t]{0,99}VMA[ \t]{1,99}LMA[ \t]{1,99}Size[ \t]|# Path: |Component: )/m;
/** The source maps of JavaScript, some behind a guard, begin so. */
const SOURCE_MAP = /^(?:\ufeff|\)\]\}'?,?)?\s{0,99}\{/;

/**
 * The paths of input files that the linker's map `file` names, each once, as spelt: of archives (`LOAD lib.a`,
 * `lib.a(member.o)`) and of objects. Undefined where it is no linker's map: GNU ld speaks many languages, so that one is known
 * by what it loads and places where its headings are others.
 *
 * @throws UnreadableError for what is no regular file or too large; the system's error; the signal's reason.
 */
export async function readMapFile(
  file: string,
  signal: AbortSignal,
): Promise<ReadonlySet<string> | undefined> {
  const fd = openSync(file, READ_ONLY);
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw new UnreadableError('it is not a regular file');
    const decoder = new StringDecoder('utf8');
    const buffer = Buffer.allocUnsafe(PIECE_BYTES);
    const paths = new Set<string>();
    let total = 0;
    let rest = '';
    let isMap = false;
    for (;;) {
      const read = readSync(fd, buffer, 0, buffer.length, null);
      const piece = rest + decoder.write(buffer.subarray(0, read));
      if (total === 0) {
        if (SOURCE_MAP.test(piece.slice(0, 200))) return undefined;
        isMap = HEAD.test(piece.slice(0, 65_536));
      }
      total += read;
      if (total > MAX_MAP_BYTES) throw new UnreadableError(`it is larger than ${MAX_MAP_BYTES} bytes`);
      const lines = piece.split('\n');
      rest = read === 0 ? '' : (lines.pop() ?? '');
      if (!isMap) isMap = lines.some(isMapLine);
      if (rest.length > MAX_LINE_CHARACTERS) {
        if (isMap) throw new UnreadableError('a line is too long');
        return undefined;
      }
      for (const line of lines) for (const path of pathsOfLine(line)) paths.add(path);
      if (paths.size > MAX_PATHS) throw new UnreadableError('it names too many files');
      if (read === 0) return isMap ? paths : undefined;
      // Lets a signal through.
      await setImmediate();
      signal.throwIfAborted();
    }
  } finally {
    closeSync(fd);
  }
}

/** Whether no other file has such a line: GNU ld's "LOAD", which is not translated, or a place of a section in a file. */
function isMapLine(line: string): boolean {
  if (/^LOAD \S/.test(line)) return true;
  if (pathsOfLine(line).length === 0) return false;
  const words = wordsOf(line, 5);
  return words.some(({ text }, at) => isHex(text) && isHex(words[at + 1]?.text));
}

/** The input files that one line of a linker's map names. */
export function pathsOfLine(line: string): string[] {
  const text = line.trimEnd();
  if (text.length < 3 || text.length > MAX_PLACED_CHARACTERS) return [];
  if (text.startsWith('LOAD ')) return [text.slice(5)];
  const tail = text.slice(placeEnd(text));
  const path = archiveOf(tail) ?? objectOf(tail);
  return path === undefined ? [] : [path];
}

/** Where the path of an input file begins: behind section, address, size; of lld VMA, LMA, size, alignment. */
function placeEnd(text: string): number {
  const words = wordsOf(text, 6);
  const [first] = words;
  // The first word may be a section, and a section may be called as a number.
  for (const from of [0, 1]) {
    const [one, two, three, four] = words.slice(from);
    const path = isHex(one?.text) && isHex(two?.text) ? three : undefined;
    if (path !== undefined) return path.start;
    const isPlace = [one, two, three].every((word) => /^[0-9a-f]{1,16}$/i.test(word?.text ?? ''));
    const behind = words[from + 4];
    if (isPlace && /^\d{1,20}$/.test(four?.text ?? '') && behind !== undefined) return behind.start;
  }
  return first?.start ?? 0;
}

function isHex(text: string | undefined): boolean {
  return text !== undefined && text.length <= 18 && /^0x[0-9a-f]+$/i.test(text);
}

interface Word {
  readonly text: string;
  readonly start: number;
}

/** The first `count` words of a line. */
function wordsOf(line: string, count: number): Word[] {
  const words: Word[] = [];
  const word = /\S+/g;
  while (words.length < count) {
    const found = word.exec(line);
    if (found === null) break;
    words.push({ text: found[0], start: found.index });
  }
  return words;
}

/** lld writes `lib.a(member.o):(.text)`; ld of a list of archives `lib.a(member.o)` and ` (symbol)`. */
function archiveOf(tail: string): string | undefined {
  let close = -1;
  for (let at = tail.indexOf('('), inner = -1; at !== -1; at = inner) {
    if (close < at) close = tail.indexOf(')', at);
    if (close === -1) return undefined;
    inner = tail.indexOf('(', at + 1);
    if ((inner === -1 || inner > close) && /.\.[A-Za-z0-9]{1,20}$/.test(tail.slice(Math.max(0, at - 22), at)))
      return tail.slice(0, at);
  }
  return undefined;
}

/** `main.o`, `main.o:(.text)`, `main.o (symbol)`. */
function objectOf(tail: string): string | undefined {
  const section = tail.indexOf(':(');
  const symbol = tail.search(/\s\(/);
  for (const end of [tail.length, section, symbol]) {
    const path = end === -1 ? '' : tail.slice(0, end).trimEnd();
    if (OBJECT.test(path.slice(-8))) return path;
  }
  return undefined;
}
