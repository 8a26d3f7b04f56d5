// SPDX-License-Identifier: Apache-2.0

/** `text` as a bracket argument of CMake, in which nothing is expanded (cmake-language(7)). */
export function bracketArgument(text: string): string {
  let equals = '';
  while (`${text}]`.includes(`]${equals}]`)) equals += '=';
  // CMake drops a line feed right behind the opening bracket.
  const first = text.startsWith('\n') ? '\n' : '';
  return `[${equals}[${first}${text}]${equals}]`;
}
