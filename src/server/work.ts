// SPDX-License-Identifier: Apache-2.0
import type { IncomingMessage } from 'node:http';
import type { ErrorCode } from '../core/errors.ts';
import type { Sha256 } from '../core/sha256.ts';
import type { ContentOrigin } from './library/content.ts';

/** What a request turned out to be about, for the log and the statistics. */
export interface Work {
  readonly startMs: number;
  /** Aborted when the client is gone without its whole answer. */
  readonly signal: AbortSignal;
  /** Without secrets. */
  url?: string;
  /** As it was asked for. */
  href?: string;
  digest?: Sha256;
  /** Where the body came from that was sent, or begun; `look` for the answer to a HEAD. Absent where there is neither. */
  origin?: ContentOrigin;
  code?: ErrorCode;
  /** Why it failed, for the log alone. */
  cause?: unknown;
  /** Of the body. */
  bytes: number;
}

const WORKS = new WeakMap<IncomingMessage, Work>();

/** Begins the notes on a request. */
export function beginWork(
  request: IncomingMessage,
  { startMs, signal }: Pick<Work, 'startMs' | 'signal'>,
): Work {
  const work: Work = { startMs, signal, bytes: 0 };
  WORKS.set(request, work);
  return work;
}

/** The notes on a request, which {@link beginWork} began. */
export function workOf(request: IncomingMessage): Work {
  const work = WORKS.get(request);
  if (work === undefined) throw new Error('a request has no notes');
  return work;
}
