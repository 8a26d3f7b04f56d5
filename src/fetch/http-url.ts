// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../core/errors.ts';
import { findUrl, redactUrl } from '../core/url.ts';

/** @throws BlobsError `BLOBS_URL_UNSUPPORTED` for what is not an absolute http or https URL. */
export function parseHttpUrl(text: string): URL {
  const problem = findUrlProblem(text);
  if (problem) throw problem;
  return new URL(text);
}

/** Why `text` is not an absolute http or https URL; undefined where it is. */
export function findUrlProblem(text: string): BlobsError | undefined {
  const url = findUrl(text);
  const hint = "tell the module's maintainer";
  if (url === undefined) {
    return new BlobsError('BLOBS_URL_UNSUPPORTED', `malformed URL ${redactUrl(text)}`, { hint });
  }
  if (url.protocol === 'http:' || url.protocol === 'https:') return undefined;
  const message = `the scheme of ${redactUrl(text)} is neither http nor https`;
  return new BlobsError('BLOBS_URL_UNSUPPORTED', message, { hint });
}
