// SPDX-License-Identifier: Apache-2.0
import type { ValuePath } from './document-view.ts';

/**
 * The parts of a value that `isWanted` picks, each with its path, in order. What is picked is not looked into; what
 * aliases share comes up wherever it is.
 */
export function findLeaves<T>(
  value: unknown,
  isWanted: (part: unknown) => part is T,
): { readonly path: ValuePath; readonly leaf: T }[] {
  const found: { readonly path: ValuePath; readonly leaf: T }[] = [];
  const path: (string | number)[] = [];
  // Aliases nest deeper than a file may, so the stack is our own.
  const open: { readonly part: unknown; readonly depth: number; readonly key: string | number }[] = [
    { part: value, depth: 0, key: '' },
  ];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { part, depth, key } = next;
    path.length = Math.max(0, depth - 1);
    if (depth > 0) path.push(key);
    if (isWanted(part)) found.push({ path: [...path], leaf: part });
    else if (typeof part === 'object' && part !== null) {
      for (const [name, item] of Object.entries(part).reverse())
        open.push({ part: item, depth: depth + 1, key: Array.isArray(part) ? Number(name) : name });
    }
  }
  return found;
}
