// SPDX-License-Identifier: Apache-2.0
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { Sha256 } from '../../core/sha256.ts';
import { findAccelPath } from '../accel.ts';
import { contentHeaders } from '../content-headers.ts';
import type { AppOptions, EndedRequest } from '../create-app.ts';
import type { Catalogue } from '../library/catalogue.ts';
import type { Library } from '../library/library.ts';
import type { OpenEntry } from '../library/open-entry.ts';
import { dropStalled } from '../write-body.ts';
import type { ContentRouteOptions } from './content-route.ts';
import { DIGEST_PATH, DIGEST_ROUTE, declaredFileName } from './register-digest-route.ts';

export interface HitOptions
  extends Pick<ContentRouteOptions, 'isPrivate' | 'accelPrefix'>,
    Pick<AppOptions, 'gate' | 'limits' | 'via' | 'onEnded'> {
  readonly library: Pick<Library, 'findHit'>;
  readonly catalogue: () => Catalogue;
}

/** The headers of an answer, and what they were made from. */
interface Head {
  readonly catalogue: Catalogue;
  readonly isPrivate: boolean;
  readonly headers: OutgoingHttpHeaders;
}

/** What makes an answer more than the whole of a content. */
const CONDITIONS = [
  'range',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
  'if-range',
] as const;

/**
 * Answers plain requests for entries that the library has at hand, in one go: a `GET /sha256/DIGEST` without conditions,
 * whose bytes are in memory or left to a server in front. The answer is that of the digest's route, at a third of its
 * cost. False for all other requests, also those that are to be refused, with nothing done.
 */
export function hitAnswerer(
  options: HitOptions,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const { gate, library, limits, via, accelPrefix, onEnded } = options;
  const heads = new WeakMap<OpenEntry, Head>();
  const headOf = (entry: OpenEntry): Head => {
    const [catalogue, isPrivate, before] = [options.catalogue(), options.isPrivate(), heads.get(entry)];
    if (before?.catalogue === catalogue && before.isPrivate === isPrivate) return before;
    const { digest } = entry;
    const fileName = declaredFileName(catalogue, digest);
    // Only the age of what is known by its URL depends on the time.
    const delivery = { fileName, isImmutable: true, isPrivate, nowMs: 0 };
    const headers = contentHeaders({ digest, url: undefined }, delivery);
    const accelPath = findAccelPath(accelPrefix, { digest, isComplete: true, file: entry }, {});
    if (accelPath !== undefined) headers['x-accel-redirect'] = accelPath;
    headers['content-length'] = accelPath === undefined ? entry.bytes : 0;
    const head = { catalogue, isPrivate, headers };
    heads.set(entry, head);
    return head;
  };
  return (request, response) => {
    const digest = findPlainDigest(request);
    if (digest === undefined || via?.isOwn(request.headers.via) || !gate.admits(request)) return false;
    const entry = library.findHit(digest);
    // Another server sends what it is told of.
    const body = accelPrefix === undefined ? entry?.wholeBuffer() : undefined;
    if (entry === undefined || (accelPrefix === undefined && body === undefined)) return false;
    const startMs = performance.now();
    const head = headOf(entry);
    const work: EndedRequest['work'] = { startMs, bytes: entry.bytes, digest, origin: 'hit' };
    gate.enter(request, response, () => {
      const ms = performance.now() - startMs;
      onEnded({ request, response, route: DIGEST_ROUTE, traits: {}, work, ms, alike: head });
    });
    response.writeHead(200, head.headers).end(body);
    // What the system took at once waits for nobody.
    if (response.socket?.writableLength !== 0) dropStalled(response, limits.stallTimeoutMs);
    return true;
  };
}

/** The digest that a request without conditions asks for, as it stands there. */
function findPlainDigest({ method, url = '', headers }: IncomingMessage): Sha256 | undefined {
  if (method !== 'GET' || !url.startsWith(DIGEST_PATH)) return undefined;
  if (CONDITIONS.some((name) => headers[name] !== undefined)) return undefined;
  // What is none, nobody has.
  return url.slice(DIGEST_PATH.length) as Sha256;
}
