// SPDX-License-Identifier: Apache-2.0

declare const BLOBS_VERSION: string;

declare const BLOBS_BUILD: string;

/** The program's version (Semantic Versioning 2.0), put in when it is built. */
export const VERSION: string = typeof BLOBS_VERSION === 'string' ? BLOBS_VERSION : '0.0.0';

/** What this build was made of, put in when it is built: another build may read files otherwise. */
export const BUILD: string = typeof BLOBS_BUILD === 'string' ? BLOBS_BUILD : 'source';
