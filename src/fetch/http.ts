// SPDX-License-Identifier: Apache-2.0

import type { Dispatcher } from 'undici';
import { BlobsError, describeError, systemCode } from '../core/errors.ts';
import { redactUrl } from '../core/url.ts';
import { header, toBody, toPart, toStart } from './answer-body.ts';
import type { Body } from './body.ts';
import { type Authorization, type Credentials, findAuthorization, findToken } from './credentials.ts';
import { HttpStatusError, NotModified, proxyRefusal } from './http-status-error.ts';
import { parseHttpUrl } from './http-url.ts';
import { networkError } from './network-error.ts';
import type { HttpProxy } from './proxy.ts';
import { type Conditions, conditionHeaders, type RangeRequest, rangeHeaders } from './range.ts';
import type { Content, Transport } from './transport.ts';

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
  /** Without them, neither netrc nor GITHUB_TOKEN is ever used. */
  readonly credentials?: Credentials | undefined;
  /** The proxy that the transport asks for a URL. */
  readonly findProxy?: (url: URL) => HttpProxy | undefined;
  /** Asked before every request, those after redirects included; what it throws ends the exchange. */
  readonly admit?: (url: URL, way: { readonly isProxied: boolean }) => void;
}

/** What a request asks for beside its URL. */
export interface HttpRequest {
  /** The part that is wanted; the answer may be the whole all the same. */
  readonly range?: RangeRequest | undefined;
  /** What is known already: where that still holds, {@link NotModified} is thrown. They go along with every redirect. */
  readonly conditions?: Conditions | undefined;
  /** No more than a look: at the headers alone (HEAD), or at so many of the first bytes; for want of that, at the whole. */
  readonly look?: 'head' | { readonly firstBytes: number };
  /** For the origin of the URL alone: they do not follow a redirect to another. Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Makes it a POST, also after a redirect, and goes along with every redirect. */
  readonly post?: { readonly text: string; readonly mediaType: string };
  /** Another method than the rest asks for. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** The body of such a request. */
  readonly content?: Content;
  /** Reads from an answer that is no success what the server says about it, fit to be shown. */
  readonly explain?: (response: Dispatcher.ResponseData) => Promise<string | undefined>;
}

/**
 * GETs `url` (RFC 9110) and follows at most ten redirects, never from https to anything else. The body is what a
 * server that honours `Accept-Encoding: identity` would have sent, also where this one does not. Where a `range` is
 * asked for, it may be that part or, from a server that will not or cannot give it, the whole.
 *
 * @throws WrongRange where the answer is about another range; BlobsError BLOBS_HTTP_STATUS (as HttpStatusError),
 *   BLOBS_REDIRECT, BLOBS_TIMEOUT, BLOBS_NETWORK, BLOBS_BAD_CONFIG for a proxy or a token that cannot be one,
 *   BLOBS_URL_UNSUPPORTED; what `admit` throws; the signal's reason when it is aborted.
 */
export async function httpGet(url: string, options: HttpOptions, range?: RangeRequest): Promise<Body> {
  return (await httpExchange(url, options, { range })).body;
}

/** As {@link httpGet}, for requests of other kinds too; `url` is where redirects ended. */
export async function httpExchange(
  url: string,
  options: HttpOptions,
  request: HttpRequest,
): Promise<{ readonly body: Body; readonly url: URL }> {
  const { range, post, look } = request;
  const isStart = look !== undefined && look !== 'head';
  let current = parseHttpUrl(url);
  let asked = request;
  for (let redirects = 0; ; redirects++) {
    options.admit?.(current, { isProxied: options.findProxy?.(current) !== undefined });
    const response = await ask({ ...asked, url: current }, options);
    if (response.statusCode === 200) return { body: await toBody(response), url: current };
    if (range !== undefined && (response.statusCode === 206 || response.statusCode === 416)) {
      return { body: await toPart(response, range, current), url: current };
    }
    if (isStart && (response.statusCode === 206 || response.statusCode === 416)) {
      return { body: toStart(response), url: current };
    }
    if (response.statusCode === 304 && request.conditions) {
      await response.body.dump({ limit: 16_384 }).catch(() => undefined);
      throw new NotModified(current.href);
    }
    const location = header(response, 'location');
    const isRedirect = REDIRECT_STATUSES.has(response.statusCode) && location !== undefined;
    const said = isRedirect ? undefined : await request.explain?.(response).catch(() => undefined);
    await response.body.dump({ limit: 16_384 }).catch(() => undefined);
    if (!isRedirect) {
      throw refusal({ url: current, response, said }, options);
    }
    if (redirects === MAX_REDIRECTS) {
      throw new BlobsError('BLOBS_REDIRECT', `more than ${MAX_REDIRECTS} redirects from ${redactUrl(url)}`);
    }
    if (post && response.statusCode === 303) {
      throw new BlobsError('BLOBS_REDIRECT', `${redactUrl(current.href)} does not answer a POST itself`);
    }
    const target = redirectTarget(current, location);
    if (target.origin !== current.origin) asked = { ...asked, headers: {} };
    current = target;
  }
}

/** A request that is sent once, to one URL. */
type SingleRequest = Pick<HttpRequest, 'headers' | 'method' | 'content' | 'explain'> & {
  readonly isSuccess: (status: number) => boolean;
};

/**
 * Sends a request of any method, with no credentials but those of its headers, and follows no redirect.
 *
 * @throws as {@link httpGet}; also what reading the content throws
 */
export async function httpSend(
  url: URL,
  options: HttpOptions,
  { isSuccess, ...request }: SingleRequest,
): Promise<Dispatcher.ResponseData> {
  const response = await requestOnce({ ...request, url }, options);
  if (isSuccess(response.statusCode)) return response;
  const said = await request.explain?.(response).catch(() => undefined);
  await response.body.dump({ limit: 16_384 }).catch(() => undefined);
  throw refusal({ url, response, said }, options);
}

/** A request for one URL. */
interface Question extends HttpRequest {
  readonly url: URL;
  readonly authorization?: Authorization | undefined;
}

/** The answer to a request as the user's credentials allow it: without GITHUB_TOKEN unless that is not enough. */
async function ask(question: Question, options: HttpOptions): Promise<Dispatcher.ResponseData> {
  const { url } = question;
  const isProxied = options.findProxy?.(url) !== undefined;
  // What a server gave for its own requests stands for all else.
  if (question.headers?.['authorization'] !== undefined) return requestOnce(question, options);
  const authorization = findAuthorization({ url, isProxied }, options.credentials);
  const response = await requestOnce({ ...question, authorization }, options);
  if (authorization !== undefined) return response;
  const token = findToken(url, response.statusCode, options.credentials);
  if (token === undefined) return response;
  await response.body.dump({ limit: 16_384 }).catch(() => undefined);
  return requestOnce({ ...question, authorization: token }, options);
}

async function requestOnce(
  { url, range, conditions, post, look, headers, authorization, content, ...question }: Question,
  options: HttpOptions,
): Promise<Dispatcher.ResponseData> {
  const target = new URL(url);
  target.hash = '';
  target.username = '';
  target.password = '';
  const proxy = options.findProxy?.(url);
  // What stands in the URL is no news.
  const secret = authorization?.from === 'the URL' ? undefined : authorization?.from;
  const method = question.method ?? (post ? 'POST' : look === 'head' ? 'HEAD' : 'GET');
  const trace = (answer: string | number): void => {
    const how = `${proxy ? ` through ${proxy.origin}` : ''}${secret ? ` with ${secret}` : ''}`;
    options.trace?.(`${method} ${redactUrl(url.href)}${how} → ${answer}`);
  };
  try {
    const response = await options.transport.request(target, {
      timeoutMs: options.timeoutMs,
      signal: options.signal,
      headers: {
        'accept-encoding': 'identity',
        'user-agent': options.userAgent,
        ...(range ? rangeHeaders(range) : {}),
        ...(conditions ? conditionHeaders(conditions) : {}),
        ...(look === undefined || look === 'head' ? {} : { range: `bytes=0-${look.firstBytes - 1}` }),
        ...(authorization === undefined ? {} : { authorization: authorization.value }),
        ...(post ? { accept: post.mediaType, 'content-type': post.mediaType } : {}),
        ...headers,
      },
      method,
      ...(post ? { content: post.text } : {}),
      ...(content === undefined ? {} : { content }),
    });
    trace(response.statusCode);
    return response;
  } catch (error) {
    trace(systemCode(error) ?? describeError(error));
    const failure = networkError(error, url.href, options.timeoutMs);
    // A tunnel names its proxy itself.
    if (!(failure instanceof BlobsError) || proxy === undefined || url.protocol !== 'http:') throw failure;
    throw new BlobsError(failure.code, `${failure.message} through the proxy ${proxy.origin}`, {
      cause: error,
    });
  }
}

function refusal(
  { url, response, said }: { url: URL; response: Dispatcher.ResponseData; said: string | undefined },
  { findProxy, credentials }: HttpOptions,
): HttpStatusError {
  const { statusCode } = response;
  const proxy = findProxy?.(url);
  if (statusCode === 407 && proxy) return proxyRefusal(proxy, statusCode);
  const problem =
    url.protocol === 'https:' && [401, 403, 404].includes(statusCode)
      ? credentials?.netrc().problem
      : undefined;
  return new HttpStatusError(url.href, statusCode, header(response, 'retry-after'), {
    challenges: [response.headers['www-authenticate'] ?? []].flat(),
    ...(said === undefined ? {} : { said }),
    ...(problem === undefined ? {} : { facts: [problem] }),
  });
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
