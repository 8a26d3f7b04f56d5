// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../../core/errors.ts';
import { escapeControls, shorten } from '../../core/text.ts';

const MAX_QUOTED_CHARACTERS = 60;

/** `text` in quotes, shortened and safe on a terminal. */
export function quote(text: string): string {
  return `"${escapeControls(shorten(text, MAX_QUOTED_CHARACTERS))}"`;
}

/** The error for a template that no values can be put into; `position` is the 1-based character at fault. */
export function malformedTemplate(position: number, problem: string, hint: string): BlobsError {
  return new BlobsError(
    'BLOBS_BAD_FORMAT',
    `the format string is malformed at character ${position}: ${problem}`,
    { hint },
  );
}

/** Where in a template a value was to be formatted, and how. */
interface FormatPlace {
  readonly name: string;
  readonly specText: string;
  /** 1-based character of the field's opening brace. */
  readonly position: number;
}

/** The error for a format spec that is wrong in itself or for the value that it meets. */
export function cannotFormat(place: FormatPlace, problem: string, hint: string): BlobsError {
  const { name, specText, position } = place;
  return new BlobsError(
    'BLOBS_BAD_FORMAT',
    `cannot format ${quote(name)} with ${quote(specText)} at character ${position}: ${problem}`,
    { hint },
  );
}

/** The error for a field name that the caller does not know. */
export function unknownKey(name: string, position: number): BlobsError {
  const trimmed = name.trim();
  const hint =
    trimmed !== name && trimmed !== ''
      ? `write it without the spaces: "{${escapeControls(trimmed)}}"`
      : 'every blob has the keys of "{module} {path} {status}"';
  return new BlobsError(
    'BLOBS_BAD_FORMAT',
    `unknown key ${quote(name)} in the format string, at character ${position}`,
    { hint },
  );
}
