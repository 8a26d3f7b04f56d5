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

const OLD_SHAPES = new Set(['raw', 'blob', 'tree']);

/** URLs of GitLab on any host: `/-/` stands in no other forge's, `/api/v4/projects/` neither. */
export const parseGitlabUrl: ForgeParser = (request) => {
  const isKnownHost = request.host === 'gitlab.com';
  const found = parseApi(request) ?? parseSite(request, isKnownHost);
  return found && { forge: 'GitLab', isKnownHost, ...found };
};

function parseSite(request: UrlRequest, isKnownHost: boolean): Found | undefined {
  const { segments } = request;
  const dash = segments.indexOf('-');
  if (dash >= 2) return parseBehindDash(request, dash);
  // Before GitLab 12 there was no dash; gitlab.com still takes it.
  const old = isKnownHost ? segments.findIndex((segment, at) => at >= 2 && OLD_SHAPES.has(segment)) : -1;
  return old === -1 ? undefined : parseTree(request, old, segments.slice(0, old));
}

function parseBehindDash(request: UrlRequest, dash: number): Found | undefined {
  const { segments } = request;
  const project = segments.slice(0, dash);
  const repository = project.join('/');
  const what = segments[dash + 1] ?? '';
  const rest = segments.slice(dash + 2);
  if (OLD_SHAPES.has(what) || what === 'blame') return parseTree(request, dash + 1, project);
  if (what === 'archive') {
    // The last segment is the name that the file gets.
    const ref = rest.length > 1 ? takeArchiveRef(rest.slice(0, -1)) : NEWEST;
    return { kind: 'archive', repository, ...ref };
  }
  if (what === 'jobs' && rest[0] === 'artifacts')
    return { kind: 'archive', repository, ...takeRef(rest.slice(1)) };
  if (what === 'jobs') return { kind: rest[1] === 'artifacts' ? 'archive' : 'web-page', repository };
  if (what !== 'releases') return undefined;
  const [tag = '', second, third] = rest;
  if (tag === 'permalink' && second === 'latest' && third === 'downloads')
    return { kind: 'release', repository, ...toRef('latest') };
  return second === 'downloads'
    ? { kind: 'release', repository, ref: tag, refKind: 'bare' }
    : { kind: 'web-page', repository };
}

/** `at` is the place of "raw", "blob" or the like. */
function parseTree(request: UrlRequest, at: number, project: readonly string[]): Found {
  const { segments, query } = request;
  const repository = project.join('/');
  const named = takeRef(segments.slice(at + 1));
  const type = query.get('ref_type');
  const isPlain = named !== undefined && !/hash$/.test(named.refKind) && !named.ref.startsWith('refs/');
  const ref = isPlain && (type === 'heads' || type === 'tags') ? toRef(`refs/${type}/${named.ref}`) : named;
  if (segments[at] === 'raw') return { kind: 'raw', repository, ...ref };
  const isFile = segments[at] === 'blob';
  const fileUrl = isFile ? withSegment(request, { from: 'blob', to: 'raw', index: at }) : undefined;
  return { kind: 'web-page', repository, ...ref, ...(fileUrl === undefined ? {} : { fileUrl }) };
}

function parseApi({ segments, query }: UrlRequest): Found | undefined {
  const start = segments.indexOf('api');
  if (start === -1 || segments[start + 1] !== 'v4' || segments[start + 2] !== 'projects') return undefined;
  const repository = segments[start + 3];
  if (repository === undefined) return undefined;
  const rest = segments.slice(start + 4);
  const ref = toRefOrNewest(query.get('ref') ?? query.get('sha'));
  if (rest[0] === 'jobs' && rest[1] === 'artifacts')
    return { kind: 'archive', repository, ...takeRef(rest.slice(2)) };
  if (rest[0] !== 'repository') return undefined;
  if (rest[1] === 'files') return { kind: query.has('lfs') ? 'media' : 'raw', repository, ...ref };
  if (rest[1] === 'blobs' && rest[2] !== undefined) return { kind: 'raw', repository, ...toRef(rest[2]) };
  return /^archive(?:\.|$)/.test(rest[1] ?? '') ? { kind: 'archive', repository, ...ref } : undefined;
}
