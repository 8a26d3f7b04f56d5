// SPDX-License-Identifier: Apache-2.0
import { escapeControls } from '../../core/text.ts';
import { type Conversion, isConversion } from './conversions.ts';
import { cannotFormat, malformedTemplate, quote } from './format-error.ts';
import { type FormatSpec, parseFormatSpec } from './format-spec.ts';
import { findStringProblem } from './format-string.ts';
import { findSpecProblem } from './format-value.ts';

/** Literal text or a field. */
export type Piece = string | Field;

/** One `{name!conversion:spec}`. */
export interface Field {
  readonly name: string;
  readonly conversion: Conversion | undefined;
  /** A nested spec is known only when its own fields have their values. */
  readonly spec: FormatSpec | NestedSpec;
  /** 1-based character of the opening brace. */
  readonly position: number;
}

interface NestedSpec {
  readonly pieces: readonly Piece[];
}

/** A stretch of the template, by code points. */
interface Source {
  readonly characters: readonly string[];
  /** How many characters of the template come before. */
  readonly offset: number;
  /** 0: the template, 1: a format spec in it. Python allows no more. */
  readonly level: number;
}

const MAX_TEMPLATE_CHARACTERS = 10_000;
const NAME_HINT = 'name the key, as in "{module} {path}"';
const CLOSE_HINT = 'close every field, as in "{module}"; write "{{" for a brace that is printed';

/** Takes a template apart; {@link FormatTemplate.parse} says which ones it refuses. */
export function parseTemplate(text: string): readonly Piece[] {
  const characters = [...text];
  if (characters.length > MAX_TEMPLATE_CHARACTERS) {
    const problem = `it is longer than ${MAX_TEMPLATE_CHARACTERS} characters`;
    throw malformedTemplate(MAX_TEMPLATE_CHARACTERS + 1, problem, 'use a shorter one');
  }
  return parsePieces({ characters, offset: 0, level: 0 });
}

function parsePieces(source: Source): readonly Piece[] {
  const { characters, offset } = source;
  const pieces: Piece[] = [];
  let literal = '';
  let index = 0;
  while (index < characters.length) {
    const character = characters[index] ?? '';
    if (character !== '{' && character !== '}') {
      literal += character;
      index += 1;
    } else if (characters[index + 1] === character) {
      literal += character;
      index += 2;
    } else if (character === '}') {
      const hint = 'write "}}" for a brace that is printed';
      throw malformedTemplate(offset + index + 1, '"}" without a "{" before it', hint);
    } else {
      const { field, end } = parseField(source, index);
      if (literal !== '') pieces.push(literal);
      pieces.push(field);
      literal = '';
      index = end;
    }
  }
  if (literal !== '') pieces.push(literal);
  return pieces;
}

function parseField(source: Source, start: number): { field: Field; end: number } {
  const { characters, offset } = source;
  const position = offset + start + 1;
  const nameEnd = findNameEnd(source, start);
  const name = characters.slice(start + 1, nameEnd).join('');
  if (name === '' || /^\p{Nd}+$/u.test(name)) {
    throw malformedTemplate(position, `${quote(`{${name}}`)} is a field without a key`, NAME_HINT);
  }

  let index = nameEnd;
  let conversion: Conversion | undefined;
  if (characters[index] === '!') {
    const letter = characters[index + 1] ?? '';
    if (!isConversion(letter)) {
      const hint = `try "{${escapeControls(name)}!r}"`;
      throw malformedTemplate(offset + index + 1, 'after "!" comes one of r, s and a', hint);
    }
    conversion = letter;
    index += 2;
  }
  if (characters[index] === '}') {
    return { field: { name, conversion, spec: EMPTY_SPEC, position }, end: index + 1 };
  }
  if (characters[index] !== ':') {
    throw malformedTemplate(offset + index + 1, `expected "}" or ":" after ${quote(name)}`, CLOSE_HINT);
  }
  const specEnd = findSpecEnd(source, index + 1, position);
  const specSource = {
    characters: characters.slice(index + 1, specEnd),
    offset: offset + index + 1,
    level: source.level + 1,
  };
  const spec = parseSpec(specSource, { name, conversion, position });
  return { field: { name, conversion, spec, position }, end: specEnd + 1 };
}

/** The index of the `}`, `:` or `!` behind the name of the field that opens at `start`. */
function findNameEnd({ characters, offset }: Source, start: number): number {
  for (let index = start + 1; index < characters.length; index++) {
    switch (characters[index]) {
      case '}':
      case ':':
      case '!':
        return index;
      case '{':
        throw malformedTemplate(offset + index + 1, '"{" inside the name of a field', CLOSE_HINT);
      case '.':
      case '[': {
        const hint = 'format the whole value, as in "{path}" or "{url:.40}"';
        throw malformedTemplate(offset + index + 1, 'access to attributes and elements is refused', hint);
      }
    }
  }
  throw malformedTemplate(offset + start + 1, '"{" without a "}" behind it', CLOSE_HINT);
}

/** The index of the `}` that ends the spec beginning at `start`; Python counts even escaped braces here. */
function findSpecEnd({ characters }: Source, start: number, position: number): number {
  let open = 1;
  for (let index = start; index < characters.length; index++) {
    if (characters[index] === '{') open++;
    if (characters[index] === '}') open--;
    if (open === 0) return index;
  }
  throw malformedTemplate(position, '"{" without a "}" behind it', CLOSE_HINT);
}

function parseSpec(
  source: Source,
  field: Pick<Field, 'name' | 'conversion' | 'position'>,
): FormatSpec | NestedSpec {
  const { name, conversion, position } = field;
  const opening = source.characters.indexOf('{');
  if (opening !== -1 && source.level > 1) {
    const hint = 'nest one field in a spec, as in "{module:>{size}}"';
    throw malformedTemplate(source.offset + opening + 1, 'fields are nested too deeply', hint);
  }
  const pieces = parsePieces(source);
  const literals = pieces.filter((piece) => typeof piece === 'string');
  if (literals.length < pieces.length) return { pieces };
  const spec = parseUsableSpec(literals.join(''), { name, position });
  const problem = conversion === undefined ? undefined : findStringProblem(spec);
  if (problem !== undefined) {
    const hint = `after "!${conversion}" the value is text; try "{${escapeControls(name)}!${conversion}:<30}"`;
    throw cannotFormat({ name, position, specText: spec.text }, problem, hint);
  }
  return spec;
}

/** The spec that `specText` spells. Throws `BLOBS_BAD_FORMAT` when no value could be formatted with it. */
export function parseUsableSpec(specText: string, place: Pick<Field, 'name' | 'position'>): FormatSpec {
  const spec = parseFormatSpec(specText);
  const problem = typeof spec === 'string' ? spec : findSpecProblem(spec);
  if (typeof spec === 'string' || problem !== undefined) {
    const hint = `try "{${escapeControls(place.name)}:>12}"`;
    throw cannotFormat({ ...place, specText }, String(problem), hint);
  }
  return spec;
}

const EMPTY_SPEC = parseUsableSpec('', { name: '', position: 0 });
