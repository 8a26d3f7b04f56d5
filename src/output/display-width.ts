// SPDX-License-Identifier: Apache-2.0
import stringWidth from 'string-width';

const ELLIPSIS = '…';

/** Columns that `text` takes on a terminal: two for wide characters, none for combining ones. */
export function displayWidth(text: string): number {
  return stringWidth(text);
}

/** `text` cut to at most `width` columns, with an ellipsis at the end, or at the beginning where the end says more. */
export function cutToWidth(text: string, width: number, keepEnd = false): string {
  if (displayWidth(text) <= width) return text;
  const characters = [...text];
  if (keepEnd) characters.reverse();
  const kept: string[] = [];
  let used = displayWidth(ELLIPSIS);
  for (const character of characters) {
    used += displayWidth(character);
    if (used > width) break;
    kept.push(character);
  }
  return keepEnd ? ELLIPSIS + kept.reverse().join('') : kept.join('') + ELLIPSIS;
}
