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

/** What only linkers write, near the beginning: GNU ld and gold, LLVM's lld, and those of other makers. */
const HEAD =
  /^(?:Archive member included|There are no discarded|Discarded input sections|Memory Configuration|Linker script and memory map|Merging program properties|As-needed library included|Allocating common symbols|\s*VMA\s+LMA\s+Size\s+Align\s+Out\s+In\s+Symbol|# Path: |Component: )/m;

/** What stands before the path of an input file: section, address, size; of lld VMA, LMA, size, alignment. */
const PLACE =
  /^\s*(?:[^\s(]\S*\s+)??(?:0x[0-9a-f]+\s+0x[0-9a-f]+|[0-9a-f]+\s+[0-9a-f]+\s+[0-9a-f]+\s+\d+)\s+(\S.*)$/i;

/**
 * The paths of input files that the linker's map `file` names, each once, as spelt: of archives (`LOAD lib.a`,
 * `lib.a(member.o)`) and of objects. Undefined where it is no linker's map.
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
    for (;;) {
      const read = readSync(fd, buffer, 0, buffer.length, null);
      const piece = rest + decoder.write(buffer.subarray(0, read));
      if (total === 0 && !HEAD.test(piece.slice(0, 65_536))) return undefined;
      total += read;
      if (total > MAX_MAP_BYTES) throw new UnreadableError(`it is larger than ${MAX_MAP_BYTES} bytes`);
      const lines = piece.split('\n');
      rest = read === 0 ? '' : (lines.pop() ?? '');
      if (rest.length > MAX_LINE_CHARACTERS) throw new UnreadableError('a line is too long');
      for (const line of lines) for (const path of pathsOfLine(line)) paths.add(path);
      if (paths.size > MAX_PATHS) throw new UnreadableError('it names too many files');
      if (read === 0) return paths;
      // Lets a signal through.
      await setImmediate();
      signal.throwIfAborted();
    }
  } finally {
    closeSync(fd);
  }
}

/** The input files that one line of a linker's map names. */
export function pathsOfLine(line: string): string[] {
  const text = line.trimEnd();
  if (text.length < 3 || text.length > 65_536) return [];
  if (text.startsWith('LOAD ')) return [text.slice(5)];
  const tail = PLACE.exec(text)?.[1] ?? text.trimStart();
  // lld writes lib.a(member.o):(.text); ld of a list of archives lib.a(member.o) and (symbol).
  const archive = /^(.+?\.[A-Za-z0-9]+)\([^()]*\)/.exec(tail)?.[1];
  if (archive !== undefined) return [archive];
  const object = /^(.+?\.(?:o|obj|a|lib|elf|bin|img|axf|so))(?::\([^()]*\).*|\s+\(.*|)$/i.exec(tail)?.[1];
  return object === undefined ? [] : [object];
}
