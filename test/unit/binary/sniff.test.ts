// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { SNIFFED_BYTES, sniff } from '../../../src/binary/sniff.ts';

const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12\n`;

describe('sniff', () => {
  it.each<[string, string | Buffer, string]>([
    ['nothing', '', 'empty'],
    ['an archive', '!<arch>\n', 'archive'],
    ['a thin archive', '!<thin>\n', 'archive'],
    ['an ELF file', '\x7fELF\x01', 'elf'],
    ['a Git LFS pointer', POINTER, 'lfs-pointer'],
    ['an old Git LFS pointer', 'version https://hawser.github.com/spec/v1\n', 'lfs-pointer'],
    ['a web page', '<!DOCTYPE html>\n<html>', 'html'],
    ['a web page without a type', '\n\n  <HTML lang="en">', 'html'],
    ['a web page with a byte order mark', '\ufeff<!doctype  html>', 'html'],
    ['a web page after comments', '<?xml version="1.0"?><!-- a --><!-- b -->\n<html>', 'html'],
    ['XML', '<?xml version="1.0"?><manifest/>', 'text'],
    ['a comment without an end', '<!-- <html>', 'text'],
    ['gzip data', Buffer.from([0x1f, 0x8b, 8]), 'gzip'],
    ['a ZIP archive', 'PK\x03\x04', 'zip'],
    ['LLVM bitcode', Buffer.from([0x42, 0x43, 0xc0, 0xde]), 'llvm-bitcode'],
    ['a C header', '/* é */\n#define X\t1\r\n', 'text'],
    ['bytes', Buffer.from([1, 2, 3]), 'data'],
    ['bytes that are no UTF-8', Buffer.from([0x61, 0xff, 0x62]), 'data'],
  ])('knows %s', (_, bytes, kind) => {
    expect(sniff(Buffer.from(bytes))).toBe(kind);
  });

  it('sees text where a character is cut at the end of what it looks at', () => {
    const bytes = Buffer.from(`${'a'.repeat(SNIFFED_BYTES - 1)}é`).subarray(0, SNIFFED_BYTES);
    expect(sniff(bytes)).toBe('text');
  });

  it('takes no time for what looks like many comments', () => {
    expect(sniff(Buffer.from('<!---->'.repeat(SNIFFED_BYTES / 7)))).toBe('text');
  });
});
