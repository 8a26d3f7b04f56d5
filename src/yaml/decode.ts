// SPDX-License-Identifier: Apache-2.0
import { isUtf8 } from 'node:buffer';
import { MAX_YAML_BYTES } from './limits.ts';

/** Something wrong with the text itself, at an offset in UTF-16 code units of the decoded text. */
export interface TextProblem {
  readonly message: string;
  readonly hint?: string;
  readonly offset: number;
}

/** The text of `bytes` without a byte order mark; bytes that are not UTF-8 become U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes);
}

/** The first reason not to hand `bytes`, decoded as `text`, to the YAML parser; undefined if there is none. */
export function findTextProblem(bytes: Uint8Array, text: string): TextProblem | undefined {
  if (bytes.length > MAX_YAML_BYTES) {
    return { message: `the file is larger than ${MAX_YAML_BYTES} bytes`, offset: 0 };
  }
  if (!isUtf8(bytes)) {
    const offset = offsetOfInvalidUtf8(bytes);
    return { message: 'the file is not UTF-8', hint: 'save it as UTF-8', offset };
  }
  return findConflictMarker(text);
}

function offsetOfInvalidUtf8(bytes: Uint8Array): number {
  // No multi-byte character holds a line feed, so every line can be looked at alone.
  let start = 0;
  while (start < bytes.length) {
    const feed = bytes.indexOf(0x0a, start);
    const end = feed === -1 ? bytes.length : feed + 1;
    const line = bytes.subarray(start, end);
    if (!isUtf8(line)) return decodeUtf8(bytes.subarray(0, start)).length + validCharacters(line);
    start = end;
  }
  return 0;
}

/** UTF-16 code units of the longest part of `line`, from its beginning, that is UTF-8. */
function validCharacters(line: Uint8Array): number {
  let valid = 0;
  let broken = line.length;
  while (broken - valid > 1) {
    const middle = (valid + broken) >> 1;
    if (isBeginOfUtf8(line.subarray(0, middle))) valid = middle;
    else broken = middle;
  }
  return new TextDecoder('utf-8').decode(line.subarray(0, valid), { stream: true }).length;
}

function isBeginOfUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function findConflictMarker(text: string): TextProblem | undefined {
  if (!text.includes('<<<<<<<')) return undefined;
  // Content of a block scalar is indented, so a marker in the first column is never part of one.
  const ours = /^<{7}(?: .*)?$/m.exec(text);
  if (ours === null || !/^>{7}(?: .*)?$/m.test(text)) return undefined;
  return {
    message: 'the file holds merge conflict markers',
    hint: 'resolve the conflict in git first',
    offset: ours.index,
  };
}
