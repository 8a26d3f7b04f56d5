// SPDX-License-Identifier: Apache-2.0
import { escapeControls } from '../../core/text.ts';
import { convert } from './conversions.ts';
import { cannotFormat, unknownKey } from './format-error.ts';
import { findValueProblem, formatValue } from './format-value.ts';
import { type Field, type Piece, parseTemplate, parseUsableSpec } from './parse-template.ts';
import type { FormatValue } from './python-value.ts';

export type { FormatValue } from './python-value.ts';

/** Gives the value of a key, undefined when there is no such key. */
type Lookup = (name: string) => FormatValue | undefined;

/**
 * A template of `blobs list --format`: Python 3.11's `str.format(**fields)` with its "Format Specification
 * Mini-Language" for strings, integers, booleans and paths.
 *
 * This is our own because no package was found that promises Python 3.11's rules: of those that offer str.format
 * (python-format, string-format, string-format-full), the fullest is a port of Jython's, which is Python 2's. It
 * also leaves out the access to attributes and elements that a template from a script should not have.
 */
export class FormatTemplate {
  /** The name of every field, those inside format specs too, each once, in the order of the template. */
  readonly fields: readonly string[];
  readonly #pieces: readonly Piece[];

  private constructor(pieces: readonly Piece[]) {
    this.#pieces = pieces;
    this.fields = [...new Set(fieldNames(pieces))];
  }

  /**
   * Throws `BLOBS_BAD_FORMAT` for what Python refuses whatever the values are (unbalanced braces, positional
   * fields, unknown conversions, fields nested more than two deep, a spec that fits no kind of value), for
   * access to attributes and elements, and for templates, widths and precisions over this program's limits.
   */
  static parse(text: string): FormatTemplate {
    return new FormatTemplate(parseTemplate(text));
  }

  /**
   * The template with the values of its fields. Throws `BLOBS_BAD_FORMAT` for a name that `lookup` does not
   * know and for a value that Python refuses to format with the field's spec.
   */
  render(lookup: Lookup): string {
    return renderPieces(this.#pieces, lookup);
  }
}

function fieldNames(pieces: readonly Piece[]): string[] {
  return pieces.flatMap((piece) => {
    if (typeof piece === 'string') return [];
    return 'pieces' in piece.spec ? [piece.name, ...fieldNames(piece.spec.pieces)] : [piece.name];
  });
}

function renderPieces(pieces: readonly Piece[], lookup: Lookup): string {
  return pieces.map((piece) => (typeof piece === 'string' ? piece : renderField(piece, lookup))).join('');
}

function renderField(field: Field, lookup: Lookup): string {
  const { name, position, conversion } = field;
  const found = lookup(name);
  if (found === undefined) throw unknownKey(name, position);
  const value: FormatValue =
    conversion === undefined ? found : { kind: 'string', value: convert(found, conversion) };
  const spec =
    'pieces' in field.spec ? parseUsableSpec(renderPieces(field.spec.pieces, lookup), field) : field.spec;
  const refused = findValueProblem(value, spec, escapeControls(name));
  if (refused !== undefined) {
    throw cannotFormat({ name, position, specText: spec.text }, refused.problem, refused.hint);
  }
  return formatValue(value, spec);
}
