// SPDX-License-Identifier: Apache-2.0
import type { Blob } from '../core/blob.ts';
import type { BlobLicense } from '../core/license.ts';
import type { Issue } from '../core/report.ts';
import type { Sha256 } from '../core/sha256.ts';
import type { LicenseText } from '../module/license-file.ts';
import { type Expression, findExpression } from '../spdx/expression.ts';
import { recognizeLicense } from '../spdx/recognize-license.ts';
import { LicenseExpressions } from './license-expressions.ts';
import { ModuleLicenses } from './module-licenses.ts';

/** The licences of blobs, and what was passed over on the way. */
export interface FoundLicenses {
  /** One for each blob. */
  readonly licenses: ReadonlyMap<Blob, BlobLicense>;
  /** Warnings: what should have said a licence in SPDX form, and does not. */
  readonly issues: readonly Issue[];
}

/**
 * The licence of each blob. The first of these counts that is an SPDX expression: `license:` of its entry; what the module
 * says of the blob's own path by the REUSE specification 3.2 (a `.license` file beside it, REUSE.toml, .reuse/dep5); what it
 * says so of the licence file, tags in it included; the text of that file, if it is one that SPDX lists, or else as a
 * `LicenseRef-` of its own. NOASSERTION where there is no such text. Reads files of the modules; changes nothing.
 *
 * Each `LicenseRef-` has the text that `LICENSES/` holds for it, else that of the licence file, where nothing else in the
 * expression can be meant by that. Two modules may mean two texts by one `LicenseRef-`.
 *
 * @throws the signal's reason.
 */
export async function findLicenses(blobs: readonly Blob[], signal: AbortSignal): Promise<FoundLicenses> {
  const modules = new Map<string, ModuleLicenses>();
  const licenses = new Map<Blob, BlobLicense>();
  const expressions = new LicenseExpressions();
  const readers = { expressions, recognize: rememberTexts(recognizeExpression) };
  for (const blob of blobs) {
    signal.throwIfAborted();
    const known = modules.get(blob.moduleDirectory);
    const module = known ?? new ModuleLicenses(blob.moduleDirectory, readers);
    modules.set(blob.moduleDirectory, module);
    licenses.set(blob, await module.find(blob));
  }
  return { licenses, issues: expressions.issues };
}

async function recognizeExpression({ text }: LicenseText): Promise<Expression | undefined> {
  const id = await recognizeLicense(text);
  return id === undefined ? undefined : findExpression(id);
}

/** `look`, with each text looked at once: many modules hold the same. */
function rememberTexts<T>(look: (text: LicenseText) => Promise<T>): (text: LicenseText) => Promise<T> {
  const known = new Map<Sha256, Promise<T>>();
  return (text) => {
    const found = known.get(text.sha256) ?? look(text);
    known.set(text.sha256, found);
    return found;
  };
}
