// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BlobsError, type ErrorCode } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { exportListing } from './export-listing.ts';
import { type ListingSources, Listings } from './listing.ts';
import { exportOf, parsePageQuery } from './page-query.ts';
import { renderPage, renderProblem } from './render-page.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

export interface PageOptions extends ListingSources {
  /** Whether nothing tells what there is; blobs are served all the same. */
  readonly isIndexHidden: boolean;
}

const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    `style-src '${hashOf(STYLE)}'`,
    `script-src '${hashOf(SCRIPT)}'`,
    'img-src data:',
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // What is shown depends on who may see it, and may be another in a moment.
  'cache-control': 'private, no-cache',
};

/**
 * Serves the page at `/` and its export at `/?export=json`, to GET and HEAD, with an ETag of what is sent. A query that
 * cannot be understood is 400, another export 501, a store that cannot be read 503; with a hidden index all is 404.
 */
export function registerPage(app: FastifyInstance, options: PageOptions): void {
  const listings = new Listings(options);
  app.get('/', async (request, reply) => {
    const refuse = refusalTo(request, reply);
    if (options.isIndexHidden) return refuse(404, 'BLOBS_MISSING', 'there is no list here');
    try {
      return await answer(request, reply, { listings, nowMs: options.clock.now() });
    } catch (error) {
      if (!(error instanceof BlobsError)) throw error;
      if (error.code === 'BLOBS_BAD_REQUEST') return refuse(400, error.code, error.message);
      request.log.error({ code: error.code }, error.message);
      // The message names directories of this machine.
      return refuse(503, error.code, 'the store cannot be read');
    }
  });
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  { listings, nowMs }: { readonly listings: Listings; readonly nowMs: number },
): Promise<FastifyReply> {
  const format = exportOf(request.query);
  if (format !== '' && format !== 'json')
    return refusalTo(request, reply)(501, 'BLOBS_BAD_REQUEST', 'the list can be exported as json only');
  const query = parsePageQuery(request.query);
  const listing = await listings.get();
  if (format === 'json') {
    const text = `${JSON.stringify(exportListing(listing, query))}\n`;
    return send(request, reply, { type: 'application/json; charset=utf-8', text });
  }
  const text = renderPage(listing, query, nowMs);
  return send(request, reply, { type: 'text/html; charset=utf-8', text });
}

function send(
  request: FastifyRequest,
  reply: FastifyReply,
  { type, text }: { readonly type: string; readonly text: string },
): FastifyReply {
  const tag = `"${createHash('sha256').update(text).digest('base64url')}"`;
  reply.headers({ ...HEADERS, etag: tag });
  if (hasTag(request.headers['if-none-match'], tag)) return reply.code(304).send();
  return reply.type(type).send(text);
}

/** RFC 9110, 13.1.2: weak comparison. */
function hasTag(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((one) => ['*', tag].includes(one.trim().replace(/^W\//, '')));
}

type Refuse = (status: number, code: ErrorCode, message: string) => FastifyReply;

/** What refuses a request: with a page where a person asks by a browser, else as JSON. */
function refusalTo({ headers, query }: FastifyRequest, reply: FastifyReply): Refuse {
  const isPage = /\btext\/html\b/.test(headers.accept ?? '') && !isExport(query);
  return (status, code, message) => {
    reply.code(status).headers(HEADERS);
    if (!isPage) return reply.send({ error: { code, message } });
    return reply.type('text/html; charset=utf-8').send(renderProblem(message));
  };
}

function isExport(query: unknown): boolean {
  return isRecord(query) && query['export'] !== undefined;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
