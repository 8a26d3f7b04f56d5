// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import type { Sha256 } from '../../core/sha256.ts';
import { findUrl, redactUrl } from '../../core/url.ts';
import { findServerMessage, parseShallowJson } from '../server-answer.ts';
import { findActionHeaders } from './action-headers.ts';

const MAX_HREF_CHARACTERS = 16_384;

/** Where an object is to be had. Both `href` and `headers` may hold secrets. */
export interface LfsAction {
  readonly href: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch; absent where the server names no end. */
  readonly expiresAtMs?: number;
}

export interface BatchAnswerContext {
  /** The URL that answered. */
  readonly url: URL;
  readonly asked: readonly Sha256[];
  /** When the answer came: milliseconds since the epoch. */
  readonly nowMs: number;
}

/**
 * What a Git LFS server answered to a batch request for downloads (git-lfs docs/api/batch.md): for each object that
 * was asked for, an action or why there is none.
 *
 * @throws BlobsError `BLOBS_LFS_ANSWER` where the answer as a whole is not what was asked for.
 */
export function parseBatchAnswer(
  text: string,
  context: BatchAnswerContext,
): Map<Sha256, LfsAction | BlobsError> {
  const answer = parseShallowJson(text);
  if (!isRecord(answer)) throw answerError('is not a JSON object', context);
  if (!isAbsentOr(answer['transfer'], 'basic')) {
    throw answerError('wants another transfer than "basic"', context);
  }
  if (!isAbsentOr(answer['hash_algo'], 'sha256')) {
    throw answerError('names objects by another hash than "sha256"', context);
  }
  const { objects } = answer as { objects?: unknown };
  if (!Array.isArray(objects)) throw answerError('has no list of objects', context);
  const asked = new Set<string>(context.asked);
  const found = new Map<string, LfsAction | BlobsError>();
  for (const object of objects as unknown[]) {
    const oid = isRecord(object) ? object['oid'] : undefined;
    if (!isRecord(object) || typeof oid !== 'string')
      throw answerError('has an object without "oid"', context);
    if (!asked.has(oid)) throw answerError('has an object that was not asked for', context);
    if (found.has(oid)) throw answerError('has an object twice', context);
    found.set(oid, readObject(object, context));
  }
  return new Map(
    context.asked.map((oid) => [oid, found.get(oid) ?? objectError('does not mention this object', context)]),
  );
}

function readObject(object: Record<string, unknown>, context: BatchAnswerContext): LfsAction | BlobsError {
  const { error, actions } = object as { error?: unknown; actions?: unknown };
  if (isRecord(error)) {
    const { code, message } = error as { code?: unknown; message?: unknown };
    const said = findServerMessage(message);
    return new BlobsError(
      'BLOBS_LFS_OBJECT',
      `the Git LFS server ${redactUrl(context.url.href)} does not hand it out: ` +
        [
          Number.isSafeInteger(code) ? `error ${String(code)}` : 'error',
          ...(said === undefined ? [] : [`"${said}"`]),
        ].join(' '),
    );
  }
  const download = isRecord(actions) ? actions['download'] : undefined;
  if (!isRecord(download)) return objectError('names no download for it', context);
  return readAction(download, context);
}

function readAction(download: Record<string, unknown>, context: BatchAnswerContext): LfsAction | BlobsError {
  const { href } = download as { href?: unknown };
  const url = typeof href === 'string' && href.length <= MAX_HREF_CHARACTERS ? findUrl(href) : undefined;
  if (url === undefined) return objectError('names a malformed URL for it', context);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return objectError('names a URL for it that is neither http nor https', context);
  }
  if (context.url.protocol === 'https:' && url.protocol !== 'https:') {
    return new BlobsError(
      'BLOBS_REDIRECT',
      `the Git LFS server ${redactUrl(context.url.href)} sends from https to http, which is not allowed`,
    );
  }
  const headers = findActionHeaders(download['header']);
  if (headers === undefined) return objectError('wants headers for it that are not allowed', context);
  const expiresAtMs = findExpiry(download, context.nowMs);
  return { href: url.href, headers, ...(expiresAtMs === undefined ? {} : { expiresAtMs }) };
}

/** `expires_in` counts before `expires_at`. Zero in Go's sense, and what is no time, stand for no end. */
function findExpiry(download: Record<string, unknown>, nowMs: number): number | undefined {
  const { expires_in: seconds, expires_at: date } = download as {
    expires_in?: unknown;
    expires_at?: unknown;
  };
  if (typeof seconds === 'number' && seconds !== 0) return nowMs + seconds * 1000;
  if (typeof date !== 'string' || date.startsWith('0001-')) return undefined;
  const ms = Date.parse(date);
  return Number.isNaN(ms) ? undefined : ms;
}

function isAbsentOr(value: unknown, expected: string): boolean {
  return value === undefined || value === null || value === '' || value === expected;
}

/** An answer that cannot be used at all. */
export function answerError(what: string, { url }: { readonly url: URL }): BlobsError {
  return new BlobsError(
    'BLOBS_LFS_ANSWER',
    `the answer of the Git LFS server ${redactUrl(url.href)} ${what}`,
  );
}

function objectError(what: string, { url }: BatchAnswerContext): BlobsError {
  return new BlobsError('BLOBS_LFS_OBJECT', `the Git LFS server ${redactUrl(url.href)} ${what}`);
}
