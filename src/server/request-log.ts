// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../core/errors.ts';
import { escapeControls, shorten } from '../core/text.ts';
import { redactLine } from '../core/url.ts';
import type { EndedRequest } from './create-app.ts';
import type { ServerLog } from './server-log.ts';

const MAX_CHARACTERS = 1000;
const MAX_PATH_CHARACTERS = 200;

/** Logs whose lines have the members that answers share which are alike: those are spelt once for all of them. */
const SHARED = new WeakMap<object, ServerLog>();

/** Writes the line of a request that ended. Nothing of its headers and nothing of its query but the URL stands in it;
 * its path where nothing is there. */
export function logRequest(log: ServerLog, ended: EndedRequest): void {
  const { request, alike, ms } = ended;
  const { level, message } = judge(ended);
  const own = { ms: Math.round(ms), client: request.socket.remoteAddress };
  if (alike === undefined) log[level]({ ...sharedMembers(ended), ...own }, message);
  else sharedLog(log, alike, ended)[level](own, message);
}

/** How grave the end of a request is, and what is said of it. */
function judge({ response, traits }: EndedRequest): { level: 'warn' | 'info' | 'debug'; message: string } {
  const { statusCode: status } = response;
  if (!response.writableFinished) return { level: 'warn', message: 'broken off' };
  if (status >= 500 && !traits.isHealth) return { level: 'warn', message: 'failed' };
  if (traits.isQuiet) return { level: 'debug', message: 'answered' };
  return { level: 'info', message: status < 400 ? 'answered' : 'refused' };
}

function sharedLog(log: ServerLog, alike: object, ended: EndedRequest): ServerLog {
  const known = SHARED.get(alike);
  if (known !== undefined) return known;
  const made = log.child(sharedMembers(ended));
  SHARED.set(alike, made);
  return made;
}

/** All but the client and how long it took. */
function sharedMembers({ request, response, route, work }: EndedRequest): Record<string, unknown> {
  const { statusCode: status } = response;
  return {
    method: request.method,
    route: route ?? 'none',
    ...(route === undefined ? { path: pathOf(request.url) } : {}),
    ...(work.url === undefined ? {} : { url: work.url }),
    ...(work.digest === undefined ? {} : { digest: work.digest }),
    status,
    bytes: work.bytes,
    ...(work.origin === undefined ? {} : { origin: work.origin }),
    ...(status === 206 ? { isPart: true } : {}),
    ...(work.code === undefined ? {} : { code: work.code, reason: reasonOf(work.cause) }),
  };
}

/** What was thrown, in words for who runs the server; the stack where it is a defect. */
function reasonOf(cause: unknown): string | undefined {
  if (cause === undefined) return undefined;
  if (cause instanceof BlobsError) {
    const { message, details } = cause;
    return shown([message, ...(details.facts ?? [])].join('; '));
  }
  return shown(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause));
}

function pathOf(target = ''): string {
  return shorten(shown(target.replace(/[?#].*/s, '')), MAX_PATH_CHARACTERS);
}

function shown(text: string): string {
  return shorten(escapeControls(redactLine(text)), MAX_CHARACTERS);
}
