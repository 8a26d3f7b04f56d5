// SPDX-License-Identifier: Apache-2.0
import { isRecord } from '../core/record.ts';
import { escapeControls } from '../core/text.ts';
import { formatBytes } from './amounts.ts';
import type { Colors } from './colors.ts';

/** A line of the server's log (pino's JSON) as people read it; what is no such line as it is. */
export function logLineText(line: string, colors: Colors): string {
  const record = parse(line);
  if (record === undefined) return line;
  const { time, level, msg, status } = record;
  const clock = typeof time === 'string' ? time.slice(11, 19) : '';
  const words = status === undefined ? [String(msg), ...extras(record)] : requestWords(record);
  const text = escapeControls(words.filter((word) => word !== '').join(' '));
  const grave = typeof level === 'number' && level >= WARN;
  return `${colors.dim(clock)} ${grave ? colors.yellow(text) : text}\n`;
}

const WARN = 40;
const SHOWN_DIGITS = 12;
const KNOWN: ReadonlySet<string> = new Set(['level', 'time', 'msg', 'pid', 'hostname']);

function requestWords(record: Readonly<Record<string, unknown>>): readonly string[] {
  const { method, route, path, url, digest, status, bytes, ms, origin, isPart, client, code, reason, msg } =
    record;
  const what =
    url ?? (typeof digest === 'string' ? `sha256:${digest.slice(0, SHOWN_DIGITS)}` : (path ?? route));
  return [
    String(status),
    String(method),
    String(what),
    typeof bytes === 'number' && bytes > 0 ? formatBytes(bytes) : '',
    `${ms} ms`,
    String(origin ?? ''),
    isPart === true ? 'part' : '',
    String(client ?? ''),
    msg === 'broken off' ? 'broken off' : '',
    code === undefined ? '' : `[${code}] ${reason ?? ''}`,
  ];
}

function extras(record: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(record).flatMap(([name, value]) =>
    KNOWN.has(name) || typeof value === 'object' ? [] : [`${name}=${value}`],
  );
}

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
