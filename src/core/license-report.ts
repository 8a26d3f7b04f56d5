// SPDX-License-Identifier: Apache-2.0
import type { Blob } from './blob.ts';
import type { BlobLicense } from './license.ts';
import type { BlobRow, Report } from './report.ts';
import type { Sha256 } from './sha256.ts';

/** A blob and what is known of its licence. */
export interface LicenseRow extends BlobRow {
  readonly license: BlobLicense;
  /** Of its licence file, as acceptance is remembered; absent where there is none. */
  readonly licenseSha256?: Sha256;
  /** Of a click-through blob: whether its licence text was accepted before. */
  readonly isAccepted?: boolean;
  /** When it was: ISO 8601, UTC. */
  readonly acceptedTime?: string;
  /** Whether its licence passes --allow and --deny; absent where neither was given. */
  readonly isAllowed?: boolean;
}

/** A licence text, and what it is about. */
export interface LicenseTextRow {
  readonly text: string;
  /** Of the text as UTF-8. */
  readonly sha256: Sha256;
  /**
   * What the text itself is called: by its name in `LICENSES/`, a tag in it, or SPDX where that lists it; each once, sorted.
   * Empty where nobody named it: the expressions of `rows` need not be what it says.
   */
  readonly licenses: readonly string[];
  /** The files with this text, each once. */
  readonly files: readonly LicenseTextFile[];
  /** The blobs that it is about, in module order. */
  readonly rows: readonly LicenseRow[];
}

export interface LicenseTextFile {
  /** Name of the module. */
  readonly module: string;
  /** Below the module's directory, with forward slashes. */
  readonly path: string;
  readonly abspath: string;
}

export interface LicensesReport extends Report {
  readonly rows: readonly LicenseRow[];
  /** Each text once, in the order of the first blob that it is about. */
  readonly texts: readonly LicenseTextRow[];
  /** Blobs of whose licence the module does not hold the text. */
  readonly withoutText: ReadonlySet<Blob>;
}

/** An accepted licence that was forgotten. */
export interface RevokeReport extends Report {
  /** Absent where nothing of it was remembered. */
  readonly revoked?: {
    readonly sha256: Sha256;
    readonly module: string;
    readonly path: string;
    readonly time: string;
  };
}
