// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { BlobsError } from '../../../src/core/errors.ts';
import { FormatTemplate, type FormatValue } from '../../../src/output/python-format/template.ts';

const FIELDS: Readonly<Record<string, FormatValue>> = {
  name: { kind: 'string', value: 'hal_acme' },
  spec: { kind: 'string', value: '*^12' },
  size: { kind: 'integer', value: 1234567 },
  five: { kind: 'integer', value: 5 },
  yes: { kind: 'boolean', value: true },
  abspath: { kind: 'path', value: '/ws/hal/a.bin' },
};

/** The error that rendering `template` throws. */
function errorOf(template: string): BlobsError {
  try {
    render(template);
  } catch (error) {
    if (error instanceof BlobsError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const render = (template: string) => FormatTemplate.parse(template).render((name) => FIELDS[name]);

describe('the messages of format errors', () => {
  it.each([
    ['🦀 name}', 'the format string is malformed at character 7: "}" without a "{" before it'],
    ['ab {name', 'the format string is malformed at character 4: "{" without a "}" behind it'],
    ['{}', 'the format string is malformed at character 1: "{}" is a field without a key'],
    ['{name!x}', 'the format string is malformed at character 6: after "!" comes one of r, s and a'],
    ['{name:>{five:{a}}}', 'the format string is malformed at character 14: fields are nested too deeply'],
    ['{name} {nosuch}', 'unknown key "nosuch" in the format string, at character 8'],
    ['{name:>{wide}}', 'unknown key "wide" in the format string, at character 8'],
    [
      '{name} {five:.2}',
      'cannot format "five" with ".2" at character 8: the type "d" takes no precision; "f" does',
    ],
    ['{name:{spec}d}', 'cannot format "name" with "*^12d" at character 1: text takes the type "s", not "d"'],
  ])('say for %j where and what it is', (template, message) => {
    expect(errorOf(template).message).toBe(message);
  });

  it.each([
    ['{size:s}', '{size:>12,}'],
    ['{name:d}', '{name:<30}'],
    ['{yes:s}', '{yes!s:>5}'],
    ['{abspath:>9}', '{abspath!s:>60}'],
    ['{ name }', '{name}'],
    ['{size!s:d}', '{size!s:<30}'],
    ['{size:q}', '{size:>12}'],
  ])('give for %j an example that works', (template, example) => {
    expect(errorOf(template).details.hint).toContain(`"${example}"`);
    expect(() => render(example)).not.toThrow();
  });

  it('show no control characters and not the whole of a long name', () => {
    const error = errorOf(`{\x1b]0;${'x'.repeat(500)}:5}`);
    expect(error.message).toContain('unknown key "\\x1b]0;xxx');
    expect(error.message.length).toBeLessThan(150);
  });
});
