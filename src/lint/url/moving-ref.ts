// SPDX-License-Identifier: Apache-2.0
import type { ForgeUrl, UrlRef } from './forge-url.ts';
import { NEWEST, takeArchiveRef, takeRef, toRef, toRequest, type UrlRequest } from './url-parts.ts';

/** What a URL on a host that nobody knows names by its words alone: a branch, or whatever is newest. */
export interface MovingRef {
  readonly ref: string;
  /** "release" where it is a release that is the newest. */
  readonly kind?: 'release';
}

// Behind these, forges of all kinds write a revision: "+" is Gitiles, "raw-file" Mercurial.
const BEFORE_REF = new Set(['raw', 'raw-file', 'media', 'resolve', 'plain', '+']);
const BEFORE_ARCHIVE = new Set(['archive', 'zipball', 'tarball', '+archive']);
const REF_NAMES = ['h', 'hb', 'ref', 'at', 'rev', 'branch', 'versionDescriptor.version'];
const VERSION_NAMES = ['version', 'release', 'tag', 'v'];
const JSDELIVR = 'cdn.jsdelivr.net';

/**
 * The revision of a URL that moves, by what its words mean on any host; undefined where it has none, and where it also
 * names something that stays: a full hash, a tag, a version of an object. `forge` is what the shape of the URL says;
 * a forge that is known for it knows better.
 */
export function findMovingRef(url: URL | undefined, forge: ForgeUrl | undefined): MovingRef | undefined {
  if (forge !== undefined) return findOfForge(forge);
  if (url === undefined || !/^https?:$/.test(url.protocol)) return undefined;
  const request = toRequest(url);
  if (isPinned(request)) return undefined;
  return findInPath(request.segments) ?? findPackage(request) ?? findInQuery(request);
}

function findOfForge({ ref, refKind, kind }: ForgeUrl): MovingRef | undefined {
  if (ref === undefined || !moves({ ref, refKind: refKind ?? 'bare' })) return undefined;
  return { ref, ...(kind === 'release' ? { kind } : {}) };
}

function moves({ refKind }: UrlRef): boolean {
  return refKind === 'refs-heads' || refKind === 'well-known-branch';
}

function isPinned({ segments, query }: UrlRequest): boolean {
  if (query.has('versionId')) return true;
  const isTag = segments.some((segment, at) => segment === 'refs' && segments[at + 1] === 'tags');
  const words = [...segments.flatMap((segment) => segment.split('@')), ...query.values()];
  return isTag || words.some((word) => /^refs\/tags\//.test(word) || toRef(word).refKind === 'full-hash');
}

function findInPath(segments: readonly string[]): MovingRef | undefined {
  for (const [at, segment] of segments.entries()) {
    const rest = segments.slice(at + 1, at + 4);
    const [next, name] = rest;
    if (segment === 'refs' && next === 'heads' && name !== undefined) return { ref: `refs/heads/${name}` };
    if (/^refs\/heads\/./.test(segment)) return { ref: segment };
    // What has no file behind it may be the file's own name.
    const ref = BEFORE_REF.has(segment) && name !== undefined ? takeRef(rest) : undefined;
    const archive = BEFORE_ARCHIVE.has(segment) && name === undefined ? takeArchiveRef(rest) : undefined;
    const found = [ref, archive].find((one) => one !== undefined && moves(one));
    if (found !== undefined) return { ref: found.ref };
    if (segment === 'latest') {
      const isRelease = segments[at - 1] === 'releases' || segments[at - 2] === 'releases';
      return { ref: segment, ...(isRelease ? { kind: 'release' } : {}) };
    }
  }
  return undefined;
}

/** "PACKAGE@main/FILE", as the networks that deliver packages and repositories write it. */
function findPackage({ host, segments }: UrlRequest): MovingRef | undefined {
  for (const segment of segments.slice(0, -1)) {
    const [, name] = /^[^@]+@(.+)$/.exec(segment) ?? [];
    if (name !== undefined && moves(toRef(name))) return { ref: name };
  }
  const isNewest = host === JSDELIVR && segments[0] === 'gh' && segments[2]?.includes('@') === false;
  return isNewest ? { ref: NEWEST.ref } : undefined;
}

function findInQuery({ query }: UrlRequest): MovingRef | undefined {
  for (const name of REF_NAMES) {
    const value = query.get(name);
    if (value && moves(toRef(value))) return { ref: value };
  }
  const isLatest = VERSION_NAMES.some((name) => query.get(name) === 'latest');
  return isLatest ? { ref: 'latest' } : undefined;
}
