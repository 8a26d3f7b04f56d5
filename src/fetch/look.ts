// SPDX-License-Identifier: Apache-2.0
import { BlobsError, systemCode } from '../core/errors.ts';
import type { Body } from './body.ts';
import { drain } from './drain.ts';
import { FinalError } from './final-error.ts';
import { type HttpOptions, httpExchange } from './http.ts';
import { HttpStatusError } from './http-status-error.ts';
import { networkError } from './network-error.ts';
import { isRefusingStatus } from './retry.ts';

// Enough to tell a web page from a file.
const FIRST_BYTES = 512;

/** What a server says of a file. */
export interface Look {
  /** Where redirects ended. */
  readonly url: URL;
  /** Of the whole file, in bytes; absent where the server does not say. */
  readonly bytes?: number;
  readonly contentType?: string;
  /** The first bytes, where they were asked for. */
  readonly start?: Uint8Array;
}

/**
 * Asks what is at `url` without downloading it: by HEAD; where that fails or what it says is not `plausible`, since many
 * servers lie there, by a GET of the first bytes. Nothing is asked twice, and a server that wants to be left alone (429, 503)
 * is not asked by GET either.
 *
 * @throws BlobsError as `httpExchange` does; FinalError; the signal's reason.
 */
export async function lookAt(
  url: string,
  options: HttpOptions,
  plausible: (look: Look) => boolean,
): Promise<Look> {
  try {
    const { body, url: end } = await httpExchange(url, options, { look: 'head' });
    discard(body);
    const look = toLook(body, end);
    if (plausible(look)) return look;
  } catch (error) {
    options.signal.throwIfAborted();
    if (!(error instanceof BlobsError) || !mayDiffer(error)) throw error;
  }
  const { body, url: end } = await httpExchange(url, options, { look: { firstBytes: FIRST_BYTES } });
  const start = await readStart(body).catch((error: unknown) => {
    options.signal.throwIfAborted();
    throw networkError(error, url, options.timeoutMs);
  });
  return { ...toLook(body, end), start };
}

/** Whether a GET may succeed after a HEAD failed: not where no request arrives, or none is wanted. */
function mayDiffer(error: BlobsError): boolean {
  if (error instanceof FinalError || isUnreachable(error)) return false;
  if (error instanceof HttpStatusError && isRefusingStatus(error.status)) return false;
  return MAY_DIFFER.has(error.code);
}

// Some servers never come to the end of a HEAD.
const MAY_DIFFER: ReadonlySet<string> = new Set(['BLOBS_HTTP_STATUS', 'BLOBS_NETWORK', 'BLOBS_TIMEOUT']);

/** Whether a host is not there, refuses connections or cannot prove who it is: a moment later it will be the same. */
function isUnreachable({ cause }: BlobsError): boolean {
  return /^(ENOTFOUND|ECONNREFUSED|E(HOST|NET)UNREACH|CERT_|DEPTH_|SELF_|UNABLE_|ERR_TLS_)/.test(
    systemCode(cause) ?? '',
  );
}

function toLook({ length, contentType }: Body, url: URL): Look {
  return {
    url,
    ...(length === undefined ? {} : { bytes: length }),
    ...(contentType === undefined ? {} : { contentType }),
  };
}

function discard({ stream }: Body): void {
  stream.on('error', () => undefined).destroy();
}

/** The first bytes of a body, which is then given up. */
async function readStart(body: Body): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  body.stream.on('error', () => undefined);
  try {
    await drain(body.stream, (chunk) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= FIRST_BYTES) throw ENOUGH;
      return undefined;
    });
  } catch (error) {
    if (error !== ENOUGH) throw error;
  } finally {
    body.stream.destroy();
  }
  return Buffer.concat(chunks).subarray(0, FIRST_BYTES);
}

const ENOUGH = new Error('enough');
