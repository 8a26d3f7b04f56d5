// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../../core/errors.ts';
import { redactUrl } from '../../core/url.ts';
import { isLoopback } from '../credentials.ts';
import { answerError } from './registry-answer.ts';

const MAX_LOCATION_CHARACTERS = 16_384;

/**
 * Where an upload goes on: the Location of an answer from `from`, relative or not (OCI Distribution Spec 1.1, "Pushing a
 * blob in chunks"). Over https, unless the registry itself is on this machine and asked without.
 *
 * @throws BlobsError `BLOBS_OCI_ANSWER`; `BLOBS_REDIRECT` where it leaves https
 */
export function parseLocation(location: string | undefined, from: URL): URL {
  if (location === undefined || location.length > MAX_LOCATION_CHARACTERS) {
    throw answerError(from.href, 'names no place to upload to');
  }
  if (!URL.canParse(location, from.href))
    throw answerError(from.href, 'names a malformed place to upload to');
  const url = new URL(location, from.href);
  if (!/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw answerError(from.href, 'names a place to upload to that is no plain http or https URL');
  }
  if (url.protocol === 'http:' && (from.protocol === 'https:' || !isLoopback(url.hostname))) {
    throw new BlobsError(
      'BLOBS_REDIRECT',
      `${redactUrl(from.href)} sends an upload from https to ${redactUrl(url.origin)}, which is not allowed`,
      { hint: 'who runs the registry must tell it that it is asked by https' },
    );
  }
  url.hash = '';
  return url;
}

/**
 * How many bytes a registry has of an upload: the Range of its answer, the last one included. `0-0` is what registries
 * say of none. Undefined where it does not say.
 */
export function findReceivedBytes(range: string | undefined): number | undefined {
  const [, last] = /^(?:bytes=)?0-(\d{1,15})$/i.exec(range?.trim() ?? '') ?? [];
  if (last === undefined) return undefined;
  return last === '0' ? 0 : Number(last) + 1;
}

/** The size that chunks must have at least, in bytes; 0 where the registry does not say. */
export function findMinChunkBytes(value: string | undefined): number {
  return /^\d{1,15}$/.test(value ?? '') ? Number(value) : 0;
}
