// SPDX-License-Identifier: Apache-2.0
import type { ErrorCode } from '../core/errors.ts';

const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 8_000;
const MAX_RETRY_AFTER_MS = 60_000;

// Statuses that say "later": RFC 9110 §15, RFC 6585 §4, and what proxies answer for a server that is away.
const RETRIED_STATUSES = new Set([408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524]);
const RETRIED_CODES = new Set<ErrorCode>(['BLOBS_NETWORK', 'BLOBS_TIMEOUT']);

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

/** Milliseconds from `nowMs` that a Retry-After header names, as seconds or as a date (RFC 9110 §10.2.3). */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const date = /^[A-Z][a-z]{2},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
