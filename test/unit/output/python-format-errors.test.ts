// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { BlobsError } from '../../../src/core/errors.ts';
import { FormatTemplate, type FormatValue } from '../../../src/output/python-format/template.ts';

const FIELDS: Readonly<Record<string, FormatValue>> = {
  name: { kind: 'string', value: 'hal_acme' },
  spec: { kind: 'string', value: '*^12' },
  size: { kind: 'integer', value: 1234567 },
  five: { kind: 'integer', value: 5 },
  neg: { kind: 'integer', value: -1234 },
  huge: { kind: 'integer', value: 10n ** 25n },
  huger: { kind: 'integer', value: 10n ** 309n },
  yes: { kind: 'boolean', value: true },
  abspath: { kind: 'path', value: '/ws/hal/a.bin' },
};

// Python 3.11 refuses every one of these whatever `name` is.
const MALFORMED: Readonly<Record<string, readonly string[]>> = {
  braces: [
    '{',
    '}',
    '{name',
    'name}',
    '{{}',
    '{name}}',
    '{name:',
    '{name:>5',
    '{name!r',
    '{name!',
    '{na{me}}',
    '{name:{five}',
    '{name:}}',
  ],
  'positional fields': ['{}', '{0}', '{:>5}', '{!r}', '{٣}', '{name:{}}', '{name:{0}}'],
  conversions: ['{name!x}', '{name!}', '{name!!r}', '{name!rs}', '{name!R}', '{name! r}', '{name!r >5}'],
  nesting: ['{name:{five:{five}}}', '{name:{five:{{}}}}'],
  'specs that no value takes': [
    '{name:y}',
    '{name:>5y}',
    '{name:5 }',
    '{name:ab}',
    '{name:.}',
    '{name:.f}',
    '{name:,_}',
    '{name:_,}',
    '{name:,,}',
    '{name:,x}',
    '{name:,n}',
    '{name:_c}',
    '{name:,s}',
    '{name:+s}',
    '{name:=5s}',
    '{name:#s}',
    '{name:zs}',
    '{name:.2d}',
    '{name:zd}',
    '{name:z}',
    '{name:xx}',
    '{name:+c}',
    '{name:#c}',
    '{name:-5-}',
    '{name:0x10}',
    '{name:{{}}}',
  ],
  'specs that a conversion rules out': [
    '{size!s:d}',
    '{size!r:,}',
    '{size!a:+}',
    '{yes!s:x}',
    '{abspath!s:=20}',
  ],
};

// Python 3.11 refuses every one of these for the values in FIELDS.
const UNFIT = [
  '{size:s}',
  '{size:.3}',
  '{neg:c}',
  '{huge:c}',
  '{name:d}',
  '{name:,}',
  '{name:+}',
  '{name: }',
  '{name:#}',
  '{name:=5}',
  '{name:_}',
  '{name:x}',
  '{name:f}',
  '{yes:s}',
  '{yes:>5s}',
  '{yes:.1}',
  '{abspath:>60}',
  '{abspath:s}',
  '{abspath: }',
  '{name:{size:>5d}d}',
  '{name:{name}}',
  '{nosuch}',
  '{ name }',
  '{name:{nosuch}}',
  '{Name}',
  '{name:{spec}d}',
  '{huger:f}',
  '{huger:%}',
];

/** The error of `action`, which has to be a {@link BlobsError}. */
function errorOf(action: () => unknown): BlobsError {
  try {
    action();
  } catch (error) {
    if (error instanceof BlobsError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const parse = (template: string) => FormatTemplate.parse(template);
const render = (template: string) => parse(template).render((name) => FIELDS[name]);

for (const [about, templates] of Object.entries(MALFORMED)) {
  describe(`malformed format strings: ${about}`, () => {
    it.each(templates)('refuses %j before any value is known', (template) => {
      const error = errorOf(() => parse(template));
      expect(error.code).toBe('BLOBS_BAD_FORMAT');
      expect(error.details.hint).toBeTruthy();
    });
  });
}

describe('format strings that do not fit the values', () => {
  it.each(UNFIT)('parses %j and refuses to render it', (template) => {
    const parsed = parse(template);
    const error = errorOf(() => parsed.render((name) => FIELDS[name]));
    expect(error.code).toBe('BLOBS_BAD_FORMAT');
    expect(error.details.hint).toBeTruthy();
  });
});

describe('format strings: what this program refuses beyond Python', () => {
  it.each(['{url[0]}', '{url[name]}', '{path.name}', '{name:{spec.x}}', '{.x}', '{[0]}', '{0[a]}', '{a[}'])(
    'refuses access to an attribute or element in %j',
    (template) => {
      expect(errorOf(() => parse(template)).message).toContain(
        'access to attributes and elements is refused',
      );
    },
  );

  it.each(['{name:1001}', '{name:.1001}', '{name:٣٣٣٣٣}', `{name:${'9'.repeat(5000)}}`])(
    'refuses the width or precision of %j',
    (template) => {
      expect(errorOf(() => parse(template)).message).toContain('is over the limit of 1000');
    },
  );

  it('refuses a width over the limit that comes from a value', () => {
    expect(errorOf(() => render('{name:{size}}')).message).toContain('the width is over the limit of 1000');
  });

  it('takes a width and precision at the limit', () => {
    expect(render('{name:1000}')).toHaveLength(1000);
    expect(render('{size:.1000f}')).toHaveLength('1234567.'.length + 1000);
  });

  it('takes 10,000 characters, counted in code points, and no more', () => {
    const longest = '🦀'.repeat(10_000);
    expect(render(longest)).toBe(longest);
    expect(errorOf(() => parse(`${longest}x`)).message).toContain('longer than 10000 characters');
  });
});
