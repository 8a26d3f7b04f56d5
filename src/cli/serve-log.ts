// SPDX-License-Identifier: Apache-2.0
import type { Issue } from '../core/report.ts';
import { escapeControls } from '../core/text.ts';
import { redactLine } from '../core/url.ts';
import { createColors } from '../output/colors.ts';
import { logLineText } from '../output/serve-text.ts';
import { createServerLog, type ServerLog } from '../server/server-log.ts';
import type { Session } from './session.ts';

/** The log of `serve` on stderr: JSON, and on a terminal lines for people. -q leaves warnings, -v adds what machines ask. */
export function openServeLog({ config, stderr, terminals }: Session): ServerLog {
  const colors = createColors(config.colorStderr);
  const stream = {
    write: (line: string) => stderr.write(terminals.stderr ? logLineText(line, colors) : line),
  };
  const isWordy = config.debug || config.verbosity === 'verbose';
  return createServerLog(stream, config.verbosity === 'quiet' ? 'warn' : isWordy ? 'debug' : 'info');
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
