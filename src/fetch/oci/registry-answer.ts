// SPDX-License-Identifier: Apache-2.0
import type { Dispatcher } from 'undici';
import { BlobsError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { redactUrl } from '../../core/url.ts';
import { HttpStatusError } from '../http-status-error.ts';
import { findServerMessage, parseShallowJson, readText } from '../server-answer.ts';

const MAX_ERROR_BYTES = 16_384;

/** What a registry says with an error status (OCI Distribution Spec 1.1, "Error Codes"), or a token server in its way. */
export async function explainRefusal({ body }: Dispatcher.ResponseData): Promise<string | undefined> {
  const text = await readText(body, MAX_ERROR_BYTES);
  const value = text === undefined ? undefined : parseShallowJson(text);
  if (!isRecord(value)) return undefined;
  const { errors, details } = value as { errors?: unknown; details?: unknown };
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  if (!isRecord(first)) return findServerMessage(details);
  return findServerMessage(first['message']) ?? findServerMessage(first['code']);
}

/** An answer of a registry, or of its token server, that cannot be used. */
export function answerError(url: string, what: string, hint?: string): BlobsError {
  return new BlobsError('BLOBS_OCI_ANSWER', `the answer of the OCI registry ${redactUrl(url)} ${what}`, {
    ...(hint === undefined ? {} : { hint }),
  });
}

/**
 * The SHA-256 that a registry names in Docker-Content-Digest, fit to be shown, where it is another one than this.
 * Undefined where it is the same, is by another algorithm, or where the registry says nothing, which it need not.
 */
export function findOtherDigest(said: string | undefined, sha256: string): string | undefined {
  if (said === undefined || !said.startsWith('sha256:') || said === `sha256:${sha256}`) return undefined;
  return said
    .slice('sha256:'.length)
    .replace(/[^\w+.-]/g, '')
    .slice(0, 64);
}

/** `error` with what may help, where a registry refused. */
export function withRegistryHint(error: unknown, registry: string): unknown {
  if (!(error instanceof HttpStatusError)) return error;
  const hint = hintFor(error.status, registry);
  if (hint === undefined) return error;
  return new HttpStatusError(error.origin ?? '', error.status, error.retryAfter, {
    ...error.details,
    message: error.message,
    challenges: error.challenges,
    hint,
  });
}

function hintFor(status: number, registry: string): string | undefined {
  if (status === 401 || status === 403) {
    return `the registry wants to know who asks, or that one may not: run "docker login ${registry}"`;
  }
  if (status === 404) return 'the registry has no such blob: "blobs mirror push" copies blobs there';
  if (status === 413)
    return 'the registry, or a proxy before it, takes no pieces of this size: ask who runs it';
  return undefined;
}
