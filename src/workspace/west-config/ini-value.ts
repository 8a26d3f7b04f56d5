// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../../core/errors.ts';
import { escapeControls } from '../../core/text.ts';
import { DEFAULT_SECTION, type IniOption, type IniSections } from './ini.ts';

/** The value of an option, and where it stands. */
export interface IniValue {
  readonly value: string;
  readonly file: string;
  /** 1-based. */
  readonly line: number;
}

// Python's configparser stops at this depth too.
const MAX_INTERPOLATION_DEPTH = 10;
// Ten levels of references that each stand several times would otherwise be a bomb.
const MAX_REFERENCES = 1000;
const MAX_VALUE_CHARACTERS = 1024 * 1024;

const REFERENCE = /^%\(([^)]+)\)s/;
const WORDS = new Map([
  ['1', true],
  ['yes', true],
  ['true', true],
  ['on', true],
  ['0', false],
  ['no', false],
  ['false', false],
  ['off', false],
]);

/** The boolean that `text` spells in the words of Python's `getboolean`; undefined when it is none of them. */
export function findIniBoolean(text: string): boolean | undefined {
  return WORDS.get(text.toLowerCase());
}

/**
 * The value of `option` in `section` (or inherited from DEFAULT) with `%%` and `%(name)s` expanded as Python's
 * `configparser.BasicInterpolation` does. Undefined when the section or the option is not there, or has no value.
 *
 * @throws BlobsError `BLOBS_BAD_CONFIG` where the expansion fails; only a value that is read can fail
 */
export function findIniValue(sections: IniSections, section: string, option: string): IniValue | undefined {
  const own = sections.get(section);
  if (own === undefined) return undefined;
  const find = (name: string): IniOption | undefined =>
    own.get(name.toLowerCase()) ?? sections.get(DEFAULT_SECTION)?.get(name.toLowerCase());
  const found = find(option);
  if (found?.value === undefined) return undefined;

  const { file, line } = found;
  const fail = (problem: string): never => {
    const name = escapeControls(`${section}.${option}`);
    throw new BlobsError('BLOBS_BAD_CONFIG', `${name}: ${escapeControls(problem)}`, {
      file,
      line,
      hint: 'a percent sign that stands for itself is written %%',
    });
  };
  const pieces: string[] = [];
  let characters = 0;
  let references = 0;
  const add = (piece: string): void => {
    characters += piece.length;
    if (characters > MAX_VALUE_CHARACTERS) fail('the value expands to too much text');
    pieces.push(piece);
  };

  const expand = (text: string, depth: number): void => {
    if (depth > MAX_INTERPOLATION_DEPTH) fail('values refer to each other too deeply');
    let rest = 0;
    for (let at = text.indexOf('%'); at !== -1; at = text.indexOf('%', rest)) {
      add(text.slice(rest, at));
      const next = text.charAt(at + 1);
      if (next === '%') {
        add('%');
        rest = at + 2;
        continue;
      }
      if (next !== '(') fail('"%" must be followed by "%" or "("');
      const end = text.indexOf(')', at);
      const reference = end === -1 ? null : REFERENCE.exec(text.slice(at, end + 2));
      const name = reference?.[1] ?? fail('a reference is not of the form %(name)s');
      references += 1;
      if (references > MAX_REFERENCES) fail('the value holds too many references');
      const target = find(name);
      expand(target?.value ?? fail(`it refers to "${name}", which has no value`), depth + 1);
      rest = end + 2;
    }
    add(text.slice(rest));
  };
  expand(found.value, 1);
  return { value: pieces.join(''), file, line };
}
