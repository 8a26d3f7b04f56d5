// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import type { Answer } from './faults.ts';
import { sha256 } from './temp.ts';

export const LFS_MEDIA_TYPE = 'application/vnd.git-lfs+json';
/** What a download must carry, as the server's actions say. */
const TICKET = 'good-ticket';

/** A batch request as the server got it. */
export interface RecordedBatch {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly operation: string;
  readonly oids: readonly string[];
  readonly body: Readonly<Record<string, unknown>>;
}

export interface RecordedDownload {
  readonly oid: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
}

/** An object of an answer; a test may give it any shape. */
export interface AnsweredObject {
  readonly oid: string;
  readonly size?: number;
  readonly actions?: { readonly download: Readonly<Record<string, unknown>> };
  readonly [key: string]: unknown;
}

/**
 * A Git LFS server (batch API, basic transfers) on a free port of 127.0.0.1: what is pushed can be pulled. Tests may
 * replace its answers. The API lies at `/api` and, as git expects it, below `info/lfs` of any repository.
 */
export class LfsServer {
  readonly objects = new Map<string, Buffer>();
  readonly batches: RecordedBatch[] = [];
  readonly downloads: RecordedDownload[] = [];
  /** Changes what is said of an object, before it is sent. */
  changeObject: (object: AnsweredObject, batch: RecordedBatch) => unknown = (object) => object;
  /** Answers a batch request instead of the server. */
  answerBatch: (batch: RecordedBatch) => Answer | undefined = () => undefined;
  /** Answers a download instead of the server. */
  answerDownload: (download: RecordedDownload) => Answer | undefined = () => undefined;
  readonly #server = createServer((request, response) => {
    response.on('error', () => undefined);
    this.#answer(request, response).catch(() => response.destroy());
  });

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get apiUrl(): string {
    return `${this.origin}/api`;
  }

  add(bytes: Uint8Array | string): string {
    const oid = sha256(bytes);
    this.objects.set(oid, Buffer.from(bytes));
    return oid;
  }

  /** What the server says of an object that it has. */
  usual(oid: string): AnsweredObject {
    const href = `${this.origin}/objects/${oid}`;
    return {
      oid,
      size: this.objects.get(oid)?.length ?? 0,
      authenticated: true,
      actions: { download: { href, header: { 'X-Ticket': TICKET }, expires_in: 3600 } },
    };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url: target = '/', headers } = request;
    const { pathname: path } = new URL(target, this.origin);
    const content = await buffer(request);
    const send = ({ status = 200, headers: more = {}, body = '' }: Answer): void => {
      response.writeHead(status, more).end(body);
    };
    if (method === 'POST' && path.endsWith('/objects/batch')) {
      const body = JSON.parse(content.toString('utf8')) as { objects: { oid: string }[]; operation: string };
      const batch = {
        path,
        headers,
        operation: body.operation,
        oids: body.objects.map(({ oid }) => oid),
        body: { ...body },
      };
      this.batches.push(batch);
      return send(this.answerBatch(batch) ?? this.#usualBatch(batch, body.objects));
    }
    const oid = path.slice('/objects/'.length);
    if (method === 'PUT' && sha256(content) === oid) {
      this.objects.set(oid, content);
      return send({});
    }
    const bytes = path.startsWith('/objects/') ? this.objects.get(oid) : undefined;
    if (method !== 'GET' || bytes === undefined) return send({ status: 404 });
    const download = { oid, target, headers };
    this.downloads.push(download);
    const usual = headers['x-ticket'] === TICKET ? { body: bytes } : { status: 403 };
    return send(this.answerDownload(download) ?? usual);
  }

  #usualBatch(
    batch: RecordedBatch,
    wanted: readonly { readonly oid: string; readonly size?: number }[],
  ): Answer {
    const { accept = '', 'content-type': type = '' } = batch.headers;
    if (!accept.startsWith(LFS_MEDIA_TYPE) || !type.startsWith(LFS_MEDIA_TYPE))
      return jsonAnswer({ message: 'bad media type' }, 406);
    const objects = wanted.map(({ oid, size }) => {
      const found = this.objects.get(oid);
      if (batch.operation === 'upload') {
        return {
          oid,
          size,
          ...(found ? {} : { actions: { upload: { href: `${this.origin}/objects/${oid}` } } }),
        };
      }
      if (found === undefined) return { oid, size, error: { code: 404, message: 'Object does not exist' } };
      if (found.length !== size) return { oid, size, error: { code: 422, message: 'The size is another' } };
      return this.changeObject(this.usual(oid), batch);
    });
    return jsonAnswer({ transfer: 'basic', objects });
  }
}

/** An answer of the API. */
export function jsonAnswer(value: unknown, status = 200): Answer {
  return { status, headers: { 'content-type': LFS_MEDIA_TYPE }, body: JSON.stringify(value) };
}

/** Starts a server that ends with the running test. */
export async function startLfsServer(): Promise<LfsServer> {
  const server = new LfsServer();
  await server.listen();
  onTestFinished(() => server.close());
  return server;
}
