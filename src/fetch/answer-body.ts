// SPDX-License-Identifier: Apache-2.0
import type { Dispatcher } from 'undici';
import { BlobsError } from '../core/errors.ts';
import { redactUrl } from '../core/url.ts';
import type { Body } from './body.ts';
import {
  conditionsOf,
  findValidator,
  isContinuation,
  isOfSameState,
  type RangeRequest,
  type ValidatorHeaders,
} from './range.ts';

/** An answer about another range than was asked for: the whole body may be had all the same. */
export class WrongRange extends BlobsError {
  constructor(url: string) {
    super('BLOBS_NETWORK', `another range than was asked for came from ${redactUrl(url)}`);
  }
}

/** The whole body of an answer with status 200, decoded. */
export async function toBody(response: Dispatcher.ResponseData): Promise<Body> {
  const type = factsOf(response);
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

/**
 * The body of an answer with status 206 or 416 to a request for a part.
 *
 * @throws WrongRange where it is none of that part.
 */
export async function toPart(
  response: Dispatcher.ResponseData,
  range: RangeRequest,
  url: URL,
): Promise<Body> {
  const { fromByte, validator } = range;
  const isCoded = !/^(identity)?$/i.test(header(response, 'content-encoding')?.trim() ?? '');
  if (
    response.statusCode === 206 &&
    !isCoded &&
    isContinuation(header(response, 'content-range'), fromByte) &&
    isOfSameState(validator, validatorHeaders(response))
  ) {
    return { stream: response.body, ...lengthOf(response), ...factsOf(response), fromByte, validator };
  }
  await response.body.dump({ limit: 16_384 }).catch(() => undefined);
  throw new WrongRange(url.href);
}

/**
 * The body of an answer with status 206 or 416 to a request for the first bytes (RFC 9110 §15.3.7, §15.5.17): its
 * length is that of the whole, where the answer says it.
 */
export function toStart(response: Dispatcher.ResponseData): Body {
  const range = header(response, 'content-range')?.trim() ?? '';
  const [, total] = /^bytes (?:0-\d{1,15}|\*)\/(\d{1,15})$/i.exec(range) ?? [];
  const contentType = header(response, 'content-type');
  return {
    stream: response.body,
    ...(total === undefined ? {} : { length: Number(total) }),
    ...(contentType === undefined ? {} : { contentType }),
  };
}

/** What an answer says of its body beside its bytes. */
function factsOf(response: Dispatcher.ResponseData): Pick<Body, 'contentType' | 'etag' | 'lastModified'> {
  const contentType = header(response, 'content-type');
  return {
    ...(contentType === undefined ? {} : { contentType }),
    ...conditionsOf(validatorHeaders(response)),
  };
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

/** The first value of a header. */
export function header(response: Dispatcher.ResponseData, name: string): string | undefined {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
