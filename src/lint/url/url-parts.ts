// SPDX-License-Identifier: Apache-2.0
import type { ForgeUrl, UrlRef } from './forge-url.ts';

/** A URL, taken apart once for all that look at it. */
export interface UrlRequest {
  readonly url: URL;
  readonly host: string;
  /** The path's segments that are not empty, decoded where they can be. */
  readonly segments: readonly string[];
  /** The first value of each name in the query. */
  readonly query: ReadonlyMap<string, string>;
}

/** Says what a URL is of one forge; undefined where it is none. */
export type ForgeParser = (request: UrlRequest) => ForgeUrl | undefined;

/** What a part of a URL's path says, whatever forge it is. */
export type Found = Omit<ForgeUrl, 'forge' | 'isKnownHost'>;

/** Takes `url` apart. */
export function toRequest(url: URL): UrlRequest {
  const query = new Map<string, string>();
  if (url.search !== '') {
    for (const [name, value] of url.searchParams) if (!query.has(name)) query.set(name, value);
  }
  // "%2F" is how GitLab writes a slash in a name; for the rest it makes no difference.
  const segments = url.pathname
    .split('/')
    .filter((segment) => segment !== '')
    .map(decode);
  return { url, host: url.hostname.replace(/^www\./, ''), segments, query };
}

// What a repository's first branch is called, and what stands for the newest.
const WELL_KNOWN = new Set([
  'main',
  'master',
  'trunk',
  'default',
  'develop',
  'development',
  'devel',
  'dev',
  'HEAD',
  'tip',
  'latest',
]);

// Vendors name tags by date; no abbreviated hash looks like one by chance.
const DATE = /^20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$/;

/** How `ref` names a revision. */
export function toRef(ref: string): UrlRef {
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(ref)) return { ref, refKind: 'full-hash' };
  if (/^[0-9a-f]{7,39}$/i.test(ref) && !DATE.test(ref)) return { ref, refKind: 'short-hash' };
  if (ref.startsWith('refs/tags/')) return { ref, refKind: 'refs-tags' };
  // Of refs/pull/… and the like, none stays where it is.
  if (/^refs\/./.test(ref)) return { ref, refKind: 'refs-heads' };
  return { ref, refKind: WELL_KNOWN.has(ref) ? 'well-known-branch' : 'bare' };
}

/** What is asked for where no revision is named: the newest of the default branch. */
export const NEWEST: UrlRef = { ref: 'HEAD', refKind: 'well-known-branch' };

/** How a revision is named that may be left out, or be empty, as in a query. */
export function toRefOrNewest(ref: string | undefined): UrlRef {
  return ref ? toRef(ref) : NEWEST;
}

/**
 * The revision that stands at the front of `segments`, and how many of them it takes: three with `refs/heads/`, else
 * one. A branch whose name holds a slash cannot be told from a directory.
 */
export function takeRef(segments: readonly string[]): UrlRef | undefined {
  const [first, second, third] = segments;
  if (first === undefined) return undefined;
  if (first === 'refs' && second !== undefined && third !== undefined)
    return toRef(`refs/${second}/${third}`);
  return toRef(first);
}

/** A revision with the name of an archive behind it: "v1.0.tar.gz". */
export function takeArchiveRef(segments: readonly string[]): UrlRef | undefined {
  const name = segments.join('/').replace(/\.(?:zip|tar|tgz|tbz2|bundle|tar\.(?:gz|bz2|xz|zst))$/i, '');
  return name === '' ? undefined : toRef(name);
}

/** `url` with the first segment of its path that is `from`, at `index` or behind it, replaced. */
export function withSegment(
  { url }: UrlRequest,
  change: { readonly from: string; readonly to: string; readonly index: number },
): string {
  const parts = url.pathname.split('/');
  let seen = -1;
  const place = parts.findIndex((part) => {
    if (part !== '') seen += 1;
    return seen >= change.index && part === change.from;
  });
  const changed = new URL(url);
  changed.pathname = parts.map((part, at) => (at === place ? change.to : part)).join('/');
  // What chooses a place in a page means nothing to a file.
  changed.hash = '';
  return changed.href;
}

function decode(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
