// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { digestOf, entryText, readModuleText } from '../samples.ts';

/** What is said about a module.yml whose only entry has these changes. */
function issueOfEntry(changes: Record<string, string | undefined>) {
  const { module, issues } = readModuleText(`name: hal_x\nblobs:\n${entryText(changes)}`);
  expect(module.blobs).toEqual([]);
  expect(issues).toHaveLength(1);
  const [issue] = issues;
  if (issue === undefined) throw new Error('no issue');
  return issue;
}

const DIGITS = '1234567890'.repeat(7).slice(0, 64);

describe('an entry that breaks the schema', () => {
  it.each<[Record<string, string | undefined>, string]>([
    [{ path: undefined }, '"path" is missing'],
    [{ sha256: undefined }, '"sha256" is missing'],
    [{ type: undefined }, '"type" is missing'],
    [{ version: undefined }, '"version" is missing'],
    [{ 'license-path': undefined }, '"license-path" is missing'],
    [{ url: undefined }, '"url" is missing'],
    [{ description: undefined }, '"description" is missing'],
    [{ path: '""' }, '"path" must not be empty'],
    [{ path: '' }, '"path" must be a string, but is empty'],
    [{ version: '1.0' }, '"version" must be a string, but is the number 1.0'],
    [{ version: 'true' }, '"version" must be a string, but is the boolean true'],
    [{ version: '[1]' }, '"version" must be a string, but is a list'],
    [{ version: '{a: 1}' }, '"version" must be a string, but is a map'],
    [{ type: 'exe' }, '"type" must be "img" or "lib", but is "exe"'],
    [{ sha256: '"abc"' }, '"sha256" must be 64 hexadecimal digits, but is "abc"'],
    [{ url: '[]' }, '"url" must be a string or a list of at least one string, but is an empty list'],
    [{ url: '{}' }, '"url" must be a string or a list of at least one string, but is a map'],
    [{ size: '-1' }, '"size" must be >= 0, but is the number -1'],
    [{ size: '1.5' }, '"size" must be a whole number, but is the number 1.5'],
    [{ size: '"5"' }, '"size" must be a whole number, but is "5"'],
    [{ size: '.nan' }, '"size" must be a whole number, but is the number .nan'],
    [{ 'click-through': 'perhaps' }, '"click-through" must be true or false, but is "perhaps"'],
    [{ 'click-through': '"yes"' }, '"click-through" must be true or false, but is "yes"'],
    [{ license: '[MIT]' }, '"license" must be a string, but is a list'],
    [{ fetcher: '1' }, '"fetcher" must be a string, but is the number 1'],
    [{ 'doc-url': '' }, '"doc-url" must be a string, but is empty'],
  ])('%j: the message says what was found and what is allowed', (changes, message) => {
    const issue = issueOfEntry(changes);
    expect(issue).toMatchObject({ severity: 'error', code: 'BLOBS_MALFORMED_MODULE', module: 'hal_x' });
    expect(issue.message.replace(/^blobs\[0\](?: \(.*?\))?: /, '')).toBe(message);
  });

  it('is named by its index and path, and its position is that of the value', () => {
    const issue = issueOfEntry({ version: '2.50' });
    expect(issue).toMatchObject({
      message: 'blobs[0] (fw.bin): "version" must be a string, but is the number 2.50',
      hint: 'quote it: version: "2.50"',
      path: 'fw.bin',
      line: 6,
      column: 14,
      sourceLine: '    version: 2.50',
    });
  });

  it('is positioned at the entry when a key is missing', () => {
    expect(issueOfEntry({ url: undefined })).toMatchObject({ line: 3, column: 5 });
  });

  it('gets every violation reported', () => {
    const { issues } = readModuleText(`blobs:\n${entryText({ version: '1', type: 'x', url: undefined })}`);
    expect(issues.map((issue) => issue.message.replace(/^.*: "(\w+)".*$/, '$1')).sort()).toEqual([
      'type',
      'url',
      'version',
    ]);
  });

  it('with a digest of digits alone gets the advice to quote it whole', () => {
    const issue = issueOfEntry({ sha256: DIGITS });
    expect(issue.message).toContain('"sha256" must be a string, but is the number 1234567890');
    expect(issue.hint).toBe(`quote it: sha256: "${DIGITS}"`);
  });

  it.each(['x'.repeat(64), 'a'.repeat(63), 'a'.repeat(65), `${'a'.repeat(64)}\\n`])(
    'with the digest "%s" is refused',
    (digest) => {
      expect(issueOfEntry({ sha256: `"${digest}"` }).message).toContain('must be 64 hexadecimal digits');
    },
  );

  it.each(['text', '7', '', '[a]'])('and is no map is refused: %j', (entry) => {
    const { module, issues } = readModuleText(`blobs:\n  - ${entry}\n${entryText()}`);
    expect(module.blobs.map((blob) => blob.path)).toEqual(['fw.bin']);
    expect(issues).toMatchObject([{ code: 'BLOBS_MALFORMED_MODULE', line: 2 }]);
  });

  it('is left out alone: the others are kept, in order', () => {
    const bad = entryText({ path: 'bad.bin', version: '1.0' });
    const { module, issues } = readModuleText(
      `blobs:\n${entryText({ path: 'a' })}${bad}${entryText({ path: 'b' })}${bad}${entryText({ path: 'c' })}`,
    );
    expect(module.blobs.map((blob) => blob.path)).toEqual(['a', 'b', 'c']);
    expect(issues.map((issue) => issue.message.slice(0, 8))).toEqual(['blobs[1]', 'blobs[3]']);
  });
});

describe('a file that breaks the schema', () => {
  it.each([
    ['- a\n', 'the file must be a map, but is a list', '1:1'],
    ['text\n', 'the file must be a map, but is "text"', '1:1'],
    ['---\n', 'the file must be a map, but is empty', '1:4'],
    ['name: 7\n', '"name" must be a string, but is the number 7', '1:7'],
    ['name: ""\n', '"name" must not be empty', '1:7'],
    ['x: 1\nblobs: {a: 1}\n', '"blobs" must be a list, but is a map', '2:8'],
    ['build: []\n', '"build" must be a map, but is an empty list', '1:8'],
    ['build: {depends: hal_y}\n', '"depends" must be a list, but is "hal_y"', '1:18'],
    ['build: {depends: [a, 7]}\n', 'item 1 must be a string, but is the number 7', '1:22'],
    ['runners: [{}]\n', '"file" is missing', '1:11'],
  ])('%j: %s', (text, message, place) => {
    const { issues } = readModuleText(text);
    const places = issues.map(({ line, column }) => `${line}:${column}`);
    expect([issues.map((issue) => issue.message), places]).toEqual([[message], [place]]);
    expect(issues[0]).toMatchObject({ severity: 'error', code: 'BLOBS_MALFORMED_MODULE', module: 'hal_x' });
  });

  it('still gives its sound entries', () => {
    const { module } = readModuleText(`build: [1]\nblobs:\n${entryText()}`);
    expect(module.blobs).toHaveLength(1);
  });

  it('with "blobs:" and no value counts as without blobs, with a warning at the key', () => {
    const { module, issues } = readModuleText('name: a\nblobs:\n');
    expect(module.blobs).toEqual([]);
    expect(issues).toMatchObject([{ severity: 'warning', code: 'BLOBS_NULL_BLOBS', line: 2, column: 1 }]);
  });
});

describe('a sound entry', () => {
  it('may have unknown keys, several URLs and an upper-case digest', () => {
    const digest = digestOf('content').toUpperCase();
    const { module, issues, directory } = readModuleText(
      `name: hal_x\nblobs:\n${entryText({
        sha256: digest,
        url: '[https://a.invalid/, https://b.invalid/]',
        vendor: '{x: 1}',
        __proto__x: '1',
        constructor: 'mine',
      })}`,
    );
    expect(issues).toEqual([]);
    expect(module.blobs[0]).toMatchObject({
      module: 'hal_x',
      moduleDirectory: directory,
      abspath: `${directory}/zephyr/blobs/fw.bin`,
      digest: digest.toLowerCase(),
      sha256: digest,
      urls: ['https://a.invalid/', 'https://b.invalid/'],
      licenseAbspath: `${directory}/LICENSE`,
      extra: { vendor: { x: 1 }, __proto__x: 1, constructor: 'mine' },
      origin: { file: `${directory}/zephyr/module.yml`, line: 3, column: 5 },
    });
  });

  it('leaves out what it does not say', () => {
    const [blob] = readModuleText(`blobs:\n${entryText()}`).module.blobs;
    for (const key of ['docUrl', 'clickThrough', 'fetcher', 'size', 'license'])
      expect(blob).not.toHaveProperty(key);
  });

  it('has what it does say', () => {
    const [blob] = readModuleText(
      `blobs:\n${entryText({ 'doc-url': 'd', 'click-through': 'true', fetcher: 'lfs', size: '0', license: 'MIT' })}`,
    ).module.blobs;
    expect(blob).toMatchObject({ docUrl: 'd', clickThrough: true, fetcher: 'lfs', size: 0, license: 'MIT' });
  });
});
