// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { isRecord } from '../../../../src/core/record.ts';
import type { Issue } from '../../../../src/core/report.ts';
import {
  asksForImport,
  type ImportRequest,
  readImportMap,
  readProjectImport,
  readSelfImport,
} from '../../../../src/workspace/manifest/import-value.ts';
import { parseManifestText } from '../../../../src/workspace/manifest/read-manifest.ts';
import type { YamlDocument } from '../../../../src/yaml/yaml-document.ts';
import { caught } from '../temporary.ts';

const AT = ['import'];
/** Where a value stands that follows `import: `. */
const COLUMN = 9;

/** A document with this text after `import:`, and the value that it has there. */
function parse(text: string): { readonly document: YamlDocument; readonly value: unknown } {
  const document = parseManifestText('west.yml', Buffer.from(`import: ${text}\n`));
  return { document, value: isRecord(document.value) ? document.value['import'] : undefined };
}

type Reader = typeof readProjectImport;

function read(reader: Reader, text: string): readonly ImportRequest[] {
  const { document, value } = parse(text);
  return reader(document, AT, value);
}

/** What an `import:` map of this text asks for. */
function readMap(text: string): ImportRequest {
  const { document, value } = parse(text);
  if (!isRecord(value)) throw new Error('no map');
  return readImportMap(document, AT, value);
}

/** Each request as "column file prefix". */
function summary(requests: readonly ImportRequest[]): string[] {
  return requests.map(({ file, pathPrefix, origin }) => `${origin.column} ${file} ${pathPrefix}`.trimEnd());
}

/** The names of those of the projects a, b and c, which are at x/a, x/b and y/c, that the import map lets through. */
function allowed(text: string): string {
  const { filter } = readMap(text);
  const projects = ['x/a', 'x/b', 'y/c'].map((path) => ({ name: path.slice(2), path }));
  return projects
    .filter((project) => filter?.allows(project) ?? true)
    .map(({ name }) => name)
    .join('');
}

describe('asksForImport', () => {
  it.each([
    ['false', false],
    ['~', false],
    ['', false],
    ['0', false],
    ['0.0', false],
    ['-0', false],
    ['""', false],
    ['[]', false],
    ['{}', false],
    ['true', true],
    ['1', true],
    ['-1', true],
    ['0.5', true],
    ['west.yml', true],
    ['" "', true],
    ['"0"', true],
    ['"no"', true],
    ["'false'", true],
    ['[~]', true],
    ['[""]', true],
    ['[[]]', true],
    ['{file: ""}', true],
    ['{file: ~}', true],
  ])('import: %s is %s, without a warning', (text, asks) => {
    const { document, value } = parse(text);
    const issues: Issue[] = [];
    expect(asksForImport(document, AT, value, issues)).toBe(asks);
    expect(issues).toEqual([]);
  });

  it.each([
    ['no', false],
    ['off', false],
    ['NO', false],
    ['yes', true],
    ['On', true],
  ])('import: %s is the boolean %s of YAML 1.1, with a warning', (text, asks) => {
    const { document, value } = parse(text);
    const issues: Issue[] = [];
    expect(asksForImport(document, AT, value, issues)).toBe(asks);
    expect(issues).toMatchObject([
      {
        severity: 'warning',
        code: 'BLOBS_YAML11_BOOLEAN',
        message: `"import: ${text}" was read as ${asks}`,
        hint: `write "import: ${asks}"`,
        file: 'west.yml',
        line: 1,
        column: COLUMN,
      },
    ]);
  });
});

describe('readProjectImport', () => {
  it.each([
    ['true', ['9 west.yml']],
    ['yes', ['9 west.yml']],
    ['"true"', ['9 true']],
    ['"yes"', ['9 yes']],
    ['more.yml', ['9 more.yml']],
    ['some/directory', ['9 some/directory']],
    ['""', ['9']],
    ['{}', ['9 west.yml']],
    ['{file: more.yml}', ['9 more.yml']],
    ['{file: ""}', ['9']],
    ['{path-prefix: lib}', ['9 west.yml lib']],
    ['{path-prefix: ./lib//, file: more.yml}', ['9 more.yml ./lib//']],
    ['[]', []],
    ['[a.yml, b.yml]', ['10 a.yml', '17 b.yml']],
    ['[b.yml, a.yml, b.yml]', ['10 b.yml', '17 a.yml', '24 b.yml']],
    ['[true, [a.yml, [{file: b.yml}], []], yes]', ['10 west.yml', '17 a.yml', '25 b.yml', '46 west.yml']],
  ])('%s asks for %j', (text, requests) => {
    expect(summary(read(readProjectImport, text))).toEqual(requests);
  });

  it.each([
    ['7', 'invalid import 7', COLUMN],
    ['1.5', 'invalid import 1.5', COLUMN],
    ['~', 'invalid import null', COLUMN],
    ['false', 'invalid import false', COLUMN],
    ['[a.yml, ~]', 'invalid import null', 17],
    ['[a.yml, [b.yml, 3]]', 'invalid import 3', 25],
    ['[true, false]', 'invalid import false', 16],
    ['[{file: a.yml}, {name: x}]', 'unknown key "name" in an import', 26],
  ])('%s is refused, at its position', (text, message, column) => {
    const error = caught(() => read(readProjectImport, text));
    expect(error.code).toBe('BLOBS_MALFORMED_MANIFEST');
    expect(error.message).toContain(message);
    expect(error.details).toMatchObject({ file: 'west.yml', line: 1, column });
  });
});

describe('readSelfImport', () => {
  it.each([
    ['more.yml', ['9 more.yml']],
    ['some/directory', ['9 some/directory']],
    ['"true"', ['9 true']],
    ['"no"', ['9 no']],
    ['{}', ['9 west.yml']],
    ['{file: more.yml, path-prefix: lib}', ['9 more.yml lib']],
    ['[]', []],
    ['[b.yml, [a.yml, {file: c.yml}]]', ['10 b.yml', '18 a.yml', '25 c.yml']],
  ])('%s asks for %j', (text, requests) => {
    expect(summary(read(readSelfImport, text))).toEqual(requests);
  });

  it.each([
    ['true', 'is a boolean', COLUMN],
    ['false', 'is a boolean', COLUMN],
    ['yes', 'is a boolean', COLUMN],
    ['no', 'is a boolean', COLUMN],
    ['[a.yml, true]', 'is a boolean', 17],
    ['[[off]]', 'is a boolean', 11],
    ['7', 'invalid import 7', COLUMN],
    ['[~]', 'invalid import null', 10],
  ])('%s is refused, at its position', (text, message, column) => {
    const error = caught(() => read(readSelfImport, text));
    expect(error.code).toBe('BLOBS_MALFORMED_MANIFEST');
    expect(error.message).toContain(message);
    expect(error.details).toMatchObject({ file: 'west.yml', line: 1, column });
  });
});

describe('the lists of an import map', () => {
  it.each([
    ['name-allowlist', '[a]', 'a'],
    ['name-whitelist', '[a]', 'a'],
    ['path-allowlist', '[x/*]', 'ab'],
    ['path-whitelist', '[x/*]', 'ab'],
    ['name-blocklist', '[a]', 'bc'],
    ['name-blacklist', '[a]', 'bc'],
    ['path-blocklist', '[x/*]', 'c'],
    ['path-blacklist', '[x/*]', 'c'],
  ])('%s: %s lets through %s', (key, list, names) => {
    expect(allowed(`{${key}: ${list}}`)).toBe(names);
  });

  it.each([
    ['name-allowlist: [a], name-whitelist: [b]', 'a'],
    ['name-whitelist: [b], name-allowlist: [a]', 'a'],
    ['path-allowlist: [x/*], path-whitelist: [y/*]', 'ab'],
    ['path-whitelist: [y/*], path-allowlist: [x/*]', 'ab'],
    ['name-blocklist: [a], name-blacklist: [b]', 'bc'],
    ['name-blacklist: [b], name-blocklist: [a]', 'bc'],
    ['path-blocklist: [x/*], path-blacklist: [y/*]', 'c'],
    ['path-blacklist: [y/*], path-blocklist: [x/*]', 'c'],
  ])('count by the newer of two terms: %s lets through %s', (lists, names) => {
    expect(allowed(`{${lists}}`)).toBe(names);
  });

  it.each([
    ['a text alone, which is a list of one', 'name-allowlist: a', 'a'],
    ['a pattern alone, which is a list of one', 'path-blocklist: x/*', 'c'],
    ['a list of names beside one of paths', 'name-allowlist: [c], path-allowlist: [x/a]', 'ac'],
    ['an empty list beside another', 'name-allowlist: [], name-blocklist: [a]', 'bc'],
    [
      'a newer term that is empty beside an older one that is not',
      'name-allowlist: [], name-whitelist: [a]',
      'abc',
    ],
    [
      'an empty text beside another list, which allows the empty name',
      'name-allowlist: "", path-blocklist: [x/*]',
      '',
    ],
    [
      'an empty text beside another list, which blocks the empty name',
      'name-blocklist: "", path-blocklist: [x/*]',
      'c',
    ],
    [
      'an empty pattern beside another list, which allows nothing',
      'path-allowlist: "", name-blocklist: [a]',
      '',
    ],
    ['a list of one empty text', 'name-allowlist: [""]', ''],
  ])('may be %s', (_what, lists, names) => {
    expect(allowed(`{${lists}}`)).toBe(names);
  });

  it.each([
    '',
    'file: west.yml, path-prefix: lib',
    'name-allowlist: []',
    'name-allowlist: ""',
    'name-whitelist: ""',
    'path-allowlist: "", path-blocklist: ""',
    'name-allowlist: [], name-blocklist: "", path-allowlist: [], path-blacklist: []',
  ])('filter nothing where all of them are empty: %s', (lists) => {
    expect(readMap(`{${lists}}`).filter).toBeUndefined();
  });

  it.each([
    ['name-allowlist: ~', '"name-allowlist" of an import must be a text or a list of texts', 26],
    ['path-blacklist: 7', '"path-blacklist" of an import must be a text or a list of texts', 26],
    ['name-blocklist: {a: b}', '"name-blocklist" of an import must be a text or a list of texts', 26],
    ['path-allowlist: [a, [b]]', '"path-allowlist" of an import must be a text or a list of texts', 26],
    ['file: ~', '"file" of an import must be a text', 16],
    ['file: [a.yml]', '"file" of an import must be a text', 16],
    ['path-prefix: true', '"path-prefix" of an import must be a text', 23],
    ['file: a.yml, Name-allowlist: [a]', 'unknown key "Name-allowlist" in an import', 23],
  ])('are refused for a wrong type at their position, as the other keys are: %s', (keys, message, column) => {
    const error = caught(() => readMap(`{${keys}}`));
    expect(error.code).toBe('BLOBS_MALFORMED_MANIFEST');
    expect(error.message).toContain(message);
    expect(error.details).toMatchObject({ file: 'west.yml', line: 1, column });
  });

  it('hold patterns of 4096 characters, and no longer ones', () => {
    expect(allowed(`{name-blocklist: [a, ${'n'.repeat(4096)}]}`)).toBe('bc');
    const error = caught(() => readMap(`{name-blocklist: [a, ${'n'.repeat(4097)}]}`));
    expect(error.message).toContain('an item of "name-blocklist" is longer than 4096 characters');
  });
});
