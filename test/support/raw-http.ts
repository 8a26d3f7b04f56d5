// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** What came over a connection until it ended. */
export interface RawAnswer {
  readonly text: string;
  readonly bytes: Buffer;
  /** The code of the error that ended it, such as ECONNRESET. */
  readonly error: string | undefined;
}

/** A connection that says exactly what it is told. */
export class RawClient {
  readonly socket: Socket;
  readonly #chunks: Buffer[] = [];
  #error: string | undefined;
  readonly #closed: Promise<unknown>;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => void this.#chunks.push(chunk));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#error = error.code;
    });
    this.#closed = once(socket, 'close').catch(() => undefined);
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString('latin1');
  }

  say(text: string): void {
    this.socket.write(text, 'latin1');
  }

  /** Resolves as soon as what came matches; never, if it never does. */
  async seen(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.text)) await once(this.socket, 'data');
  }

  /** Resolves when the connection is closed. */
  async ended(): Promise<RawAnswer> {
    await this.#closed;
    const bytes = Buffer.concat(this.#chunks);
    return { text: bytes.toString('latin1'), bytes, error: this.#error };
  }
}

/** Connects to a server; the connection ends with the test. */
export async function connectRaw(
  url: string,
  options: { readonly reads?: boolean } = {},
): Promise<RawClient> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  const client = new RawClient(socket);
  if (options.reads === false) socket.pause();
  return client;
}

/** Says `text` and waits for the server to close the connection. */
export async function exchangeRaw(url: string, text: string): Promise<RawAnswer> {
  const client = await connectRaw(url);
  client.say(text);
  return client.ended();
}

/** A GET that asks for the connection to be closed behind its answer. */
export function rawGet(path: string, headers: readonly string[] = []): string {
  return [`GET ${path} HTTP/1.1`, 'Host: test', 'Connection: close', ...headers, '', ''].join('\r\n');
}

/** Status, headers (in lower case) and body of one answer with a Content-Length or none. */
export function parseAnswer({ bytes }: RawAnswer): {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
} {
  const end = bytes.indexOf('\r\n\r\n');
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  return { status: Number(first.split(' ')[1]), headers, body: bytes.subarray(end + 4) };
}
