// SPDX-License-Identifier: Apache-2.0
import type { Issue } from '../core/report.ts';
import { escapeControls } from '../core/text.ts';
import { redactLine } from '../core/url.ts';
import { createColors } from '../output/colors.ts';
import { logLineText } from '../output/serve-text.ts';
import { createServerLog, type ServerLog } from '../server/server-log.ts';
import type { Session } from './session.ts';

/** So long a line may wait for others: each write costs as much as a hit of the server. */
const FLUSH_AFTER_MS = 20;
const MAX_WAITING_BYTES = 65_536;
/** Of a character in UTF-16. */
const MAX_UTF8_BYTES = 3;

/**
 * The log of `serve` on stderr: JSON, and on a terminal lines for people. -q leaves warnings, -v adds what machines ask.
 * What is logged within some milliseconds is written all at once, or by `flush`, or when the process ends.
 */
export function openServeLog({ config, stderr, terminals }: Session): {
  readonly log: ServerLog;
  readonly flush: () => void;
} {
  const colors = createColors(config.colorStderr);
  // Not as strings: thousands of them would grow old, and what collects them costs more than all else of a hit.
  const waiting = Buffer.allocUnsafe(MAX_WAITING_BYTES);
  let waitingBytes = 0;
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    stderr.write(waiting.toString('utf8', 0, waitingBytes));
    waitingBytes = 0;
  };
  process.once('exit', flush);
  const stream = {
    write: (line: string) => {
      const text = terminals.stderr ? logLineText(line, colors) : line;
      const mostBytes = text.length * MAX_UTF8_BYTES;
      if (waitingBytes + mostBytes > MAX_WAITING_BYTES) flush();
      if (mostBytes > MAX_WAITING_BYTES) return stderr.write(text);
      waitingBytes += waiting.write(text, waitingBytes);
      timer ??= setTimeout(flush, FLUSH_AFTER_MS);
    },
  };
  const isWordy = config.debug || config.verbosity === 'verbose';
  const level = config.verbosity === 'quiet' ? 'warn' : isWordy ? 'debug' : 'info';
  return { log: createServerLog(stream, level), flush };
}

/** Writes what is wrong with modules into the log: nothing of it ends a server. */
export function logIssues(log: ServerLog, issues: readonly Issue[]): void {
  for (const { severity, code, message, module, file, line, hint } of issues) {
    const level = severity === 'info' ? 'info' : code === 'BLOBS_NOT_CLONED' ? 'debug' : 'warn';
    log[level](
      {
        code,
        ...(module === undefined ? {} : { module: shown(module) }),
        ...(file === undefined ? {} : { file: shown(file) }),
        ...(line === undefined ? {} : { line }),
        ...(hint === undefined ? {} : { hint: shown(hint) }),
      },
      shown(message),
    );
  }
}

function shown(text: string): string {
  return escapeControls(redactLine(text));
}
