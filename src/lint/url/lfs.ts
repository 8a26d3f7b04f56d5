// SPDX-License-Identifier: Apache-2.0
import type { ForgeParser } from './url-parts.ts';

/** The base of a Git LFS API: `….git/info/lfs` on any host, `/api/lfs/REPOSITORY` of Artifactory. */
export const parseLfsUrl: ForgeParser = ({ segments }) => {
  const info = segments.findIndex((segment, at) => segment === 'info' && segments[at + 1] === 'lfs');
  const api = segments.findIndex((segment, at) => segment === 'api' && segments[at + 1] === 'lfs');
  if (info > 0) {
    const repository = segments
      .slice(0, info)
      .join('/')
      .replace(/\.git$/, '');
    return { forge: 'Git LFS', kind: 'lfs-api', repository, isKnownHost: false };
  }
  const [name, more] = api === -1 ? [] : segments.slice(api + 2);
  if (name === undefined || more !== undefined) return undefined;
  return { forge: 'Git LFS', kind: 'lfs-api', repository: name, isKnownHost: false };
};
