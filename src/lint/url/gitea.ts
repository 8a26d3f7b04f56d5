// SPDX-License-Identifier: Apache-2.0
import type { UrlRef } from './forge-url.ts';
import { parseRelease } from './github.ts';
import {
  type ForgeParser,
  type Found,
  takeArchiveRef,
  takeRef,
  toRef,
  toRefOrNewest,
  type UrlRequest,
  withSegment,
} from './url-parts.ts';

const HOSTS = new Set(['codeberg.org', 'gitea.com']);
const FILES = new Set(['raw', 'media', 'src']);

/** URLs of Gitea and Forgejo on any host: `/raw/branch/…` and the like; other shapes on hosts that are known. */
export const parseGiteaUrl: ForgeParser = (request) => {
  const isKnownHost = HOSTS.has(request.host);
  const found = parseFile(request, isKnownHost) ?? (isKnownHost ? parseSite(request) : undefined);
  return found && { forge: 'Gitea', isKnownHost, ...found };
};

function parseFile(request: UrlRequest, isKnownHost: boolean): Found | undefined {
  const { segments } = request;
  // A forge may lie below a path of its host.
  const at = segments.findIndex((segment, index) => index >= 2 && FILES.has(segment));
  const what = segments[at];
  if (at === -1 || what === undefined) return undefined;
  const repository = `${segments[at - 2]}/${segments[at - 1]}`;
  const rest = segments.slice(at + 1);
  const ref = takeTypedRef(rest) ?? findOldRef(rest, what, isKnownHost);
  if (ref === undefined) return undefined;
  if (what !== 'src') return { kind: what === 'media' ? 'media' : 'raw', repository, ...ref };
  const fileUrl = withSegment(request, { from: 'src', to: 'raw', index: at });
  return { kind: 'web-page', repository, ...ref, ...(rest.length > 2 ? { fileUrl } : {}) };
}

/** "branch/NAME", "tag/NAME", "commit/HASH", with a path behind it. */
function takeTypedRef([type, name, path]: readonly string[]): UrlRef | undefined {
  if (name === undefined || path === undefined) return undefined;
  if (type === 'branch') return toRef(`refs/heads/${name}`);
  if (type === 'tag') return toRef(`refs/tags/${name}`);
  return type === 'commit' ? toRef(name) : undefined;
}

/** Without a type; with refs/ nothing else can be meant, on whatever host. */
function findOldRef(rest: readonly string[], what: string, isKnownHost: boolean): UrlRef | undefined {
  const isFull = what === 'raw' && rest[0] === 'refs' && /^(?:heads|tags)$/.test(rest[1] ?? '');
  return isKnownHost || isFull ? takeRef(rest) : undefined;
}

function parseSite({ segments, query }: UrlRequest): Found | undefined {
  if (segments[0] === 'api' && segments[1] === 'v1' && segments[2] === 'repos') {
    const [owner, name, what] = segments.slice(3);
    if (what !== 'raw' && what !== 'media') return undefined;
    return { kind: what, repository: `${owner}/${name}`, ...toRefOrNewest(query.get('ref')) };
  }
  const [owner, name, what, ...rest] = segments;
  if (owner === undefined || name === undefined) return undefined;
  const repository = `${owner}/${name}`;
  if (what === 'archive') return { kind: 'archive', repository, ...takeArchiveRef(rest) };
  if (what === 'releases') return { repository, ...parseRelease(rest) };
  return what === undefined ? { kind: 'web-page', repository } : undefined;
}
