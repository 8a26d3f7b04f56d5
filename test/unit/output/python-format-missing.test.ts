// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { FormatTemplate } from '../../../src/output/python-format/template.ts';

describe('format strings: missing values', () => {
  const renderMissing = (template: string) =>
    FormatTemplate.parse(template).render(() => ({ kind: 'missing' }));

  it.each([
    ['{m}|', '|'],
    ['{m:d}|', '|'],
    ['{m:.2f}|', '|'],
    ['{m:+,}|', '|'],
    ['{m:#x}|', '|'],
    ['{m:>10}|', '          |'],
    ['{m:*^5}|', '*****|'],
    ['{m:>6,d}|', '      |'],
    ['{m:=+6.1f}|', '      |'],
    ['{m!s:>4}|', '    |'],
    ['{m!r}|', "''|"],
    ['{m:>3{m}}|', '   |'],
  ])('renders %j from fill, alignment and width alone', (template, output) => {
    expect(renderMissing(template)).toBe(output);
  });

  it('takes a 0 before the width for a fill, as Python does for the empty string', () => {
    expect(renderMissing('{m:05}|{m:<05d}|')).toBe('00000|00000|');
  });

  it('refuses a spec that is none, even where it is put together from fields', () => {
    expect(() => renderMissing('{m:{m}5 }')).toThrow('cannot format "m" with "5 "');
  });
});

describe('format strings: the names of fields', () => {
  it('lists every field once, nested ones included, in the order of the template', () => {
    const { fields } = FormatTemplate.parse('{b} {a:>{width}.{b}} {{c}} {a!r} {d:x}');
    expect(fields).toEqual(['b', 'a', 'width', 'd']);
  });

  it('renders one template with the values of many blobs', () => {
    const template = FormatTemplate.parse('{n:>3}');
    const rendered = [1, 22, 333].map((value) => template.render(() => ({ kind: 'integer', value })));
    expect(rendered).toEqual(['  1', ' 22', '333']);
  });
});
