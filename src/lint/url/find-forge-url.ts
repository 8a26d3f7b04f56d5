// SPDX-License-Identifier: Apache-2.0
import { findUrl } from '../../core/url.ts';
import { parseBitbucketUrl } from './bitbucket.ts';
import { parseCgitUrl } from './cgit.ts';
import type { ForgeUrl } from './forge-url.ts';
import { parseGiteaUrl } from './gitea.ts';
import { parseGiteeUrl } from './gitee.ts';
import { parseGithubUrl } from './github.ts';
import { parseGitlabUrl } from './gitlab.ts';
import { parseHuggingFaceUrl } from './hugging-face.ts';
import { parseLfsUrl } from './lfs.ts';
import { toRequest } from './url-parts.ts';

// A host that is known for its forge comes before a shape that several could have.
const PARSERS = [
  parseLfsUrl,
  parseGithubUrl,
  parseGiteeUrl,
  parseHuggingFaceUrl,
  parseBitbucketUrl,
  parseGitlabUrl,
  parseGiteaUrl,
  parseCgitUrl,
];

/**
 * What the shape of a URL says of the place that it leads to, where that is a forge that this program knows. A host
 * that is not known counts only where its URL cannot be meant otherwise. Asks nobody. `url` is what `text`
 * spells, where the caller knows it.
 */
export function findForgeUrl(text: string, url = findUrl(text)): ForgeUrl | undefined {
  if (url === undefined || !/^https?:$/.test(url.protocol)) return undefined;
  const request = toRequest(url);
  for (const parse of PARSERS) {
    const found = parse(request);
    if (found !== undefined) return found;
  }
  return undefined;
}
