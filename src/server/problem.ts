// SPDX-License-Identifier: Apache-2.0
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BlobsError, ERROR_MEANINGS, type ErrorCode } from '../core/errors.ts';
import { redactText } from '../core/url.ts';
import { HttpStatusError } from '../fetch/http-status-error.ts';
import { workOf } from './work.ts';

/** Why a request is refused, as its client is told. */
export interface Problem {
  readonly status: number;
  readonly code: ErrorCode;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Headers of every answer that is no page: nothing of it is shown, run, guessed at, or told to others. */
export const SAFE_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
};

/** The status that a failure of each kind is answered with; 502 for all others, which speak of upstream. */
const STATUS: Partial<Readonly<Record<ErrorCode, number>>> = {
  BLOBS_BAD_REQUEST: 400,
  BLOBS_URL_UNSUPPORTED: 400,
  BLOBS_CLIENT_NOT_ALLOWED: 403,
  BLOBS_URL_NOT_ALLOWED: 403,
  BLOBS_ADDRESS_NOT_ALLOWED: 403,
  BLOBS_BLOCKED: 403,
  BLOBS_MISSING: 404,
  BLOBS_INTERNAL: 500,
  BLOBS_BAD_CONFIG: 500,
  BLOBS_FILE_ACCESS: 500,
  BLOBS_NOT_A_FILE: 500,
  BLOBS_STORE_UNUSABLE: 500,
  BLOBS_BUSY: 503,
  BLOBS_INTERRUPTED: 503,
  BLOBS_OFFLINE: 504,
  BLOBS_TIMEOUT: 504,
  // As KissCache.
  BLOBS_TOO_LARGE: 504,
  BLOBS_NO_SPACE: 507,
  // RFC 5842 §7.2.
  BLOBS_LOOP: 508,
};

/** Codes whose messages are made for clients. All others may name directories, addresses, or what upstream said. */
const TOLD: ReadonlySet<ErrorCode> = new Set([
  'BLOBS_BAD_REQUEST',
  'BLOBS_URL_UNSUPPORTED',
  'BLOBS_CLIENT_NOT_ALLOWED',
  'BLOBS_URL_NOT_ALLOWED',
  'BLOBS_ADDRESS_NOT_ALLOWED',
  'BLOBS_MISSING',
  'BLOBS_BUSY',
]);

/**
 * What a client is told of anything that was thrown. Upstream's answers pass where they speak of what was asked for (404,
 * 410, 451) or of waiting (429 and 503 as 503). Its 401, 403, 407 and all others become 502: as they are, they would read
 * like a word of this server about this client.
 */
export function problemOf(error: unknown): Problem {
  if (error instanceof HttpStatusError) {
    return {
      status: passedStatus(error.status),
      code: error.code,
      message: `upstream answered with HTTP status ${error.status}`,
      ...retryAfter(error),
    };
  }
  if (error instanceof BlobsError) {
    const { code, message } = error;
    return {
      status: STATUS[code] ?? 502,
      code,
      message: TOLD.has(code) ? redactText(message) : ERROR_MEANINGS[code],
      ...(code === 'BLOBS_BUSY' ? { headers: { 'retry-after': '10' } } : {}),
    };
  }
  return { status: 500, code: 'BLOBS_INTERNAL', message: ERROR_MEANINGS.BLOBS_INTERNAL };
}

/** Answers a request with a problem, which the log and the figures are told of. */
export function refuse(request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply {
  workOf(request.raw).code = problem.code;
  return sendProblem(reply, problem);
}

/** Answers with a problem, as JSON. What was begun of another answer is forgotten. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  const { status, code, message, headers } = problem;
  return reply
    .code(status)
    .headers({
      ...SAFE_HEADERS,
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      ...headers,
    })
    .send(problemText(code, message));
}

/** The body of a refusal. */
export function problemText(code: ErrorCode, message: string): string {
  return `${JSON.stringify({ error: { code, message } })}\n`;
}

function passedStatus(status: number): number {
  if ([404, 410, 451].includes(status)) return status;
  if (status === 429 || status === 503) return 503;
  return status === 408 || status === 504 ? 504 : 502;
}

/** Only seconds are passed on, and no more than an hour of them: a date is of upstream's clock. */
function retryAfter({ status, retryAfter: seconds }: HttpStatusError): Pick<Problem, 'headers'> {
  if (passedStatus(status) !== 503) return {};
  const isFit = /^\d{1,4}$/.test(seconds ?? '') && Number(seconds) <= 3600;
  return { headers: { 'retry-after': isFit ? String(seconds) : '10' } };
}
