// SPDX-License-Identifier: Apache-2.0
import { parseDep5Glob } from './glob.ts';
import type { Annotation } from './reuse-toml.ts';

const MAX_STANZAS = 1_000;
const MAX_PATTERNS = 1_000;
const MAX_PATTERN_CHARACTERS = 500;
const FIELD = /^([A-Za-z-]+):(.*)$/;

/**
 * The files stanzas of a `.reuse/dep5`, in its order: Debian's machine-readable copyright format 1.0, as far as REUSE
 * uses it. What a stanza says is added to what a file says itself (REUSE specification 3.2).
 */
export function parseDep5(text: string): Annotation[] {
  return text
    .split(/\r?\n(?:[ \t]*\r?\n)+/, MAX_STANZAS)
    .map(readFields)
    .flatMap((fields): Annotation[] => {
      const files = fields.get('files');
      // Beside the name, the text of the licence may follow in further lines.
      const name = fields.get('license')?.split('\n')[0]?.trim() ?? '';
      if (files === undefined || name === '') return [];
      const globs = files
        .split(/\s+/)
        .filter((pattern) => pattern !== '' && pattern.length <= MAX_PATTERN_CHARACTERS)
        .slice(0, MAX_PATTERNS)
        .map(parseDep5Glob);
      return [{ globs, precedence: 'aggregate', expressions: [name] }];
    });
}

/** The fields of a stanza by lower-case name; continuation lines begin with white space. */
function readFields(stanza: string): Map<string, string> {
  const fields = new Map<string, string>();
  let last: string | undefined;
  for (const line of stanza.split(/\r?\n/)) {
    const [, name, value = ''] = FIELD.exec(line) ?? [];
    if (name !== undefined) {
      last = name.toLowerCase();
      fields.set(last, value.trim());
    } else if (last !== undefined && /^[ \t]/.test(line)) {
      fields.set(last, `${fields.get(last) ?? ''}\n${line.trim()}`);
    }
  }
  return fields;
}
