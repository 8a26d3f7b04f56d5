// SPDX-License-Identifier: Apache-2.0

import { type BlobLicense, NOASSERTION } from '../core/license.ts';
import type { BlobLicenseName, SbomLicense } from './document.ts';
import { toText } from './plain-text.ts';
import { UniqueNames } from './unique-names.ts';

const REF = /(?<![\w.-])LicenseRef-[A-Za-z0-9.-]+/g;

/**
 * The licences that SPDX does not list. A `LicenseRef-` means something in its document alone: where two modules mean two
 * texts by one, or one of them has no text for it, the second gets another name.
 */
export class LicenseNames {
  readonly #names = new UniqueNames();
  /** By the declared name, and then by its text, or by its module where there is none. */
  readonly #known = new Map<string, Map<string, string>>();
  readonly #licenses: SbomLicense[] = [];

  /** In the order in which they were first named. */
  get licenses(): readonly SbomLicense[] {
    return this.#licenses;
  }

  /**
   * The licence of a blob of the module in `directory`, as the document names it; undefined where none is known. An
   * expression that names another document (`DocumentRef-`) says nothing in this one.
   */
  find({ expression, refs }: BlobLicense, directory: string): BlobLicenseName | undefined {
    if (expression === NOASSERTION || expression.includes('DocumentRef-')) return undefined;
    const texts = new Map(refs.map(({ id, text }) => [id, text]));
    const names = new Set<string>();
    const renamed = expression.replace(REF, (id) => {
      const name = this.#nameOf(id, texts.get(id), directory);
      names.add(name);
      return name;
    });
    return { expression: renamed, refs: [...names] };
  }

  #nameOf(id: string, text: string | undefined, directory: string): string {
    const key = text === undefined ? `no text ${directory}` : `text ${text}`;
    const byText = this.#known.get(id) ?? new Map<string, string>();
    this.#known.set(id, byText);
    const known = byText.get(key);
    if (known !== undefined) return known;
    const name = this.#names.take(id);
    byText.set(key, name);
    this.#licenses.push({ id: name, ...(text === undefined ? {} : { text: toText(text) }) });
    return name;
  }
}
