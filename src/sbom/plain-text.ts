// SPDX-License-Identifier: Apache-2.0
import { escapeControls, escapeControlsInText } from '../core/text.ts';

/** `text` in one line of well-formed Unicode, control characters written as escapes. */
export function toLine(text: string): string {
  return escapeControls(text).toWellFormed();
}

/** As {@link toLine}, but line feeds and tabs stay; a form feed, which parts pages of licences, becomes a line feed. */
export function toText(text: string): string {
  return escapeControlsInText(text.replaceAll('\f', '\n')).toWellFormed();
}
