// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { FormatTemplate, type FormatValue } from '../../../src/output/python-format/template.ts';

const CASES = fileURLToPath(new URL('../../../../shared/west-cases/dev/format-cases.json', import.meta.url));

type Fields = Readonly<Record<string, string | number | boolean | readonly string[]>>;

interface GoldenFile {
  readonly fields: Fields;
  readonly cases: readonly {
    readonly id: string;
    readonly template: string;
    readonly with?: Fields;
    readonly expect: { readonly ok: true; readonly output: string } | { readonly ok: false };
  }[];
}

const absent = !existsSync(CASES);
const golden: GoldenFile = absent ? { fields: {}, cases: [] } : JSON.parse(readFileSync(CASES, 'utf8'));

/** Python's value of a field; by this program's contract a list is its elements joined by spaces. */
function toValue(name: string, value: Fields[string] | undefined): FormatValue | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number') return { kind: 'integer', value };
  if (typeof value === 'boolean') return { kind: 'boolean', value };
  const text = typeof value === 'string' ? value : value.join(' ');
  return { kind: name === 'abspath' ? 'path' : 'string', value: text };
}

/** Python follows attributes and elements; this program's contract refuses them. */
const ACCESS = /\{[^{}:!]*[.[]/;

const suffix = absent ? ': shared west cases absent, skipped' : '';
describe.skipIf(absent)(`format strings recorded from Python${suffix}`, () => {
  it('has cases', () => {
    expect(golden.cases.length).toBeGreaterThan(40);
  });

  it.each(golden.cases)('$id $template', ({ template, with: replaced, expect: expected }) => {
    const fields = { ...golden.fields, ...replaced };
    const render = () => FormatTemplate.parse(template).render((name) => toValue(name, fields[name]));
    if (expected.ok && !ACCESS.test(template)) expect(render()).toBe(expected.output);
    else expect(render).toThrow(expect.objectContaining({ code: 'BLOBS_BAD_FORMAT' }));
  });
});
