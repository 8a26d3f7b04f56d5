// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Issue } from '../../../src/core/report.ts';
import { createColors } from '../../../src/output/colors.ts';
import { issueText } from '../../../src/output/issue-text.ts';
import { entryText, readModuleText, readText } from '../samples.ts';

const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

function text(issue: Partial<Issue>, { cwd = '/ws', color = false } = {}): string {
  return issueText(
    { severity: 'error', code: 'BLOBS_MISSING', message: 'm', ...issue },
    { colors: createColors(color), cwd },
  );
}

describe('issueText', () => {
  it('is the problem with its code, then facts, then the hint', () => {
    expect(text({ message: 'missing: hal_x: a', facts: ['one', 'two'], hint: 'try' })).toBe(
      'error: missing: hal_x: a [BLOBS_MISSING]\n  one\n  two\n  hint: try\n',
    );
  });

  it.each([
    ['warning', 'warning: m [BLOBS_MISSING]\n'],
    ['info', 'note: m [BLOBS_MISSING]\n'],
  ] as const)('calls %s by its name', (severity, expected) => {
    expect(text({ severity })).toBe(expected);
  });

  it('names the rule of a finding', () => {
    expect(text({ rule: 'schema' })).toBe('error: m [BLOBS_MISSING] (schema)\n');
  });

  it.each([
    ['/ws/m/zephyr/module.yml', 'm/zephyr/module.yml'],
    ['/ws', '/ws'],
    ['/other/module.yml', '/other/module.yml'],
    ['/ws2/module.yml', '/ws2/module.yml'],
  ])('names the file %s from /ws as %s', (file, shown) => {
    expect(text({ file, line: 3, column: 4 })).toBe(`error: ${shown}:3:4: m [BLOBS_MISSING]\n`);
    expect(text({ file })).toBe(`error: ${shown}: m [BLOBS_MISSING]\n`);
  });

  it('shows the line, with a caret below the column', () => {
    expect(text({ file: '/ws/a', line: 12, column: 5, sourceLine: 'a: b: c' })).toBe(
      'error: a:12:5: m [BLOBS_MISSING]\n  12 | a: b: c\n     |     ^\n',
    );
  });

  it('keeps the caret below the column where characters are escaped', () => {
    expect(text({ line: 1, column: 3, sourceLine: '\t\u001bx' })).toContain(
      '  1 | \\t\\x1bx\n    |       ^\n',
    );
  });

  it('shows the part around the column where the line is long', () => {
    const sourceLine = `${'a'.repeat(200)}HERE${'b'.repeat(200)}`;
    const [, shown = '', caret = ''] = text({ line: 1, column: 201, sourceLine }).split('\n');
    expect(shown.length).toBeLessThan(120);
    expect(shown.slice(caret.indexOf('^')).startsWith('HERE')).toBe(true);
  });

  it('shows the part around the column of a file in one line, as it was read', () => {
    const pad = `x: "${'y'.repeat(1500)}"`;
    const { issues } = readText(`{${pad}, HERE: 1, HERE: 2}`);
    const [issue] = issues;
    if (!issue) throw new Error('no issue');
    const [, shown = '', caret = ''] = issueText(issue, { colors: createColors(false), cwd: '/' }).split(
      '\n',
    );
    expect(shown.slice(caret.indexOf('^')).startsWith('HERE: 2')).toBe(true);
  });

  it('shows no line that is empty or not known', () => {
    expect(text({ line: 1, column: 1, sourceLine: '  ' })).toBe('error: m [BLOBS_MISSING]\n');
    expect(text({ sourceLine: 'x' })).toBe('error: m [BLOBS_MISSING]\n');
  });

  it('lets nothing control the terminal', () => {
    const evil = '\u001b[2J\u202e\u009b\r\n\u2028';
    const shown = text({
      message: evil,
      facts: [evil],
      hint: evil,
      file: join('/ws', `${evil}x`),
      line: 1,
      column: 2,
      sourceLine: evil,
    });
    expect(shown).not.toMatch(CONTROL);
    expect(shown.split('\n')).toHaveLength(6);
  });

  it('lets nothing from a module.yml control the terminal', () => {
    const evil = '"\\e[2J\\u202e\\x9b"';
    const { issues } = readModuleText(
      `name: ${evil}\n${evil}: 1\n${`blobs:\n${entryText({ path: evil, type: evil, [evil]: '1' })}`}`,
    );
    expect(issues.length).toBeGreaterThan(1);
    for (const issue of issues) expect(text(issue)).not.toMatch(CONTROL);
  });

  it('has colours only where they are wanted', () => {
    expect(text({ hint: 'h' }, { color: true })).toContain('\u001b[31m');
    expect(text({ hint: 'h' })).not.toContain('\u001b');
  });
});
