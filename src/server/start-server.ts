// SPDX-License-Identifier: Apache-2.0
import { hostname } from 'node:os';
import fastify, { type FastifyReply } from 'fastify';
import { BlobsError, describeError, systemCode } from '../core/errors.ts';
import { findSha256 } from '../core/sha256.ts';
import { findUrl } from '../core/url.ts';
import type { Content } from './content.ts';
import { Housekeeping, type HousekeepingOptions } from './housekeeping.ts';
import { Library, type LibraryOptions } from './library.ts';
import type { ObservedStore } from './observed-store.ts';
import { registerPage } from './page/register-page.ts';
import { sendContent } from './send-content.ts';
import { countServed } from './statistics/count-served.ts';
import { Statistics } from './statistics/statistics.ts';

export interface ServerOptions
  extends Omit<LibraryOptions, 'statistics'>,
    Pick<HousekeepingOptions, 'quotaBytes' | 'maxAgeMs'> {
  readonly store: ObservedStore;
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** See {@link findAccelPath}. */
  readonly accelPrefix?: string;
  /** Whether nothing tells what there is; see page/register-page.ts. */
  readonly isIndexHidden: boolean;
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
  const { host, port, store, clock } = options;
  const app = fastify({ logger: { stream: options.log } });
  const statistics = await Statistics.open({
    ...{ directory: store.directory, clock, warn: (message) => app.log.warn(message) },
    // Machines may share a store, and each have a server of this address.
    instance: `${hostname()} ${host} ${port}`,
  });
  const library = new Library({ ...options, statistics });
  registerPage(app, { ...options, statistics });
  const housekeeping = new Housekeeping({ ...options, log: app.log });
  store.onAdded = (bytes) => housekeeping.noteStored(bytes);
  const send = (reply: FastifyReply, content: Content): Promise<FastifyReply> => {
    housekeeping.noteUsed(content.digest);
    return sendContent(reply, countServed(content, statistics), options.accelPrefix);
  };
  app.get('/sha256/:digest', async (request, reply) => {
    const digest = findSha256((request.params as { digest: string }).digest);
    const content = digest && (await library.findByDigest(digest));
    return content ? send(reply, content) : refuse(reply, 404, notHere());
  });
  for (const path of ['/api/v1/fetch', '/api/v1/fetch/', '/api/v1/fetch/:name']) {
    app.get(path, async (request, reply) => {
      const { url } = request.query as { url?: unknown };
      const href = typeof url === 'string' ? findUrl(url)?.href : undefined;
      if (href === undefined) {
        return refuse(reply, 400, new BlobsError('BLOBS_USAGE', 'url is missing or malformed'));
      }
      const content = await library.findByUrl(href);
      return content ? send(reply, content) : refuse(reply, 404, notHere());
    });
  }
  app.get('/api/v1/health/', async () => ({ status: 'ok' }));
  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof BlobsError) return refuse(reply, 502, error);
    throw error;
  });
  try {
    const url = await app.listen({ host, port });
    housekeeping.start();
    const drain = async (): Promise<void> => {
      await app.close();
      await housekeeping.stop();
      await statistics.save();
    };
    return { url, drain };
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
