// SPDX-License-Identifier: Apache-2.0

/**
 * Where the licence of a blob was found: `license:` of its entry; a tag in its licence file; what REUSE says of the blob
 * or of its licence file; the licence file's text, which is one that SPDX lists; that file, whose text is its own
 * `LicenseRef-`; or nowhere.
 */
export type LicenseSource =
  | 'module-yml'
  | 'tag'
  | 'side-file'
  | 'reuse-toml'
  | 'dep5'
  | 'licenses-directory'
  | 'text'
  | 'license-file'
  | 'none';

/** A licence that SPDX does not list, by the name that an expression has for it. */
export interface LicenseRef {
  /** `LicenseRef-…` */
  readonly id: string;
  /** Its whole text; absent where the module does not hold it. */
  readonly text?: string;
  /** Absolute path of the file with the text. */
  readonly file?: string;
}

/** What SPDX has for an expression where nothing is known (SPDX 2.3, 7.15). */
export const NOASSERTION = 'NOASSERTION';

/** What is known of a blob's licence. Nothing is claimed that nobody said. */
export interface BlobLicense {
  /** A valid SPDX licence expression (SPDX 2.3, annex D); `NOASSERTION` where nothing is known. */
  readonly expression: string;
  readonly source: LicenseSource;
  /** Whether something that counts before the source was said and could not be understood. */
  readonly isDoubtful?: boolean;
  /** Absolute path of the file that says so; absent where none does. */
  readonly file?: string;
  /** Each `LicenseRef-` of the expression, once. */
  readonly refs: readonly LicenseRef[];
}
