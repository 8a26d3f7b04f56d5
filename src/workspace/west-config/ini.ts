// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../../core/errors.ts';
import { escapeControls, shorten } from '../../core/text.ts';
import { indentationOf, strip, stripEnd } from '../python/white-space.ts';

/** One option as it is written, before `%(name)s` is expanded. */
export interface IniOption {
  /** Undefined for an option without `=` or `:`. */
  readonly value: string | undefined;
  readonly file: string;
  /** 1-based. */
  readonly line: number;
}

/** Options (names in lower case) by section. `DEFAULT` holds what every other section inherits. */
export type IniSections = ReadonlyMap<string, ReadonlyMap<string, IniOption>>;

/** The section whose options all sections inherit. */
export const DEFAULT_SECTION = 'DEFAULT';

const MAX_SOURCE_LINE_CHARACTERS = 400;

/**
 * Reads INI `text` as `configparser.ConfigParser(allow_no_value=True)` of Python 3.11 does, which is what west
 * reads its configuration with: strict about duplicates, continuation lines by indentation, empty lines kept in
 * values, no comments behind values. The INI packages of npm have other rules (quotes, arrays, nesting by dots,
 * comments after values), so that the same file would mean something else to them than to west.
 *
 * @throws BlobsError `BLOBS_BAD_CONFIG` with `file` and `line`
 */
export function parseIni(file: string, text: string): IniSections {
  const sections = new Map<string, Map<string, IniOption>>([[DEFAULT_SECTION, new Map()]]);
  const values = new Map<IniOption, string[]>();
  let section: { readonly name: string; readonly options: Map<string, IniOption> } | undefined;
  let option: IniOption | undefined;
  let indentation = 0;

  const lines = text.split(/\r\n|\r|\n/);
  for (const [index, source] of lines.entries()) {
    const fail = (message: string): never => {
      const sourceLine = shorten(source, MAX_SOURCE_LINE_CHARACTERS);
      throw new BlobsError('BLOBS_BAD_CONFIG', escapeControls(message), {
        file,
        line: index + 1,
        sourceLine,
      });
    };
    const content = strip(source);
    if (content.startsWith('#') || content.startsWith(';')) continue;
    if (content === '') {
      if (option) values.get(option)?.push('');
      continue;
    }
    const depth = indentationOf(source);
    if (section && option && depth > indentation) {
      const value = values.get(option);
      if (value === undefined) fail('a line is indented below an option that has no value');
      value?.push(content);
      continue;
    }
    indentation = depth;
    const header = findHeader(content);
    if (header !== undefined) {
      if (header !== DEFAULT_SECTION && sections.has(header)) fail(`the section [${header}] stands twice`);
      const options = sections.get(header) ?? new Map<string, IniOption>();
      sections.set(header, options);
      section = { name: header, options };
      option = undefined;
      continue;
    }
    if (section === undefined) return fail('something else than a comment stands before the first [section]');
    const delimiter = content.search(/[=:]/);
    const name = strip(delimiter === -1 ? content : content.slice(0, delimiter)).toLowerCase();
    if (name === '') fail('a value has no option name in front of it');
    if (section.options.has(name)) fail(`the option "${name}" stands twice in [${section.name}]`);
    option = { value: undefined, file, line: index + 1 };
    section.options.set(name, option);
    if (delimiter !== -1) values.set(option, [strip(content.slice(delimiter + 1))]);
  }
  return withValues(sections, values);
}

/** The sections of several files read one after the other: an option of a later file replaces an earlier one. */
export function mergeIni(files: readonly IniSections[]): IniSections {
  const merged = new Map<string, Map<string, IniOption>>();
  for (const [name, options] of files.flatMap((sections) => [...sections])) {
    const target = merged.get(name) ?? new Map<string, IniOption>();
    merged.set(name, target);
    for (const [option, value] of options) target.set(option, value);
  }
  return merged;
}

/** The name in `[name]` at the start of a line; as in Python it reaches to the last bracket. */
function findHeader(content: string): string | undefined {
  const end = content.lastIndexOf(']');
  return content.startsWith('[') && end > 1 ? content.slice(1, end) : undefined;
}

function withValues(
  sections: ReadonlyMap<string, ReadonlyMap<string, IniOption>>,
  values: ReadonlyMap<IniOption, readonly string[]>,
): IniSections {
  const result = new Map<string, Map<string, IniOption>>();
  for (const [name, options] of sections) {
    const finished = new Map<string, IniOption>();
    for (const [key, option] of options) {
      const value = values.get(option);
      finished.set(key, value ? { ...option, value: stripEnd(value.join('\n')) } : option);
    }
    result.set(name, finished);
  }
  return result;
}
