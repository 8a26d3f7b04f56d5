// SPDX-License-Identifier: Apache-2.0
import type { Sha256 } from '../core/sha256.ts';
import { isLicenseText, MAX_LICENSE_BYTES } from '../module/license-file.ts';
import type { ModuleFiles } from '../module/module-files.ts';

const LICENSES = 'LICENSES';
const MAX_PART_CHARACTERS = 60;
// Of a SHA-256: another text with the same ones takes 2^64 tries to find.
const DIGEST_CHARACTERS = 16;

/**
 * The name of a licence that nobody has named: `LicenseRef-<module>-<file>-<digest>` of the module's name, the last
 * segment of its licence file's path and the beginning of that file's SHA-256 (SPDX 2.3, 10.1). It depends on nothing else,
 * and changes with the text; one text in two modules has two names.
 */
export function licenseRefId(module: string, licensePath: string, sha256: Sha256): string {
  const file = licensePath.slice(licensePath.lastIndexOf('/') + 1).replace(/\.(?:txt|md|rst)$/i, '');
  const parts = [module, file].map(toIdString).filter((part) => part !== '');
  return ['LicenseRef', ...parts, sha256.slice(0, DIGEST_CHARACTERS)].join('-');
}

/** What `LICENSES/` holds for a licence or exception. */
export interface NamedText {
  /** Below the module's directory. */
  readonly path: string;
  readonly text: string;
}

/**
 * The text that `LICENSES/` holds for `id`, of SPDX's list or a `LicenseRef-` (REUSE specification 3.2); undefined where
 * it holds none.
 */
export function findNamedText(files: ModuleFiles, id: string): NamedText | undefined {
  const names = [...files.list(LICENSES)]
    .filter(([name, kind]) => kind === 'file' && name.startsWith(id))
    .filter(([name]) => /^(?:\.[A-Za-z]+)?$/.test(name.slice(id.length)))
    .map(([name]) => name);
  const name = names.find((one) => one === `${id}.txt`) ?? names.sort()[0];
  if (name === undefined) return undefined;
  const path = `${LICENSES}/${name}`;
  const text = files.findBytes(path, MAX_LICENSE_BYTES)?.toString('utf8');
  return text === undefined || !isLicenseText(text) ? undefined : { path, text };
}

/** What may stand behind `LicenseRef-`: letters, digits, "-" and ".". */
function toIdString(text: string): string {
  return text
    .replace(/[^A-Za-z0-9.]+/g, '-')
    .slice(0, MAX_PART_CHARACTERS)
    .replace(/^-+|-+$/g, '');
}
