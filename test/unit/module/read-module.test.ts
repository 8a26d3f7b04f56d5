// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadModule } from '../../../src/module/load-module.ts';
import { readModule } from '../../../src/module/read-module.ts';
import { tempDir } from '../../support/temp.ts';
import { entryText, readModuleText } from '../samples.ts';

describe('the name of a module', () => {
  it.each([
    ['name: hal_y\n', 'hal_y'],
    ['build: {}\n', 'hal_x'],
    ['name: ""\n', 'hal_x'],
    ['name: 7\n', 'hal_x'],
    ['name: "ä b"\n', 'ä b'],
  ])('of %j is %s', (text, name) => {
    expect(readModuleText(text).module.name).toBe(name);
  });

  it.each(['\\e[31m', '\\u202e', 'a\\nb', '\\x9b', '\\u2028', '\\u2066', '\\x7f'])(
    'must not hold a control character: "%s"',
    (escaped) => {
      const { module, issues } = readModuleText(`build: {}\nname: "hal${escaped}"\n`);
      expect(module.name).toBe('hal_x');
      expect(issues).toMatchObject([
        { severity: 'error', code: 'BLOBS_MALFORMED_MODULE', line: 2, column: 7 },
      ]);
      expect(issues[0]?.message).toMatch(/^"name" holds a control character: hala?\\[nxu]/);
      expect(issues[0]?.message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u202e\u2066]/);
    },
  );

  it.each([
    ['name: hal_y\na: [\n', 'hal_y'],
    ['\ufeffname: "hal y" # so\r\na: [\r\n', 'hal y'],
    ["x: 1\nname: 'hal_y'\na: 1\na: 2\n", 'hal_y'],
    ['name: hal_y   # comment\na: [\n', 'hal_y'],
    ['build:\n  name: inner\na: [\n', 'hal_x'],
    ['name: "hal\u202ey"\na: [\n', 'hal_x'],
    ['a: [\n', 'hal_x'],
  ])('is salvaged from a file that cannot be read: %j gives %s', (text, name) => {
    const { module, issues } = readModuleText(text);
    expect(module.name).toBe(name);
    expect(issues.map((issue) => [issue.code, issue.module])).toEqual([['BLOBS_MALFORMED_YAML', name]]);
  });
});

describe('dependencies', () => {
  it('are read once each, in order', () => {
    expect(readModuleText('build: {depends: [b, a, b]}\n').module.depends).toEqual(['b', 'a']);
  });

  it('that are malformed are left out', () => {
    expect(readModuleText('build: {depends: [a, 7, [b]]}\n').module.depends).toEqual(['a']);
    expect(readModuleText('build: {depends: a}\n').module.depends).toEqual([]);
  });
});

describe('booleans of YAML 1.1', () => {
  it.each([
    ['yes', true],
    ['Yes', true],
    ['ON', true],
    ['no', false],
    ['Off', false],
  ])('%s is read as %s, with a warning', (word, value) => {
    const { module, issues } = readModuleText(`blobs:\n${entryText({ 'click-through': word })}`);
    expect(module.blobs[0]?.clickThrough).toBe(value);
    expect(issues).toMatchObject([
      {
        severity: 'warning',
        code: 'BLOBS_YAML11_BOOLEAN',
        message: `"click-through: ${word}" was read as ${value}`,
        hint: `write "click-through: ${value}"`,
        line: 9,
        column: 20,
      },
    ]);
  });

  it.each(['y', 'n', '"yes"', "'on'", '1'])('%s is not one of them', (word) => {
    const { module, issues } = readModuleText(`blobs:\n${entryText({ 'click-through': word })}`);
    expect(module.blobs).toEqual([]);
    expect(issues).toMatchObject([{ severity: 'error', code: 'BLOBS_MALFORMED_MODULE' }]);
  });

  it('are read outside of blobs, and through merge keys and aliases', () => {
    const { module, issues } = readModuleText(
      `build: {cmake-ext: on}\nd: &d {click-through: &v yes}\nblobs:\n${entryText({ '<<': '*d' })}${entryText(
        {
          path: 'b',
          'click-through': '*v',
        },
      )}`,
    );
    expect(module.blobs.map((blob) => blob.clickThrough)).toEqual([true, true]);
    expect(issues.map((issue) => issue.code)).toEqual(Array(3).fill('BLOBS_YAML11_BOOLEAN'));
  });

  it('stay text where text belongs', () => {
    expect(readModuleText(`blobs:\n${entryText({ description: 'no' })}`)).toMatchObject({
      issues: [],
      module: { blobs: [{ description: 'no' }] },
    });
  });
});

describe('a module', () => {
  it('without a file has no blobs and nothing wrong', async () => {
    const place = { directory: '/x/hal_x', defaultName: 'hal_x', project: 'p' };
    expect(await loadModule(place, undefined)).toEqual({
      module: { name: 'hal_x', directory: '/x/hal_x', depends: [], blobs: [], project: 'p' },
      issues: [],
    });
  });

  it('whose file is larger than 1 MiB is malformed', () => {
    const { module, issues } = readModuleText(`name: big\n#${'x'.repeat(1024 * 1024)}\n`);
    expect(module.blobs).toEqual([]);
    expect(issues).toMatchObject([{ severity: 'error', code: 'BLOBS_MALFORMED_YAML', line: 1, column: 1 }]);
    expect(issues[0]?.message).toMatch(/^the file is larger than \d+ bytes$/);
  });

  it('whose file has vanished is reported, not thrown', () => {
    const directory = tempDir();
    const { issues } = readModule({ directory, defaultName: 'x' }, join(directory, 'zephyr', 'module.yml'));
    expect(issues).toMatchObject([{ severity: 'error', code: 'BLOBS_FILE_ACCESS', module: 'x' }]);
  });

  it('whose file is a directory or a FIFO is reported, and never waited for', () => {
    const directory = tempDir();
    mkdirSync(join(directory, 'directory'));
    const files = [join(directory, 'directory')];
    if (process.platform !== 'win32') {
      execFileSync('mkfifo', [join(directory, 'fifo')]);
      files.push(join(directory, 'fifo'));
    }
    for (const file of files) {
      const { issues } = readModule({ directory, defaultName: 'x' }, file);
      expect(issues).toMatchObject([{ severity: 'error', module: 'x', file }]);
    }
  });

  it('keeps the project that it came from', () => {
    const directory = tempDir();
    writeFileSync(join(directory, 'module.yml'), 'name: y\n');
    const place = { directory, defaultName: 'x', project: 'the-project' };
    expect(readModule(place, join(directory, 'module.yml')).module.project).toBe('the-project');
  });
});
