// SPDX-License-Identifier: Apache-2.0
import {
  type ForgeParser,
  type Found,
  NEWEST,
  takeArchiveRef,
  takeRef,
  toRef,
  toRefOrNewest,
  type UrlRequest,
  withSegment,
} from './url-parts.ts';

const RAW_HOSTS = new Set(['raw.githubusercontent.com', 'raw.github.com']);
const PAGES = new Set(['tree', 'blame', 'edit', 'commit', 'commits', 'compare', 'pull', 'issues', 'wiki']);

/** URLs of github.com and the hosts that its files come from. */
export const parseGithubUrl: ForgeParser = (request) => {
  const found = parseByHost(request);
  return found && { forge: 'GitHub', isKnownHost: true, ...found };
};

function parseByHost(request: UrlRequest): Found | undefined {
  const { host, segments } = request;
  if (host === 'github.com') return parseGithubSite(request);
  if (RAW_HOSTS.has(host)) return { kind: 'raw', ...repositoryOf(segments), ...takeRef(segments.slice(2)) };
  if (host === 'media.githubusercontent.com') {
    const inside = segments[0] === 'media' ? segments.slice(1) : segments;
    return { kind: 'media', ...repositoryOf(inside), ...takeRef(inside.slice(2)) };
  }
  if (host === 'codeload.github.com') {
    const ref = segments[2] === undefined ? undefined : takeArchiveRef(segments.slice(3));
    return { kind: 'archive', ...repositoryOf(segments), ...ref };
  }
  if (host === 'api.github.com') return parseApi(request);
  if (host === 'gist.githubusercontent.com' && segments[2] === 'raw') {
    const [hash] = segments.slice(3);
    const isHash = hash !== undefined && toRef(hash).refKind === 'full-hash';
    return { kind: 'raw', ...(isHash ? toRef(hash) : NEWEST) };
  }
  return undefined;
}

/** What lies below github.com; Gitee has the same shapes. */
export function parseGithubSite(request: UrlRequest): Found | undefined {
  const { segments, query } = request;
  const [owner, name, what] = segments;
  if (owner === undefined || name === undefined || owner === 'user-attachments') return undefined;
  const repository = repositoryOf(segments);
  const rest = segments.slice(3);
  if (what === 'raw') return { kind: 'raw', ...repository, ...takeRef(rest) };
  if (what === 'blob') {
    // GitHub answers this with the file.
    if (query.has('raw')) return { kind: 'raw', ...repository, ...takeRef(rest) };
    const fileUrl = withSegment(request, { from: 'blob', to: 'raw', index: 2 });
    return { kind: 'web-page', ...repository, ...takeRef(rest), fileUrl };
  }
  if (what === 'archive') return { kind: 'archive', ...repository, ...takeArchiveRef(rest) };
  if (what === 'zipball' || what === 'tarball')
    return { kind: 'archive', ...repository, ...(takeArchiveRef(rest) ?? NEWEST) };
  if (what === 'releases') return { ...repository, ...parseRelease(rest) };
  if (what === undefined) return { kind: 'web-page', ...repository };
  return PAGES.has(what) ? { kind: 'web-page', ...repository, ...takeRef(rest) } : undefined;
}

/** Gitea has the same shape. `segments` begin behind "releases". */
export function parseRelease(segments: readonly string[]): Found {
  const [first, second, third] = segments;
  if (first === 'download' && second !== undefined && third !== undefined)
    return { kind: 'release', ...(second === 'latest' ? toRef(second) : bareRef(second)) };
  if (first === 'latest' && second === 'download' && third !== undefined)
    return { kind: 'release', ...toRef('latest') };
  return { kind: 'web-page' };
}

/** A release is named by its tag, whatever that looks like. */
function bareRef(ref: string): Pick<Found, 'ref' | 'refKind'> {
  return { ref, refKind: 'bare' };
}

function parseApi({ segments, query }: UrlRequest): Found | undefined {
  const [repos, , , what, first, second] = segments;
  if (repos !== 'repos') return undefined;
  const repository = repositoryOf(segments.slice(1));
  if (what === 'contents') {
    return { kind: 'raw', ...repository, ...toRefOrNewest(query.get('ref')) };
  }
  if (what === 'zipball' || what === 'tarball')
    return { kind: 'archive', ...repository, ...(takeArchiveRef(segments.slice(4)) ?? NEWEST) };
  if (what === 'git' && first === 'blobs' && second !== undefined)
    return { kind: 'raw', ...repository, ...toRef(second) };
  return undefined;
}

function repositoryOf([owner, name]: readonly string[]): { readonly repository?: string } {
  return owner === undefined || name === undefined ? {} : { repository: `${owner}/${name}` };
}
