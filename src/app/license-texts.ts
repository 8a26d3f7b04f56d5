// SPDX-License-Identifier: Apache-2.0
import { relative, sep } from 'node:path';
import type { Blob } from '../core/blob.ts';
import type { LicenseRow, LicenseTextFile, LicenseTextRow } from '../core/license-report.ts';
import { findSha256 } from '../core/sha256.ts';
import { isLicenseText, type LicenseText } from '../module/license-file.ts';
import { createSha256 } from '../store/create-hash.ts';

interface Found {
  readonly licenses: Set<string>;
  readonly files: Map<string, LicenseTextFile>;
  readonly blobs: Set<Blob>;
}

/**
 * The licence texts that go with the blobs, each once: their licence files, and what `LICENSES/` holds for the
 * `LicenseRef-`s of their expressions. `textOf` gives the licence file of a row.
 */
export function collectTexts(
  rows: readonly LicenseRow[],
  textOf: (row: LicenseRow) => LicenseText | undefined,
): LicenseTextRow[] {
  const texts = new Map<string, Found>();
  const add = (text: string, file: string, license: string, blob: Blob): void => {
    const found = texts.get(text) ?? { licenses: new Set(), files: new Map(), blobs: new Set() };
    texts.set(text, found);
    found.licenses.add(license);
    const path = relative(blob.moduleDirectory, file).split(sep).join('/');
    found.files.set(file, { module: blob.module, path, abspath: file });
    found.blobs.add(blob);
  };
  for (const row of rows) {
    const { blob, license } = row;
    const text = textOf(row)?.text;
    if (text !== undefined && isLicenseText(text)) add(text, blob.licenseAbspath, license.expression, blob);
    for (const { id, text: refText, file } of license.refs)
      if (refText !== undefined && file !== undefined) add(refText, file, id, blob);
  }
  return [...texts].flatMap(([text, { licenses, files, blobs }]): LicenseTextRow[] => {
    const sha256 = findSha256(createSha256().update(text).digest('hex'));
    return sha256 === undefined
      ? []
      : [{ text, sha256, licenses: [...licenses].sort(), files: [...files.values()], blobs: [...blobs] }];
  });
}
