// SPDX-License-Identifier: Apache-2.0
import type { ErrorCode } from '../core/errors.ts';

const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 8_000;
/** The longest that a server's Retry-After is obeyed. */
export const MAX_RETRY_AFTER_MS = 60_000;

// Statuses that say "later": RFC 9110 §15, RFC 6585 §4, and what proxies answer for a server that is away.
const RETRIED_STATUSES = new Set([408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524]);
const RETRIED_CODES = new Set<ErrorCode>(['BLOBS_NETWORK', 'BLOBS_TIMEOUT']);

/** Whether a server says by `status` that it wants fewer requests (RFC 6585 §4, RFC 9110 §15.6.4). */
export function isRefusingStatus(status: number): boolean {
  return status === 429 || status === 503;
}

/** Whether asking the same URL again may help; `status` is that of an HTTP answer, if there was one. */
export function isWorthRetrying(code: ErrorCode, status?: number): boolean {
  return status === undefined ? RETRIED_CODES.has(code) : RETRIED_STATUSES.has(status);
}

/**
 * Milliseconds to wait before attempt `attempt + 1` (the first is 0): the server's wish, at most a minute, else
 * an exponential delay of which `random` (0 ≤ x < 1) takes up to half, so that clients do not come back together.
 */
export function retryDelayMs(attempt: number, random: number, retryAfterMs?: number): number {
  if (retryAfterMs !== undefined) return Math.min(retryAfterMs, MAX_RETRY_AFTER_MS);
  const delay = Math.min(FIRST_DELAY_MS * 2 ** attempt, MAX_DELAY_MS);
  return Math.round(delay * (1 - random / 2));
}

/**
 * Milliseconds from `nowMs` that a Retry-After header names (RFC 9110 §10.2.3): seconds, or a date in one of the
 * three forms that a recipient must understand (§5.6.7). Undefined for anything else.
 */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const date = parseHttpDate(text);
  return date === undefined ? undefined : Math.max(0, date - nowMs);
}

const DATE_FORMS = [
  // IMF-fixdate and RFC 850, whose year has two digits.
  /^[A-Z][a-z]+, (\d\d)[ -]([A-Z][a-z]{2})[ -](\d{4}|\d\d) (\d\d:\d\d:\d\d) GMT$/,
  // asctime: the day may be padded with a space, the year stands last, and the time zone is understood.
  /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d\d:\d\d:\d\d) (\d{4})$/,
] as const;

function parseHttpDate(text: string): number | undefined {
  const [, day, month, year, time] = DATE_FORMS[0].exec(text) ?? [];
  const asctime = DATE_FORMS[1].exec(text);
  const form = asctime
    ? `${asctime[2]} ${asctime[1]} ${asctime[4]} ${asctime[3]} GMT`
    : `${day} ${month} ${year?.length === 2 ? `20${year}` : year} ${time} GMT`;
  const date = Date.parse(form);
  return Number.isNaN(date) ? undefined : date;
}
