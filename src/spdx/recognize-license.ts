// SPDX-License-Identifier: Apache-2.0
import { licenseForms } from './license-forms.ts';
import { hashBody, isTitleOf } from './license-hashes.ts';

const MAX_TEXT_CHARACTERS = 1024 * 1024;

interface ListedLicense {
  readonly id: string;
  /** Its name and its identifiers, of which a title may be made. */
  readonly names: string;
}

let table: ReadonlyMap<string, ListedLicense> | undefined;

/**
 * The licence whose text this is, as an SPDX identifier, if it is the whole text of one that SPDX lists, compared as its
 * matching guidelines say (SPDX 2.3, annex B). Undefined for every other text: one with a clause more or less, two in
 * a row, and those that several licences share without telling which is meant, as GPL-2.0-only and GPL-2.0-or-later do.
 * Of a source file only the first comment counts. A text of more than 1 MiB is not looked at.
 */
export async function recognizeLicense(text: string): Promise<string | undefined> {
  if (text.length > MAX_TEXT_CHARACTERS) return undefined;
  table ??= await readTable();
  for (const { titleWords, body } of licenseForms(text)) {
    for (const key of hashBody(body)) {
      const found = table.get(key);
      if (found !== undefined && isTitleOf(titleWords, found.names)) return found.id;
    }
  }
  return undefined;
}

/** One line a licence: identifier, name, keys of its forms; by tabs. */
async function readTable(): Promise<Map<string, ListedLicense>> {
  const { LICENSE_TEXTS } = await import('./generated/license-texts.js');
  const licenses = new Map<string, ListedLicense>();
  for (const line of LICENSE_TEXTS.split('\n')) {
    const [id = '', name = '', keys = ''] = line.split('\t');
    for (const key of keys.split(' ')) licenses.set(key, { id, names: `${id} ${name}` });
  }
  return licenses;
}
