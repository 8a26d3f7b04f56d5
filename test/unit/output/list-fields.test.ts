// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { BlobRow } from '../../../src/core/report.ts';
import { assertFormat, DEFAULT_FORMAT, FIELD_NAMES, formatRows } from '../../../src/output/list-fields.ts';
import { caught, entryText, readModuleText, sampleBlob } from '../samples.ts';

function row(changes: Parameters<typeof sampleBlob>[0] = {}): BlobRow {
  return { blob: sampleBlob(changes), status: 'D' };
}

/** A row for the only entry of a module.yml with these further keys. */
function readRow(changes: Record<string, string>): BlobRow {
  const [blob] = readModuleText(`blobs:\n${entryText(changes)}`).module.blobs;
  if (!blob) throw new Error('malformed');
  return { blob, status: 'A' };
}

describe('formatRows', () => {
  it('prints what west prints by default', () => {
    expect(formatRows(DEFAULT_FORMAT, [row()])).toBe(
      'hal_x D fw.bin img /nowhere/hal_x/zephyr/blobs/fw.bin\n',
    );
  });

  it('knows every key of the contract', () => {
    expect([...FIELD_NAMES].sort()).toEqual(
      [
        ...['module', 'status', 'path', 'abspath', 'sha256', 'size', 'type', 'version', 'license-path'],
        ...['license_path', 'license-abspath', 'click-through', 'url', 'fetcher', 'description', 'doc-url'],
        'license',
      ].sort(),
    );
  });

  it('prints nothing for what is missing, but False for click-through', () => {
    expect(formatRows('[{size}][{license}][{doc-url}][{fetcher}][{click-through}]', [row()])).toBe(
      '[][][][][False]\n',
    );
  });

  it('joins URLs by blanks, without credentials', () => {
    const urls = ['https://user:hunter2@a.invalid/', 'https://b.invalid/?token=hunter2'];
    expect(formatRows('{url}', [row({ urls })])).toBe(
      'https://a.invalid/ https://b.invalid/?token=REDACTED\n',
    );
  });

  it('escapes what controls a terminal', () => {
    expect(formatRows('{description}', [row({ description: 'a\u001b[31m\nb\u202e' })])).toBe(
      'a\\x1b[31m\\nb\\u202e\n',
    );
  });

  it('knows a further key that one of the rows has, and takes it for empty elsewhere', () => {
    expect(formatRows('<{vendor}>', [row({ extra: { vendor: 'v' } }), row()])).toBe('<v>\n<>\n');
  });

  it.each([
    ['text', 'text'],
    ['7', '7'],
    ['1.5', '1.5'],
    ['true', 'True'],
    ['', ''],
    ['[a, 1]', 'a 1'],
    ['{a: 1}', '{"a":1}'],
    ['[{a: 1}]', expect.stringContaining('a')],
    ['[[a], [{b: 1}]]', expect.stringContaining('b')],
  ])('prints a further key with the value "%s"', (value, expected) => {
    expect(formatRows('{vendor}', [readRow({ vendor: value })]).trimEnd()).toEqual(expected);
  });

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'takes the key %s for one like any other',
    async (key) => {
      const mine = readRow({ [key]: 'mine' });
      expect(formatRows(`<{${key}}>`, [mine, readRow({})])).toBe('<mine>\n<>\n');
      expect((await caught(() => formatRows(`{${key}}`, [readRow({})]))).code).toBe('BLOBS_BAD_FORMAT');
    },
  );

  it('refuses an unknown key, and names those that are known', async () => {
    const error = await caught(() => formatRows('{nope}', [row()]));
    expect(error).toMatchObject({
      code: 'BLOBS_BAD_FORMAT',
      message: 'the format names an unknown key: nope',
    });
    for (const name of FIELD_NAMES) expect(error.details.hint).toContain(name);
  });

  it.each(['{', '{path', '{path!x}', '{path:d}', '{nope}', '{url[0]}', '{path.x}'])(
    'refuses "%s" even when nothing is selected',
    async (template) => {
      expect((await caught(() => formatRows(template, []))).code).toBe('BLOBS_BAD_FORMAT');
    },
  );

  it('prints nothing for nothing', () => {
    expect(formatRows('{size:>10} {path}', [])).toBe('');
  });
});

describe('assertFormat', () => {
  it('finds what is malformed before anything is read', async () => {
    expect((await caught(() => assertFormat('{'))).code).toBe('BLOBS_BAD_FORMAT');
    expect(() => assertFormat('{whatever}')).not.toThrow();
  });
});
