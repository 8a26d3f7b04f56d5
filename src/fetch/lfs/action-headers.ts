// SPDX-License-Identifier: Apache-2.0
import { isRecord } from '../../core/record.ts';

const MAX_HEADERS = 50;
const MAX_TOTAL_CHARACTERS = 16_384;
// RFC 9110 §5.6.2 and §5.5, without bytes that HTTP calls obsolete and that end a line somewhere.
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

// What belongs to the connection or to how we read the answer. A server that names them means well, so they are left
// out rather than refused.
const OURS =
  /^(host|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|content-length|content-encoding|range|if-.*|accept-encoding|user-agent)$/;

/**
 * The headers that `header` of a Git LFS action asks for (Git LFS batch API), names in lower case and without those
 * that are ours to choose. Undefined where it is anything else than a small map of names to texts that HTTP can carry.
 */
export function findActionHeaders(header: unknown): Record<string, string> | undefined {
  if (header === undefined || header === null) return {};
  if (!isRecord(header)) return undefined;
  const entries = Object.entries(header);
  if (entries.length > MAX_HEADERS) return undefined;
  let characters = 0;
  const headers: [string, string][] = [];
  for (const [name, value] of entries) {
    if (typeof value !== 'string' || !NAME.test(name) || !VALUE.test(value)) return undefined;
    characters += name.length + value.length;
    if (characters > MAX_TOTAL_CHARACTERS) return undefined;
    const lowerCase = name.toLowerCase();
    if (!OURS.test(lowerCase)) headers.push([lowerCase, value.trim()]);
  }
  return Object.fromEntries(headers);
}
