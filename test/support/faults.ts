// SPDX-License-Identifier: Apache-2.0
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { sha256 } from './temp.ts';

/** What an `answer` fault sends. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** A request as the server got it. */
export interface RecordedRequest {
  readonly method: string;
  /** The request target: path and query, or a whole URL when a proxy was asked. */
  readonly target: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** How one request is answered. Bytes are counted from the start of what is sent, also after a Range request. */
export type Behaviour =
  /** A well-behaved server: ETag, and Range unless `ranges` is false; answers after `delayMs`. */
  | { readonly kind: 'ok'; readonly ranges?: boolean; readonly delayMs?: number }
  /**
   * Promises all, sends some, ends the connection: once `until` resolves, where the client must have read what came.
   * `headers` stand in place of the ETag. With `wrong`, what is sent are other bytes.
   */
  | {
      readonly kind: 'truncate';
      readonly afterBytes: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly wrong?: boolean;
      readonly until?: () => Promise<void>;
    }
  /** Sends some, then nothing, and holds the connection open. */
  | { readonly kind: 'stall'; readonly afterBytes: number }
  | { readonly kind: 'stall-before-headers' }
  /** Sends some, then resets the connection. */
  | { readonly kind: 'reset'; readonly afterBytes: number }
  /** Other bytes of the same length. */
  | { readonly kind: 'wrong-bytes' }
  /** 200 and a page that asks to sign in. */
  | { readonly kind: 'sign-in-page' }
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly kind: 'redirect'; readonly to: string; readonly status?: number }
  | { readonly kind: 'redirect-loop' }
  /** So many redirects, then the bytes. */
  | { readonly kind: 'redirect-chain'; readonly hops: number }
  /** All bytes under a Content-Length that is wrong, then the end of the connection. */
  | { readonly kind: 'wrong-content-length'; readonly declaredBytes: number }
  /** Compressed, though identity was asked for. */
  | { readonly kind: 'gzip' }
  /** Chunked and without end; stops when the client closes. */
  | { readonly kind: 'endless' }
  | { readonly kind: 'throttle'; readonly bytesPerSecond: number }
  /** The right bytes and more, honestly declared. */
  | { readonly kind: 'larger'; readonly extraBytes: number }
  /** Bytes that are no HTTP. */
  | { readonly kind: 'garbage' }
  /** Answers a Range request with the range shifted by a byte, under the Content-Range that was asked for. */
  | { readonly kind: 'shifted-range' }
  /** Answers a Range request with what was asked for, and says that it is the part one byte further on. */
  | { readonly kind: 'wrong-content-range' }
  /** The right bytes under another ETag: the whole, or with `ignoresIfRange` the part that a Range request asks for. */
  | { readonly kind: 'new-etag'; readonly etag: string; readonly ignoresIfRange?: boolean }
  /** Announces a terabyte and begins to send it. */
  | { readonly kind: 'huge' }
  /** A byte in a second, so many times, then the end of the connection. */
  | { readonly kind: 'drip'; readonly bytes: number }
  /** Whatever the test wants, made from the request. */
  | { readonly kind: 'answer'; readonly answer: (request: RecordedRequest) => Answer };

/** One request that wants an answer. */
export interface Exchange {
  readonly response: ServerResponse;
  readonly recorded: RecordedRequest;
  readonly query: URLSearchParams;
  /** The right bytes. */
  readonly body: Buffer;
  /** Those of them that the request asks for. */
  readonly part: Part;
  /** To be called when a stall has begun: what was to be sent has gone to the kernel. */
  readonly onStalled: () => void;
}

type Handler<B extends Behaviour> = (exchange: Exchange, behaviour: B) => void;

const HANDLERS: { readonly [K in Behaviour['kind']]: Handler<Extract<Behaviour, { kind: K }>> } = {
  ok: ({ response, body, part }, { ranges, delayMs }) => {
    const send = (): void => sendPart(response, ranges === false ? wholeOf(body) : part);
    if (delayMs === undefined) {
      send();
      return;
    }
    const timer = setTimeout(send, delayMs);
    response.once('close', () => clearTimeout(timer));
  },
  truncate: ({ response, part }, { afterBytes, headers = part.headers, wrong, until = async () => {} }) => {
    const sent = { ...part, headers, bytes: wrong ? inverted(part.bytes) : part.bytes };
    sendSome(response, sent, afterBytes, () => void until().then(() => response.socket?.end()));
  },
  stall: ({ response, part, onStalled }, { afterBytes }) => {
    sendSome(response, part, afterBytes, onStalled);
  },
  'stall-before-headers': ({ onStalled }) => onStalled(),
  reset: ({ response, part }, { afterBytes }) => {
    sendSome(response, part, afterBytes, () => response.socket?.resetAndDestroy());
  },
  'wrong-bytes': ({ response, part }) => {
    sendPart(response, { ...part, bytes: inverted(part.bytes) });
  },
  'sign-in-page': ({ response }) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<!doctype html><title>Sign in</title><p>Please sign in to continue.</p>\n');
  },
  status: ({ response }, { status, headers }) => {
    response.writeHead(status, headers);
    response.end(`status ${status}\n`);
  },
  redirect: ({ response }, { to, status }) => redirect(response, to, status),
  'redirect-loop': ({ response, recorded }) => redirect(response, `${recorded.path}?fault-again=1`),
  'redirect-chain': ({ response, recorded }, { hops }) => {
    redirect(response, `${recorded.path}?fault-hops=${hops - 1}`);
  },
  'wrong-content-length': ({ response, body }, { declaredBytes }) => {
    const head = `HTTP/1.1 200 OK\r\nContent-Length: ${declaredBytes}\r\n\r\n`;
    response.socket?.end(Buffer.concat([Buffer.from(head), body]));
  },
  gzip: ({ response, body }) => {
    response.writeHead(200, { 'content-encoding': 'gzip' });
    response.end(gzipSync(body));
  },
  endless: ({ response }) => sendWithoutEnd(response),
  huge: ({ response }) => sendWithoutEnd(response, { 'content-length': String(2 ** 40) }),
  drip: ({ response, part }, { bytes }) => {
    sendSlowly(response, part, 1, { ticksPerSecond: 1, until: bytes });
  },
  throttle: ({ response, part }, { bytesPerSecond }) => sendSlowly(response, part, bytesPerSecond),
  larger: ({ response, body }, { extraBytes }) => {
    sendPart(response, wholeOf(Buffer.concat([body, Buffer.alloc(extraBytes, 0x2b)])));
  },
  garbage: ({ response }) => {
    response.socket?.end('SSH-2.0-OpenSSH_9.9\r\n');
  },
  'shifted-range': ({ response, part }) => {
    sendPart(response, { ...part, bytes: Buffer.concat([part.bytes.subarray(1), Buffer.from('x')]) });
  },
  'wrong-content-range': ({ response, part }) => {
    const contentRange = part.headers['content-range']?.replace(/\d+/, (first) => String(Number(first) + 1));
    const headers = contentRange === undefined ? {} : { 'content-range': contentRange };
    sendPart(response, { ...part, headers: { ...part.headers, ...headers } });
  },
  'new-etag': ({ response, body, recorded }, { etag, ignoresIfRange }) => {
    const { range, 'if-range': ifRange } = recorded.headers;
    const isGiven = range !== undefined && (ignoresIfRange || ifRange === etag);
    const part = isGiven ? requestedPart({ range: String(range) }, body) : wholeOf(body);
    sendPart(response, { ...part, headers: { ...part.headers, etag } });
  },
  answer: ({ response, recorded }, { answer }) => {
    const { status = 200, headers, body = '' } = answer(recorded);
    response.writeHead(status, headers);
    response.end(body);
  },
};

/** Answers one request as `behaviour` says. */
export function behave(behaviour: Behaviour, exchange: Exchange): void {
  // The table pairs each kind with its handler; TypeScript cannot follow that through a union.
  const handler = HANDLERS[behaviour.kind] as Handler<Behaviour>;
  handler(exchange, behaviour);
}

/** Answers the later requests of a redirect loop or chain; false when this is not one. */
export function behaveOnHop({ response, recorded, query, body }: Exchange): boolean {
  const hops = query.get('fault-hops');
  if (query.has('fault-again')) redirect(response, `${recorded.path}?fault-again=1`);
  else if (hops === null) return false;
  else if (hops === '0') sendPart(response, wholeOf(body));
  else redirect(response, `${recorded.path}?fault-hops=${Number(hops) - 1}`);
  return true;
}

/** Bytes to send, and the head that belongs to them. */
export interface Part {
  readonly status: 200 | 206;
  readonly bytes: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

function wholeOf(body: Buffer): Part {
  return { status: 200, bytes: body, headers: { etag: etagOf(body), 'accept-ranges': 'bytes' } };
}

/** What a Range request (RFC 9110 §14) with one open or closed range asks for; the whole body otherwise. */
export function requestedPart(headers: IncomingHttpHeaders, body: Buffer): Part {
  const range = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '');
  const ifRange = headers['if-range'];
  const [first, last] = [Number(range?.[1]), range?.[2] ? Number(range[2]) : body.length - 1];
  if (range === null || first > last || first >= body.length) return wholeOf(body);
  if (ifRange !== undefined && ifRange !== etagOf(body)) return wholeOf(body);
  const bytes = body.subarray(first, last + 1);
  const contentRange = `bytes ${first}-${first + bytes.length - 1}/${body.length}`;
  return { status: 206, bytes, headers: { etag: etagOf(body), 'content-range': contentRange } };
}

/** The ETag of a body, unless the behaviour says otherwise. */
export function etagOf(body: Buffer): string {
  return `"${sha256(body).slice(0, 16)}"`;
}

function writeHeadOf(response: ServerResponse, { status, bytes, headers }: Part): void {
  response.writeHead(status, {
    'content-type': 'application/octet-stream',
    'content-length': String(bytes.length),
    ...headers,
  });
}

function sendPart(response: ServerResponse, part: Part): void {
  writeHeadOf(response, part);
  response.end(part.bytes);
}

function sendSome(response: ServerResponse, part: Part, sizeBytes: number, then: () => void): void {
  writeHeadOf(response, part);
  if (sizeBytes > 0) {
    response.write(part.bytes.subarray(0, sizeBytes), then);
  } else {
    response.flushHeaders();
    then();
  }
}

function inverted(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => byte ^ 0xff);
}

/** Ends the connection after `until` bytes, where that is not all. */
function sendSlowly(
  response: ServerResponse,
  part: Part,
  bytesPerSecond: number,
  { ticksPerSecond = 50, until: end = part.bytes.length } = {},
): void {
  let sent = 0;
  writeHeadOf(response, part);
  const timer = setInterval(() => {
    const until = sent + Math.ceil(bytesPerSecond / ticksPerSecond);
    response.write(part.bytes.subarray(sent, until));
    sent = until;
    if (sent >= part.bytes.length) response.end();
    else if (sent >= end) response.socket?.end();
  }, 1000 / ticksPerSecond);
  response.once('close', () => clearInterval(timer));
  response.once('finish', () => clearInterval(timer));
}

function sendWithoutEnd(response: ServerResponse, headers: Readonly<Record<string, string>> = {}): void {
  const chunk = Buffer.alloc(16 * 1024, 0x2a);
  let closed = false;
  response.once('close', () => {
    closed = true;
  });
  const send = (): void => {
    if (!closed) response.write(chunk, () => setImmediate(send));
  };
  response.writeHead(200, { 'content-type': 'application/octet-stream', ...headers });
  send();
}

function redirect(response: ServerResponse, to: string, status = 302): void {
  response.writeHead(status, { location: to });
  response.end();
}
