// SPDX-License-Identifier: Apache-2.0
import { type LevelWithSilent, type Logger, pino } from 'pino';

/** The server's log: JSON objects (pino), a line each. */
export type ServerLog = Logger;

/** A log that writes to `stream` what is at least as grave as `level`. */
export function createServerLog(
  stream: { write(line: string): void },
  level: Extract<LevelWithSilent, 'warn' | 'info' | 'debug'>,
): ServerLog {
  // Neither the process nor the host is news on every line.
  return pino({ level, base: null, timestamp: timeMember() }, stream);
}

/** What pino puts into each line: the time, which is spelt once a millisecond. */
function timeMember(): () => string {
  let [nowMs, member] = [Number.NaN, ''];
  return () => {
    const ms = Date.now();
    if (ms !== nowMs) [nowMs, member] = [ms, `,"time":"${new Date(ms).toISOString()}"`];
    return member;
  };
}
