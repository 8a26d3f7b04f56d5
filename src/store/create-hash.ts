// SPDX-License-Identifier: Apache-2.0
import type { Hash } from 'node:crypto';

/**
 * A new SHA-256 computation. Loads Node's crypto with the first one: that takes milliseconds, and a `list` of what is
 * not there needs none.
 */
export function createSha256(): Hash {
  return process.getBuiltinModule('node:crypto').createHash('sha256');
}

// Long enough for the first requests to be written, shorter than any server takes to answer over a network.
const PAUSE_MS = 10;

/** Loads hashing in the pause in which the first answers are waited for. */
export function preloadHashing(): void {
  setTimeout(createSha256, PAUSE_MS).unref();
}
