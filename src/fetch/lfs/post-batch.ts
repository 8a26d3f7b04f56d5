// SPDX-License-Identifier: Apache-2.0

import type { Clock } from '../../core/deps.ts';
import type { BlobsError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import type { Sha256 } from '../../core/sha256.ts';
import type { Body } from '../body.ts';
import { type HttpOptions, httpExchange } from '../http.ts';
import { parseHttpUrl } from '../http-url.ts';
import { networkError } from '../network-error.ts';
import { findServerMessage, parseShallowJson, readText } from '../server-answer.ts';
import { answerError, type LfsAction, parseBatchAnswer } from './batch-answer.ts';

const MEDIA_TYPE = 'application/vnd.git-lfs+json';
// A hundred objects with the longest URLs and headers that are taken come to less.
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
const MAX_ERROR_BYTES = 16_384;

/** An object as a batch request names it. */
export interface BatchObject {
  readonly oid: Sha256;
  readonly sizeBytes: number;
}

/**
 * Asks the Git LFS server at `apiUrl` where to download `objects` (git-lfs docs/api/batch.md), in one request.
 * Redirects are followed with the request's body, as git-lfs does, but for 303.
 *
 * @throws BlobsError BLOBS_LFS_ANSWER, and what `httpGet` throws.
 */
export async function postBatch(
  apiUrl: string,
  objects: readonly BatchObject[],
  options: HttpOptions & { readonly clock: Clock },
): Promise<Map<Sha256, LfsAction | BlobsError>> {
  const text = JSON.stringify({
    operation: 'download',
    transfers: ['basic'],
    objects: objects.map(({ oid, sizeBytes }) => ({ oid, size: sizeBytes })),
  });
  const { body, url } = await httpExchange(batchUrl(apiUrl), options, {
    post: { text, mediaType: MEDIA_TYPE },
    explain: async (response) => explain(await readText(response.body, MAX_ERROR_BYTES)),
  });
  if (!isJson(body)) {
    body.stream.on('error', () => undefined).destroy();
    throw answerError('is no JSON', { url });
  }
  const answer = await readText(body.stream, MAX_ANSWER_BYTES).catch((error: unknown) => {
    options.signal.throwIfAborted();
    throw networkError(error, url.href, options.timeoutMs);
  });
  if (answer === undefined) throw answerError(`has more than ${MAX_ANSWER_BYTES} bytes`, { url });
  return parseBatchAnswer(answer, {
    url,
    asked: objects.map(({ oid }) => oid),
    nowMs: options.clock.now(),
  });
}

function batchUrl(apiUrl: string): string {
  const url = parseHttpUrl(apiUrl);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/objects/batch`;
  return url.href;
}

function isJson({ contentType }: Body): boolean {
  return contentType === undefined || /^application\/(vnd\.git-lfs\+)?json\s*(;|$)/i.test(contentType);
}

function explain(text: string | undefined): string | undefined {
  const value = text === undefined ? undefined : parseShallowJson(text);
  return isRecord(value) ? findServerMessage(value['message']) : undefined;
}
