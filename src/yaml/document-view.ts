// SPDX-License-Identifier: Apache-2.0
import type { ErrorDetails } from '../core/errors.ts';

/** A place in a value: map keys and zero-based sequence indices, outermost first. */
export type ValuePath = readonly (string | number)[];

/** A place in a file, in the shape that errors and issues carry. */
export type SourcePosition = Required<Pick<ErrorDetails, 'file' | 'line' | 'column' | 'sourceLine'>>;

/** The value of a YAML document that was read without problems, and where each part of it stands. */
export interface DocumentView {
  readonly file: string;
  /** Maps are objects without prototype; see `toValue`. */
  readonly value: unknown;

  /** Where the value at `path` stands, or the closest part of it that exists. */
  positionOf(path: ValuePath): SourcePosition;

  /** Where the key of the map entry at `path` stands, or the closest part of it that exists. */
  positionOfKey(path: ValuePath): SourcePosition;

  /** How the plain (unquoted) scalar at `path` is spelt; undefined for anything else. */
  findPlainScalar(path: ValuePath): string | undefined;
}
