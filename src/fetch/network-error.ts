// SPDX-License-Identifier: Apache-2.0
import { BlobsError, describeError, systemCode } from '../core/errors.ts';
import { redactUrl } from '../core/url.ts';
import { SlowBody, TooSlow } from './least-rate.ts';

/** What went wrong on the way, as a BlobsError; anything that is no network failure is returned as it is. */
export function networkError(error: unknown, url: string, timeoutMs: number): unknown {
  if (error instanceof BlobsError) return error;
  const code = systemCode(error) ?? (isParserError(error) ? 'HPE_UNKNOWN' : '');
  const where = redactUrl(url);
  if (error instanceof SlowBody) return new TooSlow(`${error.message} from ${where}`, { cause: error });
  if (/^UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT$/.test(code)) {
    return new BlobsError('BLOBS_TIMEOUT', `no byte for ${timeoutMs / 1000} s from ${where}`, {
      cause: error,
    });
  }
  if (!NETWORK_CODES.test(code)) return error;
  return new BlobsError('BLOBS_NETWORK', `${describeNetwork(error, code)}: ${where}`, { cause: error });
}

/** undici's parser gives some of its errors no code. */
function isParserError(error: unknown): boolean {
  return error instanceof Error && error.name === 'HTTPParserError';
}

// Codes of undici, llhttp, zlib, the system, Node's streams, and OpenSSL. Others are no failure of the source.
const NETWORK_CODES =
  /^(UND_ERR_(?!ABORTED)|HPE_|Z_|E[A-Z0-9]+$|EAI_|ERR_(STREAM|SSL|TLS|SOCKET|HTTP)_|CERT_|DEPTH_|SELF_|UNABLE_)/;

const NETWORK_MESSAGES: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  ENOTFOUND: 'host not found',
  EAI_AGAIN: 'the name service does not answer',
  UND_ERR_SOCKET: 'the connection ended too early',
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: 'the body is not as long as announced',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the body is not as long as announced',
};

function describeNetwork(error: unknown, code: string): string {
  if (code.startsWith('HPE_')) return 'the answer is not HTTP';
  return NETWORK_MESSAGES[code] ?? `${describeError(error)} (${code})`;
}
