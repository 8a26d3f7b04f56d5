// SPDX-License-Identifier: Apache-2.0
import { parseDep5Glob } from './glob.ts';
import { type Annotation, unknownOfAll } from './reuse-toml.ts';

const MAX_STANZAS = 1_000;
const MAX_PATTERNS = 1_000;
const MAX_PATTERN_CHARACTERS = 500;
const FIELD = /^([A-Za-z-]+):(.*)$/;

/**
 * The files stanzas of a `.reuse/dep5`, in its order: Debian's machine-readable copyright format 1.0, as far as REUSE
 * uses it. What a stanza says is added to what a file says itself (REUSE specification 3.2).
 * What is malformed, or too much, is an annotation with a problem.
 */
export function parseDep5(text: string): Annotation[] {
  const stanzas = text.split(/\r?\n(?:[ \t]*\r?\n)+/, MAX_STANZAS + 1);
  const read = stanzas.slice(0, MAX_STANZAS).flatMap((stanza) => readStanza(readFields(stanza)));
  return stanzas.length > MAX_STANZAS
    ? [...read, unknownOfAll(`it has more than ${MAX_STANZAS} stanzas`)]
    : read;
}

function readStanza(fields: ReadonlyMap<string, string> | undefined): Annotation[] {
  if (fields === undefined) return [unknownOfAll('a stanza has a field twice')];
  const files = fields.get('files');
  if (files === undefined) return [];
  const patterns = files.split(/\s+/).filter((pattern) => pattern !== '');
  if (patterns.length > MAX_PATTERNS || patterns.some(({ length }) => length > MAX_PATTERN_CHARACTERS))
    return [unknownOfAll('a stanza has too many patterns of files, or too long ones')];
  const globs = patterns.map(parseDep5Glob);
  // Beside the name, the text of the licence may follow in further lines.
  const name = fields.get('license')?.split('\n')[0]?.trim() ?? '';
  if (name === '') return [{ ...unknownOfAll('a stanza of files has no licence'), globs }];
  return [{ globs, precedence: 'aggregate', expressions: [name] }];
}

/** The fields of a stanza by lower-case name; continuation lines begin with white space. Undefined if one is there twice. */
function readFields(stanza: string): Map<string, string> | undefined {
  const fields = new Map<string, string>();
  let last: string | undefined;
  for (const line of stanza.split(/\r?\n/)) {
    const [, name, value = ''] = FIELD.exec(line) ?? [];
    if (name !== undefined) {
      last = name.toLowerCase();
      if (fields.has(last)) return undefined;
      fields.set(last, value.trim());
    } else if (last !== undefined && /^[ \t]/.test(line)) {
      fields.set(last, `${fields.get(last) ?? ''}\n${line.trim()}`);
    }
  }
  return fields;
}
