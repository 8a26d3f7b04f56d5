// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { findLink, html, type Part, queryValue, trusted, visible } from '../../../src/server/page/html.ts';

describe('a template of markup', () => {
  it.each([
    ['an element', '<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['double quotes', '" onfocus="alert(1)', '&quot; onfocus=&quot;alert(1)'],
    ['single quotes', "' onfocus='alert(1)", '&#39; onfocus=&#39;alert(1)'],
    ['a backquote', '`x`', '&#96;x&#96;'],
    ['an entity', '&lt;b&gt;', '&amp;lt;b&amp;gt;'],
    ['the end of a comment', '--><b>', '--&gt;&lt;b&gt;'],
    ['a NUL and an escape', 'a\0b\u001b[2J', 'a\\x00b\\x1b[2J'],
    ['a line feed', 'a\nb', 'a\\nb'],
    ['an override of direction', 'a\u202egnp.exe', 'a\\u202egnp.exe'],
    ['a mark of direction', 'a\u200fb\u061cc', 'a\\u{200f}b\\u{61c}c'],
    ['characters of no width', 'a\u200bb\ufeffc\u00add', 'a\\u{200b}b\\u{feff}c\\u{ad}d'],
    ['invisible tags', 'a\u{e0041}b', 'a\\u{e0041}b'],
    ['half a character', 'a\ud835b', 'a\ufffdb'],
    ['text of another script', 'שלום <', 'שלום &lt;'],
  ])('escapes %s', (_, value, shown) => {
    expect(html`<a title="${value}">${value}</a>`.text).toBe(`<a title="${shown}">${shown}</a>`);
  });

  it('takes markup, lists and numbers, and nothing for what is not there', () => {
    const items: readonly Part[] = ['<1>', html`<b>2</b>`, false, undefined, 3];
    expect(html`<p>${items}${undefined}${false}</p>`.text).toBe('<p>&lt;1&gt;<b>2</b>3</p>');
    expect(html`${trusted('<hr>')}`.text).toBe('<hr>');
  });

  it('does not take an object that looks like markup for markup', () => {
    const lookalike: unknown = JSON.parse('{"text":"<b>"}');
    expect(html`${lookalike as string}`.text).not.toContain('<b>');
  });
});

describe('text that is shown', () => {
  it('is cut without leaving half a character', () => {
    expect(visible('𝕬𝕬𝕬', 4)).toBe('𝕬\ufffd…');
    expect(visible('x'.repeat(301))).toBe(`${'x'.repeat(299)}…`);
  });

  it('stands in a query as one value, whatever it holds', () => {
    expect(queryValue('a&b=c#d\ud800')).toBe('a%26b%3Dc%23d%EF%BF%BD');
  });
});

describe('a link', () => {
  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    '\u0001javascript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    '//elsewhere.invalid/',
    '/here',
    '',
    `https://x.invalid/${'x'.repeat(2000)}`,
  ])('is not made of %j', (text) => {
    expect(findLink(text)).toBeUndefined();
  });

  it('is made of http and https', () => {
    expect(findLink('https://x.invalid/"<a>')).toBe('https://x.invalid/%22%3Ca%3E');
    expect(findLink('http://x.invalid/a')).toBe('http://x.invalid/a');
  });
});
