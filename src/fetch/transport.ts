// SPDX-License-Identifier: Apache-2.0
import { Agent, type Dispatcher, request } from 'undici';

/** Sends requests over connections that are kept alive between downloads. */
export interface Transport {
  request(url: URL, options: RequestOptions): Promise<Dispatcher.ResponseData>;
  /** Ends every connection at once. */
  close(): Promise<void>;
}

export interface RequestOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly headers: Readonly<Record<string, string>>;
  /** The content of a POST; absent for a GET. */
  readonly post?: string;
}

export interface TransportOptions {
  /** Connections to one origin at once. */
  readonly jobs: number;
  /** How long a connection may take to be made. */
  readonly timeoutMs: number;
}

/** A transport for HTTP/1.1. Loading this file loads undici, so it is imported when the first download needs it. */
export function openTransport({ jobs, timeoutMs }: TransportOptions): Transport {
  const dispatcher = new Agent({ connections: jobs, connect: { timeout: timeoutMs } });
  return {
    request: (url, options) =>
      request(url, {
        dispatcher,
        ...(options.post === undefined ? { method: 'GET' } : { method: 'POST', body: options.post }),
        headers: options.headers,
        headersTimeout: options.timeoutMs,
        bodyTimeout: options.timeoutMs,
        signal: options.signal,
      }),
    // destroy() ends connections that close() would wait for, such as one that a timeout left half-read.
    close: () => dispatcher.destroy(),
  };
}
