// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';

/** A UUID of version 8 (RFC 9562, section 5.8) that the content of `value` alone makes: SHA-256 of its JSON. */
export function contentUuid(value: object): string {
  const hex = createHash('sha256').update(JSON.stringify(value)).digest('hex');
  const variant = (Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8;
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant.toString(16)}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
