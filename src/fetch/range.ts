// SPDX-License-Identifier: Apache-2.0

/** A part of a body, from a byte to its end (RFC 9110 §14). */
export interface RangeRequest {
  /** The first byte that is wanted; more than 0. */
  readonly fromByte: number;
  /** What the part must still be of: an ETag or a date (RFC 9110 §13.1.5). */
  readonly validator: string;
}

/** The headers that ask for a range, and for the whole body where it has changed since. */
export function rangeHeaders({ fromByte, validator }: RangeRequest): Record<string, string> {
  return { range: `bytes=${fromByte}-`, 'if-range': validator };
}

/** What tells one state of a body from another, of an answer's headers. */
export interface ValidatorHeaders {
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
  readonly date?: string | undefined;
}

const MIN_AGE_MS = 1000;

/**
 * The strong validator of an answer, fit for If-Range: a strong entity tag, else a Last-Modified that is older than the
 * answer by a second at least (RFC 9110 §8.8.2.2). Undefined where there is none.
 */
export function findValidator({ etag, lastModified, date }: ValidatorHeaders): string | undefined {
  if (etag !== undefined) return /^"[\x21\x23-\x7e]{0,1000}"$/.test(etag) ? etag : undefined;
  if (lastModified === undefined || date === undefined) return undefined;
  const ageMs = Date.parse(date) - Date.parse(lastModified);
  return ageMs >= MIN_AGE_MS && isHttpDate(lastModified) ? lastModified : undefined;
}

/** Whether text that was kept may be sent in If-Range: it may have been changed meanwhile. */
export function isValidator(text: string): boolean {
  return findValidator({ etag: text }) !== undefined || isHttpDate(text);
}

/** Whether a part with these headers is of the state that the validator names (RFC 9110 §15.3.7.3), as far as it says. */
export function isOfSameState(validator: string, { etag, lastModified }: ValidatorHeaders): boolean {
  const state = validator.startsWith('"') ? etag : lastModified;
  return state === undefined || state === validator;
}

function isHttpDate(text: string): boolean {
  return /^[A-Za-z0-9 ,:-]{1,64}$/.test(text) && !Number.isNaN(Date.parse(text));
}

/**
 * Whether a 206 answer goes on from `fromByte` to the end of its body (RFC 9110 §14.4), by its Content-Range. A length
 * that is not told ("*") is taken on trust: the hash tells.
 */
export function isContinuation(contentRange: string | undefined, fromByte: number): boolean {
  const [, first, last, total] =
    /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/i.exec(contentRange?.trim() ?? '') ?? [];
  if (Number(first) !== fromByte || Number(last) < fromByte) return false;
  return total === '*' || Number(last) + 1 === Number(total);
}

/** What is known of an earlier answer, of which a server says whether it still holds (RFC 9110 §13.1). */
export interface Conditions {
  readonly etag?: string;
  readonly lastModified?: string;
}

/** The headers that ask for a body unless it is as it was; none for what is not well-formed. */
export function conditionHeaders({ etag, lastModified }: Conditions): Record<string, string> {
  return {
    ...(etag !== undefined && isEntityTag(etag) ? { 'if-none-match': etag } : {}),
    ...(lastModified !== undefined && isHttpDate(lastModified) ? { 'if-modified-since': lastModified } : {}),
  };
}

/** The validators of an answer that may be asked about later, weak ones too. */
export function conditionsOf({
  etag,
  lastModified,
}: Pick<ValidatorHeaders, 'etag' | 'lastModified'>): Conditions {
  return {
    ...(etag !== undefined && isEntityTag(etag) ? { etag } : {}),
    ...(lastModified !== undefined && isHttpDate(lastModified) ? { lastModified } : {}),
  };
}

function isEntityTag(text: string): boolean {
  return /^(?:W\/)?"[\x21\x23-\x7e]{0,1000}"$/.test(text);
}
