// SPDX-License-Identifier: Apache-2.0
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
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

interface Hit {
  readonly entry: OpenEntry;
  readonly head: Head;
  readonly body: Uint8Array | undefined;
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
  // Nothing is waited for before the bytes are on their way: the entry need not be retained.
  const findHit = (asked: string): Hit | undefined => {
    try {
      const entry = library.findHit(asked);
      // Another server sends what it is told of.
      const body = accelPrefix === undefined ? entry?.wholeBuffer() : undefined;
      if (entry === undefined || (accelPrefix === undefined && body === undefined)) return undefined;
      return { entry, head: headOf(entry), body };
    } catch {
      // Such as a disk that fails: the route meets it again, and answers.
      return undefined;
    }
  };
  return (request, response) => {
    const asked = findPlainDigest(request);
    if (asked === undefined || via?.isOwn(request.headers.via) || !gate.admits(request)) return false;
    const startMs = performance.now();
    const hit = findHit(asked);
    if (hit === undefined) return false;
    const { entry, head, body } = hit;
    const { bytes, digest } = entry;
    const work: EndedRequest['work'] = { startMs, bytes, digest, origin: 'hit' };
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

/** What stands where the digest does in a request without conditions. */
function findPlainDigest({ method, url = '', headers }: IncomingMessage): string | undefined {
  if (method !== 'GET' || !url.startsWith(DIGEST_PATH)) return undefined;
  if (CONDITIONS.some((name) => headers[name] !== undefined)) return undefined;
  return url.slice(DIGEST_PATH.length);
}
