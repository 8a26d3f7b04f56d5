// SPDX-License-Identifier: Apache-2.0

/** What a file is, by its first bytes. `data` is everything else. */
export type ByteKind =
  | 'empty'
  | 'archive'
  | 'elf'
  | 'lfs-pointer'
  | 'html'
  | 'gzip'
  | 'zip'
  | 'llvm-bitcode'
  | 'text'
  | 'data';

/** How many of a file's first bytes are looked at. */
export const SNIFFED_BYTES = 1024;

const BEGINNINGS: readonly (readonly [string, ByteKind])[] = [
  ['!<arch>\n', 'archive'],
  ['!<thin>\n', 'archive'],
  ['\x7fELF', 'elf'],
  // The second is what the first was before Git LFS had its name.
  ['version https://git-lfs.github.com/spec/', 'lfs-pointer'],
  ['version https://hawser.github.com/spec/', 'lfs-pointer'],
  ['\x1f\x8b', 'gzip'],
  ['PK\x03\x04', 'zip'],
  ['BC\xc0\xde', 'llvm-bitcode'],
];

const HTML = /^<(?:!doctype\s+html|html|head|body|title|script)\b/i;
const PROLOGUES: readonly (readonly [string, string])[] = [
  ['<!--', '-->'],
  ['<?xml', '>'],
];
const BINARY_CHARACTERS = /[\u0000-\u0008\u000e-\u001a\u001c-\u001f\u007f\ufffd]/;

/** What begins with `head`: the first {@link SNIFFED_BYTES} of a file, or all of it. */
export function sniff(head: Buffer): ByteKind {
  if (head.length === 0) return 'empty';
  const latin1 = head.toString('latin1');
  const known = BEGINNINGS.find(([beginning]) => latin1.startsWith(beginning));
  if (known !== undefined) return known[1];
  if (isHtml(latin1)) return 'html';
  // A character may be cut at the end.
  return BINARY_CHARACTERS.test(head.toString('utf8').slice(0, head.length < SNIFFED_BYTES ? undefined : -1))
    ? 'data'
    : 'text';
}

function isHtml(latin1: string): boolean {
  let text = latin1.replace(/^\xef\xbb\xbf/, '').trimStart();
  // Each turn takes away at least four characters.
  for (;;) {
    const [, end] = PROLOGUES.find(([start]) => text.startsWith(start)) ?? [];
    const at = end === undefined ? -1 : text.indexOf(end);
    if (end === undefined || at === -1) return HTML.test(text);
    text = text.slice(at + end.length).trimStart();
  }
}
