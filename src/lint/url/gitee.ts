// SPDX-License-Identifier: Apache-2.0
import { parseGithubSite } from './github.ts';
import type { ForgeParser } from './url-parts.ts';

/** URLs of gitee.com, which has the shapes of GitHub. */
export const parseGiteeUrl: ForgeParser = (request) => {
  const found = request.host === 'gitee.com' ? parseGithubSite(request) : undefined;
  return found && { forge: 'Gitee', isKnownHost: true, ...found };
};
