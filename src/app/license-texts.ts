// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import type { Blob } from '../core/blob.ts';
import type { BlobLicense, LicenseSource } from '../core/license.ts';
import type { LicenseRow, LicenseTextFile, LicenseTextRow } from '../core/license-report.ts';
import { findPathBelow } from '../core/path-below.ts';
import { findSha256 } from '../core/sha256.ts';
import { isLicenseText } from '../module/license-file.ts';
import { findExpression, type LicenseTerm, termsOf } from '../spdx/expression.ts';
import { holdsTerms } from '../spdx/license-forms.ts';
import { recognizeLicense } from '../spdx/recognize-license.ts';
import { createSha256 } from '../store/create-hash.ts';
import type { LicenseFiles } from './license-files.ts';

/** What {@link collectTexts} found. */
export interface CollectedTexts {
  readonly texts: LicenseTextRow[];
  /** Blobs of whose licence the module does not hold the text: at most a tag that names it. */
  readonly withoutText: ReadonlySet<Blob>;
}

/**
 * The licence texts that go with the blobs, each once: their licence files, and what `LICENSES/` holds for the licences
 * and exceptions of their expressions.
 */
export async function collectTexts(
  rows: readonly LicenseRow[],
  files: LicenseFiles,
): Promise<CollectedTexts> {
  const texts = new Texts();
  const withoutText = new Set<Blob>();
  const known = new Map<string, readonly LicenseTerm[]>();
  const telling = new Map<string, boolean>();
  for (const row of rows) {
    const { blob, license } = row;
    const file = files.find(blob)?.text;
    const hasFile = file !== undefined && isLicenseText(file);
    if (hasFile) texts.add(row, { text: file, file: blob.licenseAbspath, name: ownName(row) });
    const terms = known.get(license.expression) ?? (await readTerms(license.expression));
    known.set(license.expression, terms);
    const named = terms.flatMap((term) => findTexts(row, term, files));
    for (const one of named) if (one !== undefined) texts.add(row, one);
    const isNamed = named.length > 0 && named.every((one) => one !== undefined);
    if (isNamed) continue;
    const tells = hasFile && (telling.get(file) ?? holdsTerms(file));
    if (hasFile) telling.set(file, tells);
    if (!tells) withoutText.add(blob);
  }
  return { texts: await texts.toRows(), withoutText };
}

/** A text, where it stands, and the licence that it is called there. */
interface NamedFile {
  readonly text: string;
  readonly file: string;
  readonly name: string | undefined;
}

async function readTerms(expression: string): Promise<readonly LicenseTerm[]> {
  const read = await findExpression(expression);
  return read === undefined ? [] : [...termsOf(read)];
}

/** The text of the licence and that of the exception, if it has one; undefined for each that the module does not hold. */
function findTexts(
  { blob, license }: LicenseRow,
  { license: id, plus, exception }: LicenseTerm,
  files: LicenseFiles,
): (NamedFile | undefined)[] {
  const find = (name: string): NamedFile | undefined => {
    const { text, file } = refOf(license, name) ?? {};
    if (text !== undefined && file !== undefined) return { text, file, name };
    const found = files.findNamed(blob, name);
    return found && { text: found.text, file: join(blob.moduleDirectory, found.path), name };
  };
  const later = plus ? find(`${id}+`) : undefined;
  return [later ?? find(id), ...(exception === undefined ? [] : [find(exception)])];
}

function refOf({ refs }: BlobLicense, id: string): BlobLicense['refs'][number] | undefined {
  return refs.find((ref) => ref.id === id);
}

// The others speak of the blob, and what it is under need not be what its licence file says.
const OF_THE_FILE: ReadonlySet<LicenseSource> = new Set(['tag', 'licenses-directory', 'text']);

/** What the licence file of a blob calls itself. */
function ownName({ blob, license }: LicenseRow): string | undefined {
  const isOwn = OF_THE_FILE.has(license.source) && license.file === blob.licenseAbspath;
  return isOwn ? license.expression : undefined;
}

/** Texts by what they are, in the order in which they were added. */
class Texts {
  readonly #found = new Map<
    string,
    { names: Set<string>; files: Map<string, LicenseTextFile>; rows: Set<LicenseRow> }
  >();

  add(row: LicenseRow, { text, file, name }: NamedFile): void {
    const found = this.#found.get(text) ?? { names: new Set(), files: new Map(), rows: new Set() };
    this.#found.set(text, found);
    if (name !== undefined) found.names.add(name);
    const { module, moduleDirectory } = row.blob;
    const path = findPathBelow(moduleDirectory, file) ?? file;
    found.files.set(file, { module, path, abspath: file });
    found.rows.add(row);
  }

  async toRows(): Promise<LicenseTextRow[]> {
    const made: LicenseTextRow[] = [];
    for (const [text, { names, files, rows }] of this.#found) {
      const sha256 = findSha256(createSha256().update(text).digest('hex'));
      const listed = names.size === 0 ? await recognizeLicense(text) : undefined;
      const licenses = listed === undefined ? [...names].sort() : [listed];
      if (sha256 !== undefined)
        made.push({ text, sha256, licenses, files: [...files.values()], rows: [...rows] });
    }
    return made;
  }
}
