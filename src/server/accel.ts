// SPDX-License-Identifier: Apache-2.0
import type { IncomingHttpHeaders } from 'node:http';
import type { Sha256 } from '../core/sha256.ts';

/** What has to be known of a content. */
interface AccelContent {
  /** Whether all its bytes are here and verified. */
  readonly isComplete: boolean;
  readonly digest: Sha256 | undefined;
  /** Where it is an entry of the store. */
  readonly file?: object | undefined;
}

/** The headers by which nginx would compare its own names for a file's state with ours. */
const COMPARED = ['if-match', 'if-range', 'if-unmodified-since'] as const;

/**
 * Where a server in front finds a content, below `prefix` (such as `/stored`): the value of X-Accel-Redirect, beside which
 * no body is sent. Undefined where this server sends the bytes itself: those that are still on their way, those that are no
 * entry of the store, and answers that depend on what nginx cannot compare. Digests are hexadecimal: nothing in the result
 * needs an escape.
 */
export function findAccelPath(
  prefix: string | undefined,
  content: AccelContent,
  headers: IncomingHttpHeaders,
): string | undefined {
  const { isComplete, digest, file } = content;
  if (prefix === undefined || !isComplete || digest === undefined || file === undefined) return undefined;
  if (COMPARED.some((name) => headers[name] !== undefined)) return undefined;
  return `${prefix}/${digest.slice(0, 2)}/${digest}`;
}
