// SPDX-License-Identifier: Apache-2.0

declare const BLOBS_VERSION: string;

/** The program's version (Semantic Versioning 2.0), put in when it is built. */
export const VERSION: string = typeof BLOBS_VERSION === 'string' ? BLOBS_VERSION : '0.0.0';
