// SPDX-License-Identifier: Apache-2.0
import { findPlaceholder, MAX_LICENSE_BYTES } from '../module/license-file.ts';
import { ModuleFiles } from '../module/module-files.ts';
import { SpdxLookup } from '../spdx/spdx-lookup.ts';
import type { LintModule } from './lint-module.ts';

/** What rules want to know of a licence file; its text is not kept. */
export interface LicenseFile {
  /** The one line of a file that says only that a licence is to come. */
  readonly placeholder?: string;
}

/** The files beside a module.yml, looked at once for all rules. */
export class FilesBeside {
  readonly files: ModuleFiles;
  readonly spdx: SpdxLookup;
  readonly #licenses = new Map<string, LicenseFile | undefined>();

  constructor(moduleDirectory: string) {
    this.files = new ModuleFiles(moduleDirectory);
    this.spdx = new SpdxLookup(this.files);
  }

  /** The file that a `license-path` names; undefined where every command takes it for missing. */
  findLicense(path: string): LicenseFile | undefined {
    if (this.#licenses.has(path)) return this.#licenses.get(path);
    const bytes = this.files.findBytes(path, MAX_LICENSE_BYTES);
    const found = bytes === undefined ? undefined : toLicenseFile(bytes);
    this.#licenses.set(path, found);
    return found;
  }
}

const KNOWN = new WeakMap<LintModule, FilesBeside>();

/** The files of the module that is being linted: the same ones for each rule. */
export function filesBeside(module: LintModule): FilesBeside {
  const known = KNOWN.get(module) ?? new FilesBeside(module.module.directory);
  KNOWN.set(module, known);
  return known;
}

function toLicenseFile(bytes: Buffer): LicenseFile {
  const placeholder = findPlaceholder(bytes.toString('utf8'));
  return placeholder === undefined ? {} : { placeholder };
}
