// SPDX-License-Identifier: Apache-2.0
import { isRecord } from '../core/record.ts';
import type { SourceRecord } from '../core/report.ts';
import { redactUrl } from '../core/url.ts';
import { readRegularFile } from './regular-file.ts';
import { TemporaryFile } from './temporary-file.ts';

// One file for each digest, since equal bytes are the same wherever they lie:
//
//   {"schemaVersion": 1, "kind": "url", "url": "https://…", "time": "2026-01-02T03:04:05.678Z"}
//
// It is written when bytes come from outside, over an older record, and by nothing else: a copy from the store or from a
// west cache says nothing of where the bytes came from. It goes with its entry. There is none without a store.

const SCHEMA_VERSION = 1;
const MAX_BYTES = 16 * 1024;
const KINDS: readonly SourceRecord['kind'][] = ['url', 'mirror', 'lfs'];

/**
 * Writes the record into `file`, through a temporary file in `temporaryDirectory` on the same file system. A URL that
 * is too long for a record gets none.
 *
 * @throws the system's error
 */
export async function writeSourceRecord(
  file: string,
  record: SourceRecord,
  temporaryDirectory: string,
): Promise<void> {
  const { kind, url, time } = record;
  const text = `${JSON.stringify({ schemaVersion: SCHEMA_VERSION, kind, url: redactUrl(url), time })}\n`;
  if (Buffer.byteLength(text) > MAX_BYTES) return;
  const temporary = await TemporaryFile.create(temporaryDirectory);
  try {
    await temporary.handle.writeFile(text);
    await temporary.moveTo(file);
  } finally {
    await temporary.discard();
  }
}

/** What `file` records; undefined where there is none, or none that can be understood. */
export function findSourceRecord(file: string): SourceRecord | undefined {
  try {
    return parseSourceRecord(JSON.parse(readRegularFile(file, MAX_BYTES).toString('utf8')));
  } catch {
    // Missing or damaged: the worst that comes of it is that nobody knows.
    return undefined;
  }
}

function parseSourceRecord(value: unknown): SourceRecord | undefined {
  if (!isRecord(value) || value['schemaVersion'] !== SCHEMA_VERSION) return undefined;
  const { url, time } = value;
  const kind = KINDS.find((known) => known === value['kind']);
  if (kind === undefined || typeof url !== 'string' || typeof time !== 'string') return undefined;
  const timeMs = Date.parse(time);
  if (!URL.canParse(url) || Number.isNaN(timeMs)) return undefined;
  // Redacted again, since anybody may have written it.
  return { kind, url: redactUrl(url), time: new Date(timeMs).toISOString() };
}
