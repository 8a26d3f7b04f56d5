// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../core/errors.ts';
import { escapeControls, shorten } from '../core/text.ts';
import { redactLine } from '../core/url.ts';
import type { EndedRequest } from './create-app.ts';
import type { ServerLog } from './server-log.ts';

const MAX_CHARACTERS = 1000;
const MAX_PATH_CHARACTERS = 200;

/** What is known of answers that are alike, in a log for them. */
const ALIKE = new WeakMap<object, ServerLog>();

/** Writes the line of a request that ended. Nothing of its headers and nothing of its query but the URL stands in it;
 * its path where nothing is there. */
export function logRequest(log: ServerLog, ended: EndedRequest): void {
  const { request, response, traits, ms, alike } = ended;
  const { statusCode: status } = response;
  const own = { ms: Math.round(ms), client: request.socket.remoteAddress };
  if (alike !== undefined && response.writableFinished) {
    // Spelt once for all of them.
    let child = ALIKE.get(alike);
    if (child === undefined) {
      child = log.child(sharedMembers(ended));
      ALIKE.set(alike, child);
    }
    child.info(own, 'answered');
    return;
  }
  const line = { ...sharedMembers(ended), ...own };
  if (!response.writableFinished) log.warn(line, 'broken off');
  else if (status >= 500 && !traits.isHealth) log.warn(line, 'failed');
  else if (traits.isQuiet) log.debug(line, 'answered');
  else log.info(line, status < 400 ? 'answered' : 'refused');
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
