// SPDX-License-Identifier: Apache-2.0
import { isRecord } from '../core/record.ts';
import { findSha256, type Sha256 } from '../core/sha256.ts';
import { redactUrl } from '../core/url.ts';
import { createSha256 } from './create-hash.ts';
import { readRegularFile } from './regular-file.ts';
import { partialDirectory, urlRecordFile } from './store-layout.ts';
import { TemporaryFile } from './temporary-file.ts';

// One file for each URL that was asked for without a digest, named by the SHA-256 of the URL, which may hold secrets:
//
//   {"schemaVersion": 1, "urlSha256": "…", "url": "https://…", "sourceSha256": "…", "digest": "…", "etag": "…",
//    "lastModified": "…", "fetchedAt": "2026-01-02T03:04:05.678Z", "validatedAt": "…", "ttlMs": 864000000}
//
// The entry that it names may be gone, or be replaced by none: then the record says nothing.

const SCHEMA_VERSION = 1;
const MAX_BYTES = 16 * 1024;
const MAX_HEADER_LENGTH = 1024;
const MAX_URL_LENGTH = 8 * 1024;

/** Which bytes a URL gave, and when. */
export interface UrlRecord {
  /** Fit to be shown. */
  readonly url: string;
  /** SHA-256 of the URL that gave them, which may be that of a mirror. */
  readonly sourceSha256: Sha256;
  readonly digest: Sha256;
  /** As upstream sent them; whoever sends them again checks them. */
  readonly etag?: string;
  readonly lastModified?: string;
  /** When the bytes came, and when upstream last said that they still are what it has; milliseconds since the epoch. */
  readonly fetchedAtMs: number;
  readonly validatedAtMs: number;
  /** For how long they are given without asking again, in milliseconds. */
  readonly ttlMs: number;
}

/** The name of a URL, spelt as {@link URL.href} spells it, among records. */
export function hashUrl(href: string): Sha256 {
  return createSha256().update(href).digest('hex') as Sha256;
}

/**
 * Records what a URL gave, in the place of what was recorded before. A record that would be too long is not written, and
 * the one before goes. Resolves with the bytes that it has on the disk.
 *
 * @throws the system's error
 */
export async function writeUrlRecord(store: string, urlSha256: Sha256, record: UrlRecord): Promise<number> {
  const { fetchedAtMs, validatedAtMs, url, ...rest } = record;
  const shown = redactUrl(url);
  const text = `${JSON.stringify({
    schemaVersion: SCHEMA_VERSION,
    urlSha256,
    ...rest,
    url: shown.length > MAX_URL_LENGTH ? '' : shown,
    fetchedAt: new Date(fetchedAtMs).toISOString(),
    validatedAt: new Date(validatedAtMs).toISOString(),
  })}\n`;
  const temporary = await TemporaryFile.create(partialDirectory(store));
  try {
    const kept = Buffer.from(Buffer.byteLength(text) > MAX_BYTES ? '{}\n' : text);
    await temporary.handle.writeFile(kept);
    await temporary.moveTo(urlRecordFile(store, urlSha256));
    return kept.length;
  } finally {
    await temporary.discard();
  }
}

/** What is recorded of a URL; undefined where there is nothing, or nothing that can be understood. */
export function findUrlRecord(store: string, urlSha256: Sha256): UrlRecord | undefined {
  try {
    const text = readRegularFile(urlRecordFile(store, urlSha256), MAX_BYTES).toString('utf8');
    return parseUrlRecord(JSON.parse(text), urlSha256);
  } catch {
    // Missing or damaged: upstream is asked.
    return undefined;
  }
}

function parseUrlRecord(value: unknown, urlSha256: Sha256): UrlRecord | undefined {
  if (!isRecord(value) || value['schemaVersion'] !== SCHEMA_VERSION) return undefined;
  // One that was copied under another name is about another URL.
  if (value['urlSha256'] !== urlSha256) return undefined;
  const [digest, sourceSha256] = [findDigest(value['digest']), findDigest(value['sourceSha256'])];
  const [fetchedAtMs, validatedAtMs] = [findTime(value['fetchedAt']), findTime(value['validatedAt'])];
  const { url, ttlMs } = value;
  if (digest === undefined || sourceSha256 === undefined || typeof url !== 'string') return undefined;
  if (fetchedAtMs === undefined || validatedAtMs === undefined) return undefined;
  if (typeof ttlMs !== 'number' || !Number.isFinite(ttlMs) || ttlMs < 0) return undefined;
  return {
    url: redactUrl(url),
    sourceSha256,
    digest,
    ...headersOf(value),
    fetchedAtMs,
    validatedAtMs,
    ttlMs,
  };
}

function findDigest(value: unknown): Sha256 | undefined {
  return typeof value === 'string' ? findSha256(value) : undefined;
}

function findTime(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

function headersOf(value: Readonly<Record<string, unknown>>): Pick<UrlRecord, 'etag' | 'lastModified'> {
  const header = (name: string): Record<string, string> => {
    const text = value[name];
    const isSane =
      typeof text === 'string' && text.length <= MAX_HEADER_LENGTH && /^[\x20-\x7e]*$/.test(text);
    return isSane ? { [name]: text } : {};
  };
  return { ...header('etag'), ...header('lastModified') };
}
