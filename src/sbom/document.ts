// SPDX-License-Identifier: Apache-2.0
import type { BlobType } from '../core/blob.ts';
import type { TaintState } from '../core/taint.ts';

/** A fact that the formats have no field for: a name that begins with "blobs:", and a value in one line. */
export type SbomProperty = readonly [name: string, value: string];

/**
 * What a software bill of materials says, in the words of no format. Every text is fit to stand in one: well-formed
 * Unicode without control characters but line feeds and tabs. Every URL is a URI (RFC 3986).
 */
export interface SbomDocument {
  /** In lower case (RFC 9562); no other document has it. */
  readonly uuid: string;
  /** Milliseconds since 1970, before the year 10000. */
  readonly createdMs: number;
  readonly tool: { readonly name: string; readonly version: string };
  /** False where something kept blobs from being looked at. */
  readonly isComplete: boolean;
  readonly modules: readonly SbomModule[];
  /** The licences that SPDX does not list and that the blobs' expressions name, each once. */
  readonly licenses: readonly SbomLicense[];
}

/** A module that declares blobs. */
export interface SbomModule {
  /** Letters, digits, "." and "-"; unique in the document. */
  readonly ref: string;
  readonly name: string;
  /** The git commit. */
  readonly version?: string;
  readonly purl: string;
  readonly properties: readonly SbomProperty[];
  readonly blobs: readonly SbomBlob[];
}

export interface SbomBlob {
  /** Letters, digits, "." and "-"; unique in the document. */
  readonly ref: string;
  /** The module's name. */
  readonly module: string;
  /** The path below zephyr/blobs. */
  readonly path: string;
  readonly type: BlobType;
  readonly taint: TaintState;
  /** Whether it is known that the build does not link it. */
  readonly isLeftOut: boolean;
  readonly description: string;
  /** Absent where nobody said which version these bytes are. */
  readonly version?: string;
  /** Of the file, or, where there is none, of the declared bytes; absent where nobody knows what it is of. */
  readonly sha256?: string;
  /** Where the declared bytes are to be had, in the order of preference; empty where these are others. */
  readonly locations: readonly string[];
  /** Where the bytes really came from, if that is none of `locations`. */
  readonly source?: string;
  readonly documentation?: string;
  /** Absent where nothing is known. */
  readonly license?: BlobLicenseName;
  readonly purl: string;
  readonly properties: readonly SbomProperty[];
}

export interface BlobLicenseName {
  /** An SPDX expression, its `LicenseRef-`s renamed where two modules mean two texts by one. */
  readonly expression: string;
  /** Those `LicenseRef-`s. */
  readonly refs: readonly string[];
}

export interface SbomLicense {
  /** `LicenseRef-…`, unique in the document also where case does not count. */
  readonly id: string;
  /** Absent where the module does not hold it. */
  readonly text?: string;
}
