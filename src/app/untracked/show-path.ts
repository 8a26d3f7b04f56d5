// SPDX-License-Identifier: Apache-2.0
import { isUtf8 } from 'node:buffer';

/** `path` as text; bytes that are no UTF-8 are written as `\xNN`. */
export function showPath(path: Buffer): string {
  if (isUtf8(path)) return path.toString('utf8');
  let shown = '';
  for (let at = 0; at < path.length; ) {
    const start = at;
    const length = [1, 2, 3, 4].find((n) => isUtf8(path.subarray(start, start + n)));
    shown +=
      length === undefined
        ? `\\x${path.toString('hex', at, at + 1)}`
        : path.toString('utf8', at, at + length);
    at += length ?? 1;
  }
  return shown;
}
