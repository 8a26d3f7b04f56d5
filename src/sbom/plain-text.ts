// SPDX-License-Identifier: Apache-2.0
import { escapeControls, escapeControlsInText } from '../core/text.ts';
import { redactLine } from '../core/url.ts';

/** `text` in one line of well-formed Unicode, control characters written as escapes, URLs in it without credentials. */
export function toLine(text: string): string {
  return escapeControls(redactLine(text)).toWellFormed();
}

/** As {@link toLine}, but line feeds and tabs stay; a form feed, which parts pages of licences, becomes a line feed. */
export function toText(text: string): string {
  return escapeControlsInText(text.replaceAll('\f', '\n')).toWellFormed();
}
