// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../core/errors.ts';

const SECOND_MS = 1000;
const UNITS_MS: Readonly<Record<string, number>> = {
  s: SECOND_MS,
  m: 60 * SECOND_MS,
  h: 3600 * SECOND_MS,
  d: 24 * 3600 * SECOND_MS,
  w: 7 * 24 * 3600 * SECOND_MS,
};

/** Ten years: longer than any server runs. */
const MAX_TTL_MS = 3650 * 24 * 3600 * SECOND_MS;

/**
 * Milliseconds that `10d`, `5h`, `30m`, `60s` or `1w` means, as KissCache writes them (which has no weeks).
 *
 * @throws BlobsError `BLOBS_BAD_REQUEST` for anything else, and for more than ten years
 */
export function parseTtl(text: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,9})([smhdw])$/.exec(text) ?? [];
  const ttlMs = Number(digits) * (UNITS_MS[unit] ?? Number.NaN);
  if (digits !== '' && ttlMs <= MAX_TTL_MS) return ttlMs;
  throw new BlobsError('BLOBS_BAD_REQUEST', 'ttl must be a number with s, m, h, d or w, at most 3650d');
}
