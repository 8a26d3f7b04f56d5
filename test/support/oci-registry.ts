// SPDX-License-Identifier: Apache-2.0
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { sha256 } from './temp.ts';

/** A request that wants an answer. */
export interface RegistryExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  /** Answers as a registry that behaves well. */
  readonly behave: () => Promise<unknown>;
}

export type RegistryFault = (exchange: RegistryExchange) => unknown;

export interface RegistryOptions {
  /** Who may push, and with `isPrivate` pull. */
  readonly auth?: 'basic' | 'bearer';
  readonly isPrivate?: boolean;
  /** Of the one user, "me". */
  readonly password?: string;
  /** Takes the place of a password. */
  readonly identityToken?: string;
  readonly tokenLifeS?: number;
  /** Parameters of the Bearer challenge in place of its own. */
  readonly challenge?: string;
  /** Whether places to upload to are whole URLs. */
  readonly absoluteLocations?: boolean;
}

export interface RegistryRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
}

/** An OCI registry in memory on a free port of 127.0.0.1, which misbehaves as it is told. */
export class OciRegistry {
  readonly requests: RegistryRequest[] = [];
  /** By digest. */
  readonly blobs = new Map<string, Buffer>();
  /** By tag. */
  readonly manifests = new Map<string, string>();
  readonly #uploads = new Map<string, Buffer>();
  readonly #tokens = new Map<string, { readonly scope: string; readonly expiresAtMs: number }>();
  readonly #faults: { readonly pattern: RegExp; readonly fault: RegistryFault; left: number }[] = [];
  readonly #options: RegistryOptions;
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  #lastId = 0;

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get origin(): string {
    return `http://${this.host}`;
  }

  /** The repository that tests use. */
  get reference(): string {
    return `oci://${this.host}/team/blobs`;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Answers the next `times` requests whose "METHOD path" matches as `fault` does. */
  disturb(pattern: RegExp, fault: RegistryFault, times = 1): void {
    this.#faults.push({ pattern, fault, left: times });
  }

  addBlob(bytes: Buffer): string {
    this.blobs.set(sha256(bytes), bytes);
    return sha256(bytes);
  }

  /** Methods of the requests whose path matches, in order. */
  methods(pattern = /./): string[] {
    return this.requests.filter(({ target }) => pattern.test(target)).map(({ method }) => method);
  }

  /** Keeps what came of an upload when its connection broke. */
  keep(id: string, bytes: Buffer): void {
    this.#uploads.set(id, Buffer.concat([this.#uploads.get(id) ?? Buffer.alloc(0), bytes]));
  }

  /** Forgets all uploads that are under way. */
  loseUploads(): void {
    this.#uploads.clear();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: target = '', headers } = request;
    this.requests.push({ method, target, headers });
    const url = new URL(target, this.origin);
    const behave = (): Promise<unknown> => this.#behave(request, response, url);
    const found = this.#faults.find(
      ({ pattern, left }) => left > 0 && pattern.test(`${method} ${url.pathname}`),
    );
    try {
      if (found) found.left -= 1;
      await (found ? found.fault({ request, response, url, behave }) : behave());
    } catch {
      // The connection is gone.
      response.destroy();
    }
  }

  async #behave(request: IncomingMessage, response: ServerResponse, url: URL): Promise<unknown> {
    const body = await buffer(request);
    const { pathname } = url;
    if (pathname === '/token') return this.#giveToken(request, response, url, body);
    const isRead = /^(?:GET|HEAD)$/.test(request.method ?? '') && !pathname.includes('/uploads/');
    if (!this.#isAllowed(request, isRead ? 'pull' : 'push')) return this.#challenge(response);
    const [, kind = '', name = ''] =
      /^\/v2\/team\/blobs\/(blobs|blobs\/uploads|manifests)\/([^/]*)$/.exec(pathname) ?? [];
    if (kind === 'blobs') return this.#answerBlob(request, response, name);
    if (kind === 'manifests') return this.#answerManifest(request, response, name, body);
    if (kind === 'blobs/uploads') return this.#answerUpload(request, response, url, name, body);
    return refuse(response, 404, 'NAME_UNKNOWN');
  }

  #answerBlob({ method, headers }: IncomingMessage, response: ServerResponse, name: string): ServerResponse {
    const bytes = this.blobs.get(name.replace('sha256:', ''));
    if (bytes === undefined) return refuse(response, 404, 'BLOB_UNKNOWN');
    const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
    const part = bytes.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': part.length,
      'docker-content-digest': name,
      etag: `"${name}"`,
      ...(from > 0 ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
    });
    return response.end(method === 'HEAD' ? undefined : part);
  }

  #answerManifest(
    { method }: IncomingMessage,
    response: ServerResponse,
    tag: string,
    body: Buffer,
  ): ServerResponse {
    if (method === 'PUT') {
      const { config, layers } = JSON.parse(body.toString());
      const isWhole = [config, ...layers].every(({ digest }) =>
        this.blobs.has(digest.replace('sha256:', '')),
      );
      if (!isWhole) return refuse(response, 404, 'MANIFEST_BLOB_UNKNOWN');
      this.manifests.set(tag, body.toString());
      return response.writeHead(201, { 'docker-content-digest': `sha256:${sha256(body)}` }).end();
    }
    const text = this.manifests.get(tag);
    if (text === undefined) return refuse(response, 404, 'MANIFEST_UNKNOWN');
    response.writeHead(200, { 'docker-content-digest': `sha256:${sha256(text)}` });
    return response.end(text);
  }

  #answerUpload(
    { method, headers }: IncomingMessage,
    response: ServerResponse,
    url: URL,
    name: string,
    body: Buffer,
  ): ServerResponse {
    if (method === 'POST') {
      this.#lastId += 1;
      const id = `upload-${this.#lastId}`;
      this.#uploads.set(id, Buffer.alloc(0));
      return this.#goOn(response, id, 202);
    }
    const sent = this.#uploads.get(name);
    if (sent === undefined) return refuse(response, 404, 'BLOB_UPLOAD_UNKNOWN');
    if (method === 'GET') return this.#goOn(response, name, 204);
    if (method === 'DELETE') {
      this.#uploads.delete(name);
      return response.writeHead(204).end();
    }
    const from = Number(/^(\d+)-/.exec(headers['content-range'] ?? '')?.[1] ?? sent.length);
    if (from !== sent.length) return refuse(response, 416, 'BLOB_UPLOAD_INVALID');
    this.keep(name, body);
    if (method === 'PATCH') return this.#goOn(response, name, 202);
    const all = this.#uploads.get(name) ?? Buffer.alloc(0);
    this.#uploads.delete(name);
    const digest = url.searchParams.get('digest');
    if (digest !== `sha256:${sha256(all)}`) return refuse(response, 400, 'DIGEST_INVALID');
    this.addBlob(all);
    response.writeHead(201, { 'docker-content-digest': digest, location: `/v2/team/blobs/blobs/${digest}` });
    return response.end();
  }

  #goOn(response: ServerResponse, id: string, status: number): ServerResponse {
    const { length } = this.#uploads.get(id) ?? [];
    const path = `/v2/team/blobs/blobs/uploads/${id}?_state=a%2Bb`;
    response.writeHead(status, {
      location: this.#options.absoluteLocations ? this.origin + path : path,
      range: `0-${Math.max(0, (length ?? 0) - 1)}`,
    });
    return response.end();
  }

  #isAllowed({ headers }: IncomingMessage, action: 'pull' | 'push'): boolean {
    const { auth, isPrivate } = this.#options;
    if (auth === undefined) return true;
    if (auth === 'basic') return (action === 'pull' && !isPrivate) || this.#isMe(headers.authorization);
    const token = this.#tokens.get(headers.authorization?.replace('Bearer ', '') ?? '');
    return token !== undefined && token.expiresAtMs > Date.now() && token.scope.includes(action);
  }

  #isMe(authorization: string | undefined): boolean {
    const pair = Buffer.from(`me:${this.#options.password}`).toString('base64');
    return authorization === `Basic ${pair}`;
  }

  #challenge(response: ServerResponse): ServerResponse {
    const { auth, challenge } = this.#options;
    const bearer = `Bearer ${challenge ?? `realm="${this.origin}/token",service="tested"`}`;
    response.writeHead(401, { 'www-authenticate': auth === 'basic' ? 'Basic realm="tested"' : bearer });
    return response.end(
      JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] }),
    );
  }

  #giveToken(request: IncomingMessage, response: ServerResponse, url: URL, body: Buffer): ServerResponse {
    const { identityToken, tokenLifeS = 300, isPrivate } = this.#options;
    const form = new URLSearchParams(body.toString());
    const isMe =
      this.#isMe(request.headers.authorization) ||
      (identityToken !== undefined && form.get('refresh_token') === identityToken);
    if (!isMe && (isPrivate || request.headers.authorization !== undefined))
      return refuse(response, 401, 'DENIED');
    const scope = url.searchParams.get('scope') ?? form.get('scope') ?? '';
    const token = `token-${this.#tokens.size}`;
    this.#tokens.set(token, {
      scope: isMe ? scope : scope.replace(',push', ''),
      expiresAtMs: Date.now() + tokenLifeS * 1000,
    });
    return response.end(JSON.stringify({ token, expires_in: tokenLifeS }));
  }
}

function refuse(response: ServerResponse, status: number, code: string): ServerResponse {
  response.writeHead(status, { 'content-type': 'application/json' });
  return response.end(
    JSON.stringify({ errors: [{ code, message: code.toLowerCase().replaceAll('_', ' ') }] }),
  );
}

/** Answers with a status. */
export function answerStatus(status: number, headers: Record<string, string> = {}, body = ''): RegistryFault {
  return async ({ request, response }) => {
    request.resume();
    response.writeHead(status, headers);
    response.end(body);
  };
}

/** Behaves well, but for these headers. */
export function answerWith(headers: Record<string, string>): RegistryFault {
  return ({ response, behave }) => {
    const writeHead = response.writeHead.bind(response);
    response.writeHead = ((status: number, own: Record<string, string>) =>
      writeHead(status, { ...own, ...headers })) as typeof response.writeHead;
    return behave();
  };
}

/** Takes so many bytes of an upload, keeps them, and breaks the connection. */
export function breakUpload(registry: OciRegistry, afterBytes: number): RegistryFault {
  return ({ request, response, url }) => {
    const id = url.pathname.slice(url.pathname.lastIndexOf('/') + 1);
    let left = afterBytes;
    request.on('error', () => undefined);
    request.on('data', (chunk: Buffer) => {
      if (left > 0) registry.keep(id, chunk.subarray(0, left));
      left -= chunk.length;
      if (left <= 0) response.socket?.destroy();
    });
  };
}

/** Behaves well, and then breaks the connection in place of an answer. */
export const loseAnswer: RegistryFault = ({ response, behave }) => {
  response.end = (() => response.socket?.destroy()) as unknown as typeof response.end;
  return behave();
};

/** A registry that ends with the running test. */
export async function startOciRegistry(options: RegistryOptions = {}): Promise<OciRegistry> {
  const registry = new OciRegistry(options);
  await registry.listen();
  onTestFinished(() => registry.close());
  return registry;
}
