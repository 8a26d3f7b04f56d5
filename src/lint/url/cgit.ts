// SPDX-License-Identifier: Apache-2.0
import type { UrlKind } from './forge-url.ts';
import { type ForgeParser, toRefOrNewest, type UrlRequest } from './url-parts.ts';

const KINDS: Readonly<Record<string, UrlKind>> = { plain: 'raw', tree: 'web-page', blob: 'raw' };
// The one host of the kind that is known by name to everybody who needs firmware.
const HOSTS = new Set(['git.kernel.org']);

/** URLs of cgit (`/plain/FILE?h=REF`, `?id=HASH`) and of gitweb (`?a=blob_plain&hb=REF`), on any host. */
export const parseCgitUrl: ForgeParser = (request) => {
  const { host, segments, query } = request;
  const isKnownHost = HOSTS.has(host);
  const found = parseGitweb(request);
  if (found) return { forge: 'cgit', isKnownHost, ...found };
  const at = segments.findIndex((segment, index) => index >= 1 && Object.hasOwn(KINDS, segment));
  const kind = KINDS[segments[at] ?? ''];
  const id = query.get('id') ?? query.get('id2');
  const head = query.get('h');
  if (kind === undefined || (!id && !head && !isKnownHost)) return undefined;
  // cgit calls it a head, and takes a tag too.
  const ref = toRefOrNewest(id || head);
  return { forge: 'cgit', isKnownHost, repository: segments.slice(0, at).join('/'), kind, ...ref };
};

function parseGitweb({ url, query }: UrlRequest): { readonly kind: UrlKind } | undefined {
  // Gitweb parts the pairs of its query by semicolons.
  const pairs = new Map(query);
  for (const pair of url.search.slice(1).split(/[;&]/)) {
    const [name = '', value = ''] = pair.split('=', 2);
    pairs.set(name, value);
  }
  const action = pairs.get('a');
  if (!pairs.has('p') || (action !== 'blob_plain' && action !== 'blob')) return undefined;
  const ref = toRefOrNewest(pairs.get('hb') || pairs.get('h'));
  return { kind: action === 'blob' ? 'web-page' : 'raw', ...ref };
}
