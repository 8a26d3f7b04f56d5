// SPDX-License-Identifier: Apache-2.0

const SPACE = 0x20;
const NUL = 0;

/** One line of a git tree object. */
export interface TreeEntry {
  /** Octal digits as git stores them: `100644`, `100755`, `120000` (link), `40000` (tree), `160000` (submodule). */
  readonly mode: string;
  /** What stands in the tree, which may be anything but empty: `..` and `a/b` as well. No path to open unchecked. */
  readonly name: string;
  /** Lower-case hexadecimal digits. */
  readonly oid: string;
}

/** Bytes that are no git tree. */
export class DamagedTreeError extends Error {}

/**
 * The entries of a git tree object, in its order.
 *
 * @param content The object as it is stored, without its header.
 * @param oidBytes Length of an object id in bytes: 20 in a SHA-1 repository, 32 in a SHA-256 repository.
 * @throws DamagedTreeError if the object is cut off or otherwise no tree.
 */
export function parseTree(content: Uint8Array, oidBytes: number): readonly TreeEntry[] {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const entries: TreeEntry[] = [];
  let start = 0;
  while (start < bytes.length) {
    const nameStart = indexAfter(bytes, SPACE, start);
    const oidStart = indexAfter(bytes, NUL, nameStart);
    const end = oidStart + oidBytes;
    if (end > bytes.length) throw new DamagedTreeError('the git tree ends within an object id');
    const mode = bytes.toString('latin1', start, nameStart - 1);
    const name = bytes.toString('utf8', nameStart, oidStart - 1);
    if (!/^[0-7]{5,6}$/.test(mode) || name === '')
      throw new DamagedTreeError('the git tree has a malformed entry');
    entries.push({ mode, name, oid: bytes.toString('hex', oidStart, end) });
    start = end;
  }
  return entries;
}

function indexAfter(bytes: Buffer, byte: number, start: number): number {
  const index = bytes.indexOf(byte, start);
  if (index < 0) throw new DamagedTreeError('the git tree ends within an entry');
  return index + 1;
}
