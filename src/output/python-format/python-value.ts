// SPDX-License-Identifier: Apache-2.0

/** A value that a template can name, by the Python type that it has in west. */
export type FormatValue =
  | { readonly kind: 'string'; readonly value: string }
  /** A whole number. */
  | { readonly kind: 'integer'; readonly value: number | bigint }
  | { readonly kind: 'boolean'; readonly value: boolean }
  /** A pathlib.Path: takes no format spec, unless `!s`, `!r` or `!a` makes it a string. */
  | { readonly kind: 'path'; readonly value: string }
  /** The empty string, for which only fill, alignment and width of a valid spec count. */
  | { readonly kind: 'missing' };
