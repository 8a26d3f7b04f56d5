// SPDX-License-Identifier: Apache-2.0
import { escapeControls, shorten } from '../../core/text.ts';

/** Markup. Made only by {@link html} and by {@link trusted}. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Most of what is shown. */
const PLAIN = /^[\x20-\x7e]*$/;

/** What may stand in a template. Nothing stands for false and undefined. */
export type Part = Html | string | number | false | undefined | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

// What no font shows: soft hyphen, marks of direction, joiners, spaces of no width, byte order mark, tags, variations.
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu;

/**
 * Markup with every value escaped, for text and for attributes in double quotes alike. Values must not stand anywhere
 * else: not as names of elements or attributes, not in scripts, not in styles. Only markup goes in as it is.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let text = strings[0] ?? '';
  for (const [i, part] of parts.entries()) text += textOf(part) + (strings[i + 1] ?? '');
  return new Html(text);
}

/** Markup that this program's own source holds, whole. */
export function trusted(text: string): Html {
  return new Html(text);
}

/** `text` with what nobody sees written as an escape, and no longer than `maxCharacters`. */
export function visible(text: string, maxCharacters = 300): string {
  if (text.length <= maxCharacters && PLAIN.test(text)) return text;
  // A surrogate alone is no text, and neither is half of a pair that is cut.
  const shown = shorten(text, maxCharacters).toWellFormed();
  return escapeControls(shown).replace(INVISIBLE, (c) => `\\u{${c.codePointAt(0)?.toString(16)}}`);
}

/** `text` as a value in the query of a URL. */
export function queryValue(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** The URL that a person may follow: http or https, shown as it is; undefined for every other text. */
export function findLink(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && /^https?:$/.test(url.protocol) && text.length <= 2000 ? url.href : undefined;
}

function textOf(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Html) return part.text;
  if (Array.isArray(part)) return part.map(textOf).join('');
  return visible(String(part), 20_000).replace(/[&<>"'`]/g, (c) => ENTITIES[c] ?? c);
}
