// SPDX-License-Identifier: Apache-2.0
import type { Clock } from '../../core/deps.ts';
import { isRecord } from '../../core/record.ts';
import { findUrl } from '../../core/url.ts';
import { isLoopback } from '../credentials.ts';
import { type HttpOptions, httpSend } from '../http.ts';
import { networkError } from '../network-error.ts';
import { parseShallowJson, readText } from '../server-answer.ts';
import type { Challenge } from './challenge.ts';
import type { Login } from './credential-helper.ts';
import { answerError, explainRefusal } from './registry-answer.ts';

const MAX_ANSWER_BYTES = 64 * 1024;
const MAX_TOKEN_CHARACTERS = 16_384;
const MAX_REALM_CHARACTERS = 2_000;
const MAX_SERVICE_CHARACTERS = 1_000;
// By the specification of tokens, where the server does not say.
const DEFAULT_LIFE_S = 60;
const MAX_LIFE_S = 24 * 60 * 60;
/** A token that ends so soon may end before it is used. */
const MARGIN_MS = 5_000;

/** What a token server gave. */
export interface Token {
  readonly value: string;
  /** Milliseconds since the epoch. */
  readonly expiresAtMs: number;
}

export interface TokenRequest {
  /** The registry's origin. */
  readonly origin: string;
  readonly challenge: Challenge;
  /** Such as `repository:blobs:pull`. */
  readonly scope: string;
  readonly login: Login | undefined;
}

/**
 * Asks the token server that a registry names (distribution.github.io/distribution/spec/auth/token) for a token: by GET,
 * with a user's name and password if there are any, or by POST with an identity token. No redirect is followed.
 *
 * @throws BlobsError `BLOBS_OCI_ANSWER` for a challenge or an answer that is not as it should be; what `httpSend` throws
 */
export async function requestToken(
  request: TokenRequest,
  options: HttpOptions & { readonly clock: Clock },
): Promise<Token> {
  const url = parseRealm(request);
  const pairs = pairsOf(request);
  const { login } = request;
  const isPost = login?.kind === 'identity-token';
  if (isPost) {
    pairs.push(
      ['grant_type', 'refresh_token'],
      ['client_id', 'zephyr-blobs'],
      ['refresh_token', login.token],
    );
  } else {
    for (const [name, value] of pairs) url.searchParams.append(name, value);
  }
  const form = Buffer.from(new URLSearchParams(isPost ? pairs : []).toString());
  const response = await httpSend(url, options, {
    method: isPost ? 'POST' : 'GET',
    headers: {
      accept: 'application/json',
      ...(isPost ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      ...(login?.kind === 'password' ? { authorization: basicValue(login) } : {}),
    },
    ...(isPost ? { content: { bytes: form.length, read: () => once(form) } } : {}),
    isSuccess: (status) => status === 200,
    explain: explainRefusal,
  });
  const nowMs = options.clock.now();
  const text = await readText(response.body, MAX_ANSWER_BYTES).catch((error: unknown) => {
    options.signal.throwIfAborted();
    throw networkError(error, url.href, options.timeoutMs);
  });
  if (text === undefined) {
    throw answerError(url.origin, `has more than ${MAX_ANSWER_BYTES} bytes, too many for a token`);
  }
  return parseToken(text, { url, nowMs });
}

/** The value of Authorization for a user's name and password (RFC 7617). */
export function basicValue({ user, password }: { readonly user: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

async function* once(bytes: Buffer): AsyncIterable<Buffer> {
  yield bytes;
}

/** Where a password or an identity token may be sent to: nobody on the way reads it. */
function parseRealm({ origin, challenge }: TokenRequest): URL {
  const realm = challenge.parameters.get('realm') ?? '';
  const url = realm.length <= MAX_REALM_CHARACTERS ? findUrl(realm) : undefined;
  const registry = new URL(origin);
  const isAllowed =
    url?.protocol === 'https:' ||
    (url?.protocol === 'http:' && isLoopback(url.hostname) && registry.protocol === 'http:');
  if (url === undefined || !isAllowed || url.username !== '' || url.password !== '') {
    throw answerError(origin, 'names no token server that may be asked: it must be an https URL');
  }
  url.hash = '';
  return url;
}

function pairsOf({ origin, challenge, scope }: TokenRequest): [string, string][] {
  const service = challenge.parameters.get('service');
  if (service !== undefined && service.length > MAX_SERVICE_CHARACTERS) {
    throw answerError(origin, 'names a service that is too long');
  }
  return [...(service === undefined ? [] : [['service', service] as [string, string]]), ['scope', scope]];
}

function parseToken(text: string, { url, nowMs }: { readonly url: URL; readonly nowMs: number }): Token {
  const answer = parseShallowJson(text);
  const {
    token,
    access_token: other,
    expires_in: life,
  } = (isRecord(answer) ? answer : {}) as Record<string, unknown>;
  const value = typeof token === 'string' && token !== '' ? token : other;
  if (typeof value !== 'string' || value.length > MAX_TOKEN_CHARACTERS || !/^[\x21-\x7e]+$/.test(value)) {
    throw answerError(url.origin, 'holds no token');
  }
  const lifeS = typeof life === 'number' && life > 0 ? Math.min(life, MAX_LIFE_S) : DEFAULT_LIFE_S;
  return { value, expiresAtMs: nowMs + lifeS * 1000 - MARGIN_MS };
}
