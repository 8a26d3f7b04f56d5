// SPDX-License-Identifier: Apache-2.0
import type { Blob } from '../core/blob.ts';
import { findLicenseText, type LicenseText } from '../module/license-file.ts';
import { ModuleFiles } from '../module/module-files.ts';
import { findNamedText, type NamedText } from '../spdx/license-ref.ts';

/** The licence texts of modules, each read once. */
export class LicenseFiles {
  readonly #modules = new Map<string, ModuleFiles>();
  readonly #texts = new Map<string, LicenseText | undefined>();
  readonly #named = new Map<string, NamedText | undefined>();

  /** The licence file of a blob; undefined where it is missing or cannot be read. */
  find(blob: Blob): LicenseText | undefined {
    const key = licenseFileKey(blob);
    if (!this.#texts.has(key)) this.#texts.set(key, findLicenseText(blob, this.#filesOf(blob)));
    return this.#texts.get(key);
  }

  /** What `LICENSES/` of the blob's module holds for a licence or exception. */
  findNamed(blob: Blob, id: string): NamedText | undefined {
    const key = `${blob.moduleDirectory}\0${id}`;
    if (!this.#named.has(key)) this.#named.set(key, findNamedText(this.#filesOf(blob), id));
    return this.#named.get(key);
  }

  #filesOf({ moduleDirectory }: Blob): ModuleFiles {
    const files = this.#modules.get(moduleDirectory) ?? new ModuleFiles(moduleDirectory);
    this.#modules.set(moduleDirectory, files);
    return files;
  }
}

/** What two blobs have in common that have one licence file. */
export function licenseFileKey({ moduleDirectory, licensePath }: Blob): string {
  return `${moduleDirectory}\0${licensePath}`;
}
