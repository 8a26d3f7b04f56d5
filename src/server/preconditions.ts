// SPDX-License-Identifier: Apache-2.0
import type { IncomingHttpHeaders } from 'node:http';

/** What tells one state of a representation from another. */
export interface Validators {
  /** A strong entity tag with its quotes. */
  readonly etag?: string | undefined;
  /** When it was changed, in milliseconds since the epoch, at a whole second. */
  readonly modifiedMs?: number | undefined;
}

/** What the preconditions of a GET or HEAD lead to: `200` is no more than that they do not stand in the way. */
export type Verdict = 200 | 304 | 412;

/**
 * Judges If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since in the order of RFC 9110 §13.2.2. What is
 * malformed, or is about a date where none is known, counts as not there.
 */
export function judgePreconditions(headers: IncomingHttpHeaders, validators: Validators): Verdict {
  const { etag, modifiedMs } = validators;
  const ifMatch = headers['if-match'];
  const unmodifiedSinceMs = findDate(headers['if-unmodified-since']);
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, etag, 'strong')) return 412;
  } else if (unmodifiedSinceMs !== undefined && modifiedMs !== undefined && modifiedMs > unmodifiedSinceMs) {
    return 412;
  }
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined) return matches(ifNoneMatch, etag, 'weak') ? 304 : 200;
  const modifiedSinceMs = findDate(headers['if-modified-since']);
  const isUnchanged =
    modifiedSinceMs !== undefined && modifiedMs !== undefined && modifiedMs <= modifiedSinceMs;
  return isUnchanged ? 304 : 200;
}

/** Whether If-Range allows a part (RFC 9110 §13.1.5): no header, the same strong entity tag, or exactly the same date. */
export function allowsPart(ifRange: string | undefined, { etag, modifiedMs }: Validators): boolean {
  if (ifRange === undefined) return true;
  if (ifRange.startsWith('"')) return ifRange === etag;
  return modifiedMs !== undefined && findDate(ifRange) === modifiedMs;
}

/** The time that an HTTP date means (RFC 9110 §5.6.7), in milliseconds; undefined for anything else. */
export function findDate(text: string | undefined): number | undefined {
  if (text === undefined || !/^[A-Z][a-z]{2,8}, [ \w:-]{15,30} GMT$/.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

function matches(list: string, etag: string | undefined, comparison: 'strong' | 'weak'): boolean {
  if (list.trim() === '*') return true;
  if (etag === undefined) return false;
  for (const [, weak, tag] of list.matchAll(/(W\/)?("[^"]*")/g))
    if (tag === etag && (weak === undefined || comparison === 'weak')) return true;
  return false;
}
