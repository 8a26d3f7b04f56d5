// SPDX-License-Identifier: Apache-2.0
import { BlobsError, type ErrorDetails } from '../core/errors.ts';
import { findUrl, redactUrl } from '../core/url.ts';
import { FinalError } from './final-error.ts';
import type { HttpProxy } from './proxy.ts';

/** An answer that is not a success, with what the server said about trying again. */
export class HttpStatusError extends BlobsError {
  readonly status: number;
  /** The Retry-After header. */
  readonly retryAfter: string | undefined;
  /** The origin of the URL that answered. */
  readonly origin: string | undefined;
  /** The WWW-Authenticate headers. */
  readonly challenges: readonly string[];

  constructor(
    url: string,
    status: number,
    retryAfter: string | undefined,
    {
      message,
      said,
      challenges = [],
      ...details
    }: ErrorDetails & {
      readonly message?: string;
      readonly said?: string;
      readonly challenges?: readonly string[];
    } = {},
  ) {
    const says = said === undefined ? '' : `, which says "${said}"`;
    super('BLOBS_HTTP_STATUS', message ?? `HTTP status ${status} from ${redactUrl(url)}${says}`, {
      hint: hintFor(status),
      ...details,
    });
    this.status = status;
    this.retryAfter = retryAfter;
    this.origin = findUrl(url)?.origin;
    this.challenges = challenges;
  }
}

/** What was asked for under conditions is still as it was (RFC 9110 §15.4.5). */
export class NotModified extends FinalError {
  constructor(url: string) {
    super('BLOBS_HTTP_STATUS', `not modified: ${redactUrl(url)}`);
  }
}

function hintFor(status: number): string {
  if (status === 401 || status === 403) {
    return 'the server wants to know who asks: see netrc, and GITHUB_TOKEN for GitHub; or use --mirror';
  }
  if (status === 408 || status === 425 || status === 429 || status >= 500)
    return 'try again later, or use --mirror';
  return "the file may have moved: tell the module's maintainer, or use --mirror";
}

/** The proxy itself answered with `status` instead of passing the request on. */
export function proxyRefusal(proxy: HttpProxy, status: number): HttpStatusError {
  if (status !== 407) {
    return new HttpStatusError(proxy.origin, status, undefined, {
      message: `the proxy ${proxy.origin} refused the connection with HTTP status ${status}`,
      hint: 'ask who runs the proxy, or list the host in NO_PROXY',
    });
  }
  const wants = proxy.authorization === undefined ? 'a user name and a password' : 'other credentials';
  return new HttpStatusError(proxy.origin, status, undefined, {
    message: `the proxy ${proxy.origin} asks for ${wants} (HTTP status 407)`,
    hint: 'put them into the URL of the proxy: http://USER:PASSWORD@HOST:PORT',
  });
}
