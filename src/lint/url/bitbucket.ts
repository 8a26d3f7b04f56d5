// SPDX-License-Identifier: Apache-2.0
import {
  type ForgeParser,
  type Found,
  takeArchiveRef,
  takeRef,
  toRefOrNewest,
  type UrlRequest,
  withSegment,
} from './url-parts.ts';

/** URLs of bitbucket.org, and of Bitbucket Data Center on any host: `/projects/KEY/repos/NAME/…`. */
export const parseBitbucketUrl: ForgeParser = (request) => {
  const { host } = request;
  const found =
    host === 'bitbucket.org'
      ? parseCloud(request)
      : host === 'api.bitbucket.org'
        ? parseCloudApi(request)
        : parseDataCenter(request);
  return found && { forge: 'Bitbucket', isKnownHost: host.endsWith('bitbucket.org'), ...found };
};

function parseCloud(request: UrlRequest): Found | undefined {
  const { segments } = request;
  const [owner, name, what] = segments;
  if (owner === undefined || name === undefined) return undefined;
  const repository = `${owner}/${name}`;
  const rest = segments.slice(3);
  if (what === 'raw') return { kind: 'raw', repository, ...takeRef(rest) };
  if (what === 'get') return { kind: 'archive', repository, ...takeArchiveRef(rest) };
  if (what === 'downloads' && rest.length > 0) return { kind: 'release', repository };
  if (what !== 'src') return what === undefined ? { kind: 'web-page', repository } : undefined;
  const fileUrl = withSegment(request, { from: 'src', to: 'raw', index: 2 });
  return { kind: 'web-page', repository, ...takeRef(rest), ...(rest.length > 1 ? { fileUrl } : {}) };
}

function parseCloudApi({ segments }: UrlRequest): Found | undefined {
  const [version, repositories, owner, name, what, ...rest] = segments;
  if (version !== '2.0' || repositories !== 'repositories' || what !== 'src') return undefined;
  return { kind: 'raw', repository: `${owner}/${name}`, ...takeRef(rest) };
}

function parseDataCenter({ segments, query }: UrlRequest): Found | undefined {
  const start = segments.findIndex(
    (segment, at) => (segment === 'projects' || segment === 'users') && segments[at + 2] === 'repos',
  );
  const [, key, , name, what] = start === -1 ? [] : segments.slice(start);
  if (key === undefined || name === undefined) return undefined;
  const repository = `${key}/${name}`;
  const ref = toRefOrNewest(query.get('at'));
  if (what === 'raw') return { kind: 'raw', repository, ...ref };
  if (what === 'archive') return { kind: 'archive', repository, ...ref };
  return what === 'browse' ? { kind: 'web-page', repository, ...ref } : undefined;
}
