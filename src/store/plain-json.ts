// SPDX-License-Identifier: Apache-2.0

// Deeper than any file that is read without an error.
const MAX_DEPTH = 200;

// What one file with aliases can blow up to is bounded by the reader; this bounds it once more.
const MAX_VALUES = 1_000_000;

/** Whether JSON gives `value` back as it is: no -0, no NaN, nothing undefined, no other objects than maps and lists. */
export function isPlainJson(value: unknown): boolean {
  let left = MAX_VALUES;
  const isPlain = (part: unknown, depth: number): boolean => {
    left -= 1;
    if (left < 0 || depth > MAX_DEPTH) return false;
    if (typeof part === 'string' || typeof part === 'boolean' || part === null) return true;
    if (typeof part === 'number') return Number.isFinite(part) && !Object.is(part, -0);
    if (Array.isArray(part)) return part.every((item) => isPlain(item, depth + 1));
    if (typeof part !== 'object') return false;
    const prototype: unknown = Object.getPrototypeOf(part);
    if (prototype !== null && prototype !== Object.prototype) return false;
    return !('toJSON' in part) && Object.values(part).every((item) => isPlain(item, depth + 1));
  };
  return isPlain(value, 0);
}
