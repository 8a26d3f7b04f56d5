// SPDX-License-Identifier: Apache-2.0

/** Whether a path names a header of C or C++, by its ending. */
export function isHeader(path: string): boolean {
  return /\.(?:h|hh|hpp|hxx|h\+\+)$/i.test(path);
}
