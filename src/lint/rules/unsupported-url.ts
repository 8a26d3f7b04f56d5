// SPDX-License-Identifier: Apache-2.0
import { findUrlProblem } from '../../fetch/http-url.ts';
import type { Finding, Rule } from '../rule.ts';
import { writtenUrls } from '../url/written-urls.ts';

/** A URL that no download can begin with. */
export const unsupportedUrl: Rule = {
  id: 'unsupported-url',
  severity: 'error',
  checks: '`url` is an absolute URL that begins with https: or http:',
  why: 'A blob whose only URL cannot be read, or is of another kind (ftp:, git:, file:), can be fetched by nobody; west ends the whole run there.',
  mend: 'Write the address at which a browser downloads the file.',
  check: (module) =>
    writtenUrls(module).flatMap(({ entry, at, url, parsed }): Finding[] => {
      const isSound = parsed !== undefined && /^https?:$/.test(parsed.protocol);
      const problem = isSound ? undefined : findUrlProblem(url);
      if (problem === undefined) return [];
      const { message } = problem;
      return [{ entry, at, message, hint: 'write an absolute https: URL' }];
    }),
};
