// SPDX-License-Identifier: Apache-2.0
import type { Hash } from 'node:crypto';

/**
 * A new SHA-256 computation. Loads Node's crypto with the first one: that takes milliseconds, and a `list` of what is
 * not there needs none.
 */
export function createSha256(): Hash {
  return process.getBuiltinModule('node:crypto').createHash('sha256');
}
