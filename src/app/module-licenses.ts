// SPDX-License-Identifier: Apache-2.0

import { join } from 'node:path';
import { type Blob, blobLabel } from '../core/blob.ts';
import { type BlobLicense, type LicenseRef, type LicenseSource, NOASSERTION } from '../core/license.ts';
import { BLOBS_DIRECTORY } from '../module/blob-path.ts';
import type { EntryPositions } from '../module/entry-positions.ts';
import {
  findLicenseText,
  isLicenseText,
  type LicenseText,
  MAX_LICENSE_BYTES,
} from '../module/license-file.ts';
import { ModuleFiles } from '../module/module-files.ts';
import {
  allOf,
  type Expression,
  expressionText,
  MAX_EXPRESSION_CHARACTERS,
  termsOf,
} from '../spdx/expression.ts';
import { findNamedText, licenseRefId } from '../spdx/license-ref.ts';
import { type SpdxInformation, SpdxLookup } from '../spdx/spdx-lookup.ts';
import type { SourcePosition } from '../yaml/document-view.ts';
import type { LicenseExpressions } from './license-expressions.ts';

/** An expression, and where it was found. */
interface Claim {
  readonly expression: Expression;
  readonly source: LicenseSource;
  /** Absolute. */
  readonly file: string;
}

/** What reads expressions and texts of all modules. */
export interface LicenseReaders {
  readonly expressions: LicenseExpressions;
  /** The listed licence that a text is. */
  readonly recognize: (text: LicenseText) => Promise<Expression | undefined>;
}

/** The licences of one module's blobs; each file is looked at once. */
export class ModuleLicenses {
  readonly #directory: string;
  readonly #expressions: LicenseExpressions;
  readonly #recognize: LicenseReaders['recognize'];
  readonly #files: ModuleFiles;
  readonly #spdx: SpdxLookup;
  readonly #texts = new Map<string, LicenseText | undefined>();
  readonly #fileClaims = new Map<string, Promise<Claim | undefined>>();
  readonly #refs = new Map<string, LicenseRef | undefined>();
  #positions: Promise<EntryPositions> | undefined;

  constructor(directory: string, { expressions, recognize }: LicenseReaders) {
    this.#directory = directory;
    this.#expressions = expressions;
    this.#recognize = recognize;
    this.#files = new ModuleFiles(directory);
    this.#spdx = new SpdxLookup(this.#files);
  }

  async find(blob: Blob): Promise<BlobLicense> {
    const text = this.#text(blob);
    const claim =
      (await this.#declared(blob)) ??
      (await this.#claimOf(await this.#spdx.find([...BLOBS_DIRECTORY, blob.path].join('/')), blob)) ??
      (text && (await this.#fileClaim(blob)));
    if (claim) return this.#claimed(claim, blob, text);
    if (text === undefined) return { expression: NOASSERTION, source: 'none', refs: [] };
    const file = blob.licenseAbspath;
    const listed = await this.#recognize(text);
    if (listed) return { expression: expressionText(listed), source: 'text', file, refs: [] };
    const id = licenseRefId(blob.module, blob.licensePath, text.sha256);
    return { expression: id, source: 'license-file', file, refs: [{ id, text: text.text, file }] };
  }

  async #declared(blob: Blob): Promise<Claim | undefined> {
    const { license, origin, module, path } = blob;
    if (license === undefined) return undefined;
    const what = `"license" of ${blobLabel(blob)}`;
    const locate = () => this.#locate(blob);
    const expression = await this.#expressions.find(license, { what, module, path, ...origin, locate });
    return expression && { expression, source: 'module-yml', file: origin.file };
  }

  /** The parser is loaded and the file read again only where something is to be told of it. */
  async #locate(blob: Blob): Promise<SourcePosition | undefined> {
    this.#positions ??= import('../module/entry-positions.ts').then(
      ({ EntryPositions }) => new EntryPositions(),
    );
    return (await this.#positions).find(blob, 'license');
  }

  /** What all of `found` say together; undefined where one of them cannot be understood. */
  async #claimOf(found: readonly SpdxInformation[], { module }: Blob): Promise<Claim | undefined> {
    const [first] = found;
    if (first === undefined) return undefined;
    const read: Expression[] = [];
    for (const { expressions, file } of found) {
      for (const text of expressions) {
        const what = 'what it says of a licence';
        const place = { what, module, file: join(this.#directory, file) };
        const expression = await this.#expressions.find(text, place);
        if (expression === undefined) return undefined;
        read.push(expression);
      }
    }
    const expression = allOf(read);
    if (expression === undefined || expressionText(expression).length > MAX_EXPRESSION_CHARACTERS)
      return undefined;
    return { expression, source: first.source, file: join(this.#directory, first.file) };
  }

  /** The text of the licence file; undefined where it is missing, holds none, or only says that one is to come. */
  #text(blob: Blob): LicenseText | undefined {
    const { licensePath } = blob;
    if (this.#texts.has(licensePath)) return this.#texts.get(licensePath);
    const found = findLicenseText(blob, this.#files);
    const text = found && isLicenseText(found.text) ? found : undefined;
    this.#texts.set(licensePath, text);
    return text;
  }

  /** What the module says of the licence file. */
  #fileClaim(blob: Blob): Promise<Claim | undefined> {
    const { licensePath } = blob;
    const known = this.#fileClaims.get(licensePath);
    const claim =
      known ??
      this.#spdx
        .find(licensePath, { tagBytes: MAX_LICENSE_BYTES })
        .then((found) => this.#claimOf(found, blob));
    this.#fileClaims.set(licensePath, claim);
    return claim;
  }

  async #claimed(
    { expression, source, file }: Claim,
    blob: Blob,
    text: LicenseText | undefined,
  ): Promise<BlobLicense> {
    const terms = [...termsOf(expression)].map(({ license }) => license);
    const ids = [...new Set(terms.filter((license) => license.startsWith('LicenseRef-')))];
    const found = ids.map((id): LicenseRef => this.#findRef(id) ?? { id });
    // Of two licences without a text, the file may be either; and a listed licence is neither.
    const isOne = found.filter((ref) => ref.text === undefined).length === 1;
    const isFile = isOne && text !== undefined && (await this.#recognize(text)) === undefined;
    const refs = found.map((ref) =>
      isFile && ref.text === undefined ? { ...ref, text: text.text, file: blob.licenseAbspath } : ref,
    );
    return { expression: expressionText(expression), source, file, refs };
  }

  /** A licence whose text is in `LICENSES/`. */
  #findRef(id: string): LicenseRef | undefined {
    if (this.#refs.has(id)) return this.#refs.get(id);
    const found = findNamedText(this.#files, id);
    const ref = found && { id, text: found.text, file: join(this.#directory, found.path) };
    this.#refs.set(id, ref);
    return ref;
  }
}
