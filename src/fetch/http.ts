// SPDX-License-Identifier: Apache-2.0

import type { Dispatcher } from 'undici';
import { BlobsError, describeError, systemCode } from '../core/errors.ts';
import { findUrl, redactUrl } from '../core/url.ts';
import type { Body } from './body.ts';
import {
  findValidator,
  isContinuation,
  isOfSameState,
  type RangeRequest,
  rangeHeaders,
  type ValidatorHeaders,
} from './range.ts';
import type { Transport } from './transport.ts';

const MAX_REDIRECTS = 10;
const REDIRECT_STATUSES = new Set([301, 302, 303, 307, 308]);

export interface HttpOptions {
  readonly transport: Transport;
  /** An attempt in which no byte arrives for this long ends with BLOBS_TIMEOUT. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly userAgent: string;
  /** Told about every request and its answer. */
  readonly trace?: (line: string) => void;
}

/** An answer that is not a success, with what the server said about trying again. */
export class HttpStatusError extends BlobsError {
  readonly status: number;
  /** The Retry-After header. */
  readonly retryAfter: string | undefined;

  constructor(url: string, status: number, retryAfter: string | undefined) {
    super('BLOBS_HTTP_STATUS', `HTTP status ${status} from ${redactUrl(url)}`);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** An answer about another range than was asked for: the whole body may be had all the same. */
export class WrongRange extends BlobsError {
  constructor(url: string) {
    super('BLOBS_NETWORK', `another range than was asked for came from ${redactUrl(url)}`);
  }
}

/**
 * GETs `url` (RFC 9110) and follows at most ten redirects, never from https to anything else. The body is what a
 * server that honours `Accept-Encoding: identity` would have sent, also where this one does not. Where a `range` is
 * asked for, it may be that part or, from a server that will not or cannot give it, the whole.
 *
 * @throws WrongRange where the answer is about another range; BlobsError BLOBS_HTTP_STATUS (as HttpStatusError), BLOBS_REDIRECT, BLOBS_TIMEOUT, BLOBS_NETWORK,
 *   BLOBS_URL_UNSUPPORTED; the signal's reason when it is aborted.
 */
export async function httpGet(url: string, options: HttpOptions, range?: RangeRequest): Promise<Body> {
  let current = parseHttpUrl(url);
  const headers = range === undefined ? {} : rangeHeaders(range);
  for (let redirects = 0; ; redirects++) {
    const response = await requestOnce(current, options, headers);
    options.trace?.(`GET ${redactUrl(current.href)} → ${response.statusCode}`);
    if (response.statusCode === 200) return await toBody(response);
    if (range !== undefined && (response.statusCode === 206 || response.statusCode === 416)) {
      return toPart(response, range, current);
    }
    await response.body.dump({ limit: 16_384 }).catch(() => undefined);
    const location = header(response, 'location');
    if (!REDIRECT_STATUSES.has(response.statusCode) || location === undefined) {
      throw new HttpStatusError(current.href, response.statusCode, header(response, 'retry-after'));
    }
    if (redirects === MAX_REDIRECTS) {
      throw new BlobsError('BLOBS_REDIRECT', `more than ${MAX_REDIRECTS} redirects from ${redactUrl(url)}`);
    }
    current = redirectTarget(current, location);
  }
}

/** @throws BlobsError `BLOBS_URL_UNSUPPORTED` for what is not an absolute http or https URL. */
export function parseHttpUrl(text: string): URL {
  const url = findUrl(text);
  if (url === undefined) throw new BlobsError('BLOBS_URL_UNSUPPORTED', `malformed URL ${redactUrl(text)}`);
  if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  throw new BlobsError('BLOBS_URL_UNSUPPORTED', `the scheme of ${redactUrl(text)} is neither http nor https`);
}

/** What went wrong on the way, as a BlobsError; anything that is no network failure is returned as it is. */
export function networkError(error: unknown, url: string, timeoutMs: number): unknown {
  if (error instanceof BlobsError) return error;
  const code = systemCode(error) ?? (isParserError(error) ? 'HPE_UNKNOWN' : '');
  const where = redactUrl(url);
  if (/^UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT$/.test(code)) {
    return new BlobsError('BLOBS_TIMEOUT', `no byte for ${timeoutMs / 1000} s from ${where}`, {
      cause: error,
    });
  }
  if (!NETWORK_CODES.test(code)) return error;
  return new BlobsError('BLOBS_NETWORK', `${describeNetwork(error, code)}: ${where}`, { cause: error });
}

async function requestOnce(
  url: URL,
  options: HttpOptions,
  headers: Readonly<Record<string, string>>,
): Promise<Dispatcher.ResponseData> {
  const target = new URL(url);
  const authorization = basicAuthorization(target);
  target.hash = '';
  target.username = '';
  target.password = '';
  try {
    return await options.transport.request(target, {
      timeoutMs: options.timeoutMs,
      signal: options.signal,
      headers: {
        'accept-encoding': 'identity',
        'user-agent': options.userAgent,
        ...headers,
        ...(authorization === undefined ? {} : { authorization }),
      },
    });
  } catch (error) {
    options.trace?.(`GET ${redactUrl(url.href)} → ${systemCode(error) ?? describeError(error)}`);
    throw networkError(error, url.href, options.timeoutMs);
  }
}

/** What a user name and password in a URL ask for (RFC 7617). */
function basicAuthorization(url: URL): string | undefined {
  if (url.username === '' && url.password === '') return undefined;
  const bytes = Buffer.from(`${url.username}:${url.password}`).toString('latin1');
  const decoded = bytes.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return `Basic ${Buffer.from(decoded, 'latin1').toString('base64')}`;
}

function redirectTarget(from: URL, location: string): URL {
  if (!URL.canParse(location, from.href)) {
    throw new BlobsError('BLOBS_REDIRECT', `redirect to a malformed URL by ${redactUrl(from.href)}`);
  }
  const target = new URL(location, from.href);
  if (target.protocol !== 'https:' && (from.protocol === 'https:' || target.protocol !== 'http:')) {
    throw new BlobsError(
      'BLOBS_REDIRECT',
      `redirect from ${redactUrl(from.href)} to ${target.protocol} is not allowed`,
    );
  }
  return target;
}

async function toBody(response: Dispatcher.ResponseData): Promise<Body> {
  const contentType = header(response, 'content-type');
  const type = contentType === undefined ? {} : { contentType };
  const encoding = header(response, 'content-encoding')?.trim().toLowerCase() ?? 'identity';
  if (DECODED.has(encoding)) {
    const { decode } = await import('./decode.ts');
    return { stream: decode(response.body, encoding), ...type };
  }
  const validator = findValidator(validatorHeaders(response));
  return {
    stream: response.body,
    ...lengthOf(response),
    ...type,
    ...(validator === undefined ? {} : { validator }),
  };
}

async function toPart(response: Dispatcher.ResponseData, range: RangeRequest, url: URL): Promise<Body> {
  const { fromByte, validator } = range;
  const isCoded = !/^(identity)?$/i.test(header(response, 'content-encoding')?.trim() ?? '');
  if (
    response.statusCode === 206 &&
    !isCoded &&
    isContinuation(header(response, 'content-range'), fromByte) &&
    isOfSameState(validator, validatorHeaders(response))
  ) {
    return { stream: response.body, ...lengthOf(response), fromByte, validator };
  }
  await response.body.dump({ limit: 16_384 }).catch(() => undefined);
  throw new WrongRange(url.href);
}

function validatorHeaders(response: Dispatcher.ResponseData): ValidatorHeaders {
  return {
    etag: header(response, 'etag'),
    lastModified: header(response, 'last-modified'),
    date: header(response, 'date'),
  };
}

function lengthOf(response: Dispatcher.ResponseData): { length?: number } {
  const length = Number(header(response, 'content-length') ?? Number.NaN);
  return Number.isSafeInteger(length) && length >= 0 ? { length } : {};
}

const DECODED = new Set(['gzip', 'x-gzip', 'deflate', 'br']);

function header(response: Dispatcher.ResponseData, name: string): string | undefined {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** undici's parser gives some of its errors no code. */
function isParserError(error: unknown): boolean {
  return error instanceof Error && error.name === 'HTTPParserError';
}

// Codes of undici, llhttp, zlib, the system, Node's streams, and OpenSSL. Others are no failure of the source.
const NETWORK_CODES =
  /^(UND_ERR_(?!ABORTED)|HPE_|Z_|E[A-Z0-9]+$|EAI_|ERR_(STREAM|SSL|TLS|SOCKET|HTTP)_|CERT_|DEPTH_|SELF_|UNABLE_)/;

const NETWORK_MESSAGES: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  ENOTFOUND: 'host not found',
  EAI_AGAIN: 'the name service does not answer',
  UND_ERR_SOCKET: 'the connection ended too early',
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: 'the body is not as long as announced',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the body is not as long as announced',
};

function describeNetwork(error: unknown, code: string): string {
  if (code.startsWith('HPE_')) return 'the answer is not HTTP';
  return NETWORK_MESSAGES[code] ?? `${describeError(error)} (${code})`;
}
