// SPDX-License-Identifier: Apache-2.0
import { UnreadableError } from './build-budget.ts';

const SIGNATURE = Buffer.from('# ninjadeps\n');
const MAX_RECORD_BYTES = 2 ** 19;

export interface NinjaDeps {
  readonly inputsOf: ReadonlyMap<string, readonly string[]>;
  /** Whether it ends within a record, or holds one that is none: what follows is not known. */
  readonly isDamaged: boolean;
}

/**
 * ninja's log of dependencies, `.ninja_deps`, versions 3 and 4 (src/deps_log.h in ninja's source): for each output the inputs
 * that its last build recorded. Paths are as ninja spells them.
 *
 * @throws UnreadableError for anything else than such a log
 */
export function parseNinjaDeps(bytes: Buffer): NinjaDeps {
  const start = SIGNATURE.length + 4;
  if (bytes.length < start || !bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE))
    throw new UnreadableError('it is no log of ninja');
  const version = bytes.readInt32LE(SIGNATURE.length);
  if (version !== 3 && version !== 4)
    throw new UnreadableError(`version ${version} of ninja's log is not known`);
  const headBytes = version === 3 ? 8 : 12;
  const paths: string[] = [];
  const recorded = new Map<number, readonly [from: number, to: number]>();
  const isKnown = (id: number): boolean => id >= 0 && id < paths.length;
  let at = start;
  let isDamaged = false;
  while (at < bytes.length && !isDamaged) {
    isDamaged = true;
    if (at + 4 > bytes.length) break;
    const word = bytes.readUInt32LE(at);
    const isDependencies = word >= 2 ** 31;
    const size = word & 0x7fffffff;
    const from = at + 4;
    at = from + size;
    if (size > MAX_RECORD_BYTES || size % 4 !== 0 || at > bytes.length) break;
    if (isDependencies) {
      if (size < headBytes || !isKnown(bytes.readInt32LE(from))) break;
      let each = from + headBytes;
      while (each < at && isKnown(bytes.readInt32LE(each))) each += 4;
      if (each < at) break;
      recorded.set(bytes.readInt32LE(from), [from + headBytes, at]);
    } else {
      const path = readPath(bytes, { from, to: at, id: paths.length });
      if (path === undefined) break;
      paths.push(path);
    }
    isDamaged = false;
  }
  const inputsOf = new Map<string, readonly string[]>();
  for (const [id, [from, to]] of recorded) {
    const output = paths[id];
    if (output === undefined) continue;
    const inputs: string[] = [];
    for (let each = from; each < to; each += 4) inputs.push(paths[bytes.readInt32LE(each)] ?? '');
    inputsOf.set(output, inputs);
  }
  return { inputsOf, isDamaged };
}

/** A record of a path: its bytes, at most three NULs, and its number inverted. */
function readPath(
  bytes: Buffer,
  { from, to, id }: { readonly from: number; readonly to: number; readonly id: number },
): string | undefined {
  if (to - from < 8 || bytes.readInt32LE(to - 4) !== ~id) return undefined;
  let end = to - 4;
  while (end > from && to - 4 - end < 3 && bytes[end - 1] === 0) end -= 1;
  return bytes.toString('utf8', from, end);
}
