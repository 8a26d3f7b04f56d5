// SPDX-License-Identifier: Apache-2.0
import fastify, { type FastifyReply } from 'fastify';
import { BlobsError, describeError, systemCode } from '../core/errors.ts';
import { findSha256 } from '../core/sha256.ts';
import { findUrl } from '../core/url.ts';
import { Library, type LibraryOptions } from './library.ts';
import { sendContent } from './send-content.ts';

export interface ServerOptions extends LibraryOptions {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Where the log goes, a JSON object a line. */
  readonly log: { write(line: string): void };
}

export interface RunningServer {
  /** Where it listens, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Takes no more requests, and resolves when those under way are answered. */
  drain(): Promise<void>;
}

/**
 * Serves what a {@link Library} has.
 *
 * @throws BlobsError `BLOBS_USAGE` where it cannot listen
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const library = new Library(options);
  const app = fastify({ logger: { stream: options.log } });
  app.get('/sha256/:digest', async (request, reply) => {
    const digest = findSha256((request.params as { digest: string }).digest);
    const content = digest && (await library.findByDigest(digest));
    return content ? sendContent(reply, content) : refuse(reply, 404, notHere());
  });
  for (const path of ['/api/v1/fetch', '/api/v1/fetch/', '/api/v1/fetch/:name']) {
    app.get(path, async (request, reply) => {
      const { url } = request.query as { url?: unknown };
      const href = typeof url === 'string' ? findUrl(url)?.href : undefined;
      if (href === undefined) {
        return refuse(reply, 400, new BlobsError('BLOBS_USAGE', 'url is missing or malformed'));
      }
      const content = await library.findByUrl(href);
      return content ? sendContent(reply, content) : refuse(reply, 404, notHere());
    });
  }
  app.get('/api/v1/health/', async () => ({ status: 'ok' }));
  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof BlobsError) return refuse(reply, 502, error);
    throw error;
  });
  try {
    const url = await app.listen({ host: options.host, port: options.port });
    return { url, drain: () => app.close() };
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    throw new BlobsError('BLOBS_USAGE', `cannot listen: ${describeError(error)}`, {
      hint: 'name another address with --listen',
    });
  }
}

function refuse(reply: FastifyReply, status: number, { code, message }: BlobsError): FastifyReply {
  return reply.code(status).send({ error: { code, message } });
}

function notHere(): BlobsError {
  return new BlobsError('BLOBS_MISSING', 'it is neither here nor declared by a module');
}
