// SPDX-License-Identifier: Apache-2.0

declare const brand: unique symbol;

/** A SHA-256 digest as 64 lower-case hexadecimal digits (FIPS 180-4). Made only by {@link findSha256}. */
export type Sha256 = string & { readonly [brand]: 'Sha256' };

const DIGEST = /^[0-9a-f]{64}$/i;

/** The digest that `text` spells, in lower case; undefined when it is not exactly 64 hexadecimal digits. */
export function findSha256(text: string): Sha256 | undefined {
  return DIGEST.test(text) ? (text.toLowerCase() as Sha256) : undefined;
}
