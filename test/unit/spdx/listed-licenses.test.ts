// SPDX-License-Identifier: Apache-2.0
import parse from 'spdx-expression-parse';
import current from 'spdx-license-ids/index.json' with { type: 'json' };
import listed from 'spdx-license-list/full.js';
import { describe, expect, it } from 'vitest';
import { hashListedText } from '../../../src/spdx/license-hashes.ts';
import { recognizeLicense } from '../../../src/spdx/recognize-license.ts';

/** Their text is that of another one, to which they add a statement. */
const PLAIN: Readonly<Record<string, string>> = {
  'CAL-1.0-Combined-Work-Exception': 'CAL-1.0',
  'MPL-2.0-no-copyleft-exception': 'MPL-2.0',
  'OFL-1.0-RFN': 'OFL-1.0',
  'OFL-1.0-no-RFN': 'OFL-1.0',
  'OFL-1.1-RFN': 'OFL-1.1',
  'OFL-1.1-no-RFN': 'OFL-1.1',
  // Deprecated.
  'StandardML-NJ': 'SMLNJ',
};

/** Deprecated, and no text of a current one. */
const GONE: ReadonlySet<string> = new Set([
  'BSD-2-Clause-FreeBSD',
  'BSD-2-Clause-NetBSD',
  'Net-SNMP',
  'Nunit',
  'bzip2-1.0.5',
  'eCos-2.0',
  'wxWindows',
]);

/** The text is the same for -only and -or-later, with invariant sections and without. */
const AMBIGUOUS = /^(?:A|L)?GPL-|^GFDL-/;

/** Every so many of the list. */
const SAMPLE = 24;

const TEXTS = Object.entries(listed).map(([id, { licenseText }]) => ({ id, text: licenseText }));
const RECOGNIZED = TEXTS.filter(({ id }) => !AMBIGUOUS.test(id) && !GONE.has(id));

function expectedOf(id: string): string | undefined {
  return AMBIGUOUS.test(id) || GONE.has(id) ? undefined : (PLAIN[id] ?? id);
}

describe('the texts that SPDX lists', () => {
  it('are recognised, each as the licence that it alone can be', async () => {
    expect(TEXTS.length).toBeGreaterThan(700);
    const wrong: string[] = [];
    for (const { id, text } of TEXTS) {
      const found = await recognizeLicense(text);
      if (found !== expectedOf(id)) wrong.push(`${id} as ${found}`);
    }
    expect(wrong).toEqual([]);
  });

  it('are given the name of another only where they share its words', () => {
    for (const [id, plain] of Object.entries(PLAIN)) {
      const [whole = ''] = hashListedText(listed[id]?.licenseText ?? '', id);
      expect(hashListedText(listed[plain]?.licenseText ?? '', plain)).toContain(whole);
    }
  });

  it('give identifiers that are current, and expressions', () => {
    const ids = RECOGNIZED.map(({ id }) => PLAIN[id] ?? id);
    expect(ids.filter((id) => !current.includes(id))).toEqual([]);
    for (const id of ids) expect(parse(id)).toEqual({ license: id });
  });
});

const VARIANTS: readonly (readonly [string, (text: string) => string])[] = [
  ['in upper case', (text) => text.toUpperCase()],
  ['with CRLF and a byte order mark', (text) => `\ufeff${text.replace(/\r?\n/g, '\r\n')}`],
  ['indented', (text) => text.replace(/^/gm, '\t    ')],
  ['as a comment of C', (text) => `/*\n${text.replace(/^/gm, ' * ')}\n */\n`],
  ['as lines of //', (text) => text.replace(/^/gm, '// ')],
  ['as lines of #', (text) => text.replace(/^/gm, '# ')],
  ['in other quotes', (text) => text.replace(/"([^"\n]*)"/g, '“$1”').replaceAll("'", '’')],
  ['in British spelling', (text) => text.replaceAll('icense', 'icence')],
  ['with a rule above and below', (text) => `${'='.repeat(72)}\n${text}\n${'-'.repeat(72)}\n`],
  ['with each paragraph in one line', (text) => text.replace(/(?<=\S{9}.{40,})\n(?=[ \t]*[a-z]{2})/g, ' ')],
];

describe('a copy of a listed text', () => {
  it.each(VARIANTS)('is recognised %s', async (_, vary) => {
    const sample = RECOGNIZED.filter(({ text }, at) => at % SAMPLE === 0 && !text.includes('*/'));
    expect(sample.length).toBeGreaterThan(20);
    const wrong: string[] = [];
    for (const { id, text } of sample) {
      const found = await recognizeLicense(vary(text));
      if (found !== expectedOf(id)) wrong.push(`${id} as ${found}`);
    }
    expect(wrong).toEqual([]);
  });

  it('is none with another one behind it', async () => {
    const sample = RECOGNIZED.filter((_, at) => at % SAMPLE === 0);
    for (const [at, { text }] of sample.entries()) {
      const other = sample[(at + 1) % sample.length]?.text ?? '';
      expect(await recognizeLicense(`${text}\n\n${other}`)).toBeUndefined();
    }
  });
});
