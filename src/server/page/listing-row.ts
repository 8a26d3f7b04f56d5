// SPDX-License-Identifier: Apache-2.0
import { basename } from 'node:path/posix';
import type { Blob } from '../../core/blob.ts';
import type { SourceRecord } from '../../core/report.ts';
import type { Sha256 } from '../../core/sha256.ts';
import { findUrl } from '../../core/url.ts';
import { type BlobTraffic, bytesSaved } from '../statistics/tally.ts';

/** What is known of one digest: an entry of the store, or what a workspace declares and was not asked for yet. */
export interface ListingRow {
  readonly digest: Sha256;
  readonly isStored: boolean;
  /** Of the entry; else as declared. */
  readonly sizeBytes: number | undefined;
  /** The entries of module.yml that declare it; none for what clients asked for by URL. */
  readonly blobs: readonly Blob[];
  /** A path, the file name of the URL it came from, or the digest. */
  readonly name: string;
  /** Each once, in the order of the catalogue; so are the next two. */
  readonly modules: readonly string[];
  readonly versions: readonly string[];
  /** SPDX expressions, where they are known. */
  readonly licenses: readonly string[];
  /** Whether somebody has to accept a licence before a module may have it. */
  readonly isClickThrough: boolean;
  readonly source: SourceRecord | undefined;
  /** Milliseconds since 1970, as the next two. */
  readonly fetchedMs: number | undefined;
  /** When the file was made; as good as `fetchedMs` where that is not known. */
  readonly modifiedMs: number | undefined;
  readonly lastServedMs: number | undefined;
  readonly requests: number;
  readonly bytesServed: number;
  readonly savedBytes: number;
  /** What a search looks at, in lower case. */
  readonly words: string;
  /** What rows are sorted by first: module and path, in lower case. */
  readonly order: string;
}

/** What the parts of a row come from. */
export interface RowParts {
  readonly digest: Sha256;
  readonly entry: { readonly bytes: number; readonly modifiedMs: number | undefined } | undefined;
  readonly blobs: readonly Blob[];
  readonly source: SourceRecord | undefined;
  readonly traffic: Readonly<BlobTraffic> | undefined;
  /** As `licenseOf` of the catalogue; by what module.yml says, if it is absent. */
  readonly licenseOf?: ((blob: Blob) => string | undefined) | undefined;
}

/** Long enough for any real path; what a continuation holds is as long at most. */
const MAX_ORDER_CHARACTERS = 200;
const MAX_WORDS_CHARACTERS = 4000;
/** ECMA-262: the last moment that a Date can be. */
const MAX_TIME_MS = 8.64e15;

/** The row of a digest. */
export function makeRow({ digest, entry, blobs, source, traffic, licenseOf }: RowParts): ListingRow {
  const modules = once(blobs.map(({ module }) => module));
  const versions = once(blobs.map(({ version }) => version));
  const licenses = once(blobs.flatMap((blob) => licenseOf?.(blob) ?? blob.license ?? []));
  const [first] = blobs;
  const name = first?.path ?? fileNameOf(source) ?? digest;
  const fetchedMs = source ? Date.parse(source.time) : entry && traffic?.firstFetchedMs;
  const words = [name, ...blobs.map(({ path }) => path), ...modules, ...versions, ...licenses];
  return {
    digest,
    isStored: entry !== undefined,
    sizeBytes: entry?.bytes ?? first?.size,
    blobs,
    name,
    modules,
    versions,
    licenses,
    isClickThrough: blobs.some(({ clickThrough }) => clickThrough),
    source,
    fetchedMs,
    // Files may have times that no date has.
    modifiedMs: entry && isDate(entry.modifiedMs) ? entry.modifiedMs : undefined,
    lastServedMs: traffic?.lastServedMs,
    requests: traffic?.requests ?? 0,
    bytesServed: traffic?.bytesServed ?? 0,
    savedBytes: traffic ? bytesSaved(traffic) : 0,
    words: words.join('\n').slice(0, MAX_WORDS_CHARACTERS).toLowerCase(),
    // What nobody declares comes last.
    order: (first ? `${first.module}/${name}` : `\uffff${name}`).slice(0, MAX_ORDER_CHARACTERS).toLowerCase(),
  };
}

function isDate(timeMs: number | undefined): boolean {
  return timeMs !== undefined && Math.abs(timeMs) <= MAX_TIME_MS;
}

function fileNameOf(source: SourceRecord | undefined): string | undefined {
  if (source === undefined) return undefined;
  // A record's URL holds no secret.
  const path = findUrl(source.url)?.pathname ?? '';
  return basename(decode(path)) || undefined;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function once(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
