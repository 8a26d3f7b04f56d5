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
import { type SpdxAnswer, SpdxLookup } from '../spdx/spdx-lookup.ts';
import type { SourcePosition } from '../yaml/document-view.ts';
import type { LicenseExpressions } from './license-expressions.ts';

/** An expression, and where it was found. */
interface Claim {
  readonly expression: Expression;
  readonly source: LicenseSource;
  /** Absolute. */
  readonly file: string;
}

/** What is said in one place: nothing, a claim, or what cannot be understood. */
type Said = Claim | 'nothing' | 'doubtful';

const NO_ASSERTION = /^\s*NOASSERTION\s*$/;

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
  readonly #fileClaims = new Map<string, Promise<Said>>();
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
    let isDoubtful = false;
    for await (const said of this.#sayings(blob, text)) {
      if (typeof said === 'object') return withDoubt(await this.#claimed(said, blob, text), isDoubtful);
      isDoubtful ||= said === 'doubtful';
    }
    return withDoubt(await this.#unclaimed(blob, text), isDoubtful);
  }

  /** What is said of a blob's licence: what counts most comes first. */
  async *#sayings(blob: Blob, text: LicenseText | undefined): AsyncGenerator<Said> {
    yield await this.#declared(blob);
    yield await this.#read(await this.#spdx.look([...BLOBS_DIRECTORY, blob.path].join('/')), blob);
    if (text !== undefined) yield await this.#fileClaim(blob);
  }

  async #unclaimed(blob: Blob, text: LicenseText | undefined): Promise<BlobLicense> {
    if (text === undefined) return { expression: NOASSERTION, source: 'none', refs: [] };
    const file = blob.licenseAbspath;
    const listed = await this.#recognize(text);
    if (listed) return { expression: expressionText(listed), source: 'text', file, refs: [] };
    const id = licenseRefId(blob.module, blob.licensePath, text.sha256);
    return { expression: id, source: 'license-file', file, refs: [{ id, text: text.text, file }] };
  }

  async #declared(blob: Blob): Promise<Said> {
    const { license, origin, module, path } = blob;
    if (license === undefined) return 'nothing';
    const what = `"license" of ${blobLabel(blob)}`;
    const locate = () => this.#locate(blob);
    const expression = await this.#expressions.find(license, { what, module, path, ...origin, locate });
    if (expression) return { expression, source: 'module-yml', file: origin.file };
    return NO_ASSERTION.test(license) ? 'nothing' : 'doubtful';
  }

  /** The parser is loaded and the file read again only where something is to be told of it. */
  async #locate(blob: Blob): Promise<SourcePosition | undefined> {
    this.#positions ??= import('../module/entry-positions.ts').then(
      ({ EntryPositions }) => new EntryPositions(),
    );
    return (await this.#positions).find(blob, 'license');
  }

  /** What all of an answer say together. */
  async #read({ found, problem }: SpdxAnswer, { module }: Blob): Promise<Said> {
    const what = 'what it says of a licence';
    if (problem !== undefined) {
      this.#expressions.refuse({ what, module, file: join(this.#directory, problem.file) }, problem.text);
      return 'doubtful';
    }
    const [first] = found;
    if (first === undefined) return 'nothing';
    const isOne = found.flatMap(({ expressions }) => expressions).length === 1;
    const read: Expression[] = [];
    for (const { expressions, file, source } of found) {
      for (const text of expressions) {
        const place = { what, module, file: join(this.#directory, file) };
        const expression = await this.#expressions.find(text, place);
        // The name of a file in LICENSES/ says nothing where it is no licence's.
        const isSilent = source === 'licenses-directory' || NO_ASSERTION.test(text);
        if (expression === undefined) return isOne && isSilent ? 'nothing' : 'doubtful';
        read.push(expression);
      }
    }
    const expression = allOf(read);
    const file = join(this.#directory, first.file);
    if (expression === undefined) return 'nothing';
    if (expressionText(expression).length <= MAX_EXPRESSION_CHARACTERS)
      return { expression, source: first.source, file };
    const fact = `together it is longer than ${MAX_EXPRESSION_CHARACTERS} characters`;
    this.#expressions.refuse({ what, module, file }, fact);
    return 'doubtful';
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
  #fileClaim(blob: Blob): Promise<Said> {
    const { licensePath } = blob;
    const known = this.#fileClaims.get(licensePath);
    const claim =
      known ??
      this.#spdx
        .look(licensePath, { tagBytes: MAX_LICENSE_BYTES })
        .then((answer) => this.#read(answer, blob));
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

function withDoubt(license: BlobLicense, isDoubtful: boolean): BlobLicense {
  return isDoubtful ? { ...license, isDoubtful } : license;
}
