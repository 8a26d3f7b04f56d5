// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../core/errors.ts';
import { escapeControls, shorten } from '../core/text.ts';
import { redactLine } from '../core/url.ts';
import type { EndedRequest } from './create-app.ts';
import type { ServerLog } from './server-log.ts';

const MAX_CHARACTERS = 1000;
const MAX_PATH_CHARACTERS = 200;

/** Writes the line of a request that ended. Nothing of its headers and nothing of its query but the URL stands in it;
 * its path where nothing is there. */
export function logRequest(
  log: ServerLog,
  { request, response, route, traits, work, ms }: EndedRequest,
): void {
  const { statusCode: status } = response;
  const isWhole = response.writableFinished;
  const line = {
    method: request.method,
    route: route ?? 'none',
    ...(route === undefined ? { path: pathOf(request.url) } : {}),
    ...(work.url === undefined ? {} : { url: work.url }),
    ...(work.digest === undefined ? {} : { digest: work.digest }),
    status,
    bytes: work.bytes,
    ms: Math.round(ms),
    ...(work.origin === undefined ? {} : { origin: work.origin }),
    ...(status === 206 ? { isPart: true } : {}),
    client: request.socket.remoteAddress,
    ...(work.code === undefined ? {} : { code: work.code, reason: reasonOf(work.cause) }),
  };
  if (!isWhole) log.warn(line, 'broken off');
  else if (status >= 500 && !traits.isHealth) log.warn(line, 'failed');
  else if (traits.isQuiet) log.debug(line, 'answered');
  else log.info(line, status < 400 ? 'answered' : 'refused');
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
