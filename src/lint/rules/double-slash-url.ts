// SPDX-License-Identifier: Apache-2.0
import type { Finding, Fix, Rule } from '../rule.ts';
import { shownUrl, type WrittenUrl, writtenUrls } from '../url/written-urls.ts';

// Archives of the web have a whole URL in their paths, whose slashes belong there.
const DOUBLE = /(?<![:/])\/{2,}/;

/** A path with an empty segment. */
export const doubleSlashUrl: Rule = {
  id: 'double-slash-url',
  severity: 'warning',
  checks: 'the path of `url` has no empty segment ("//")',
  why: 'Two strings were put together badly. Some servers pass over it, others and most mirrors answer 404.',
  mend: 'Write one slash where there are several.',
  isFixable: true,
  check: (module) =>
    writtenUrls(module).flatMap((written): Finding[] => {
      const path = written.parsed?.pathname;
      if (path === undefined || !DOUBLE.test(path)) return [];
      return [
        {
          entry: written.entry,
          at: written.at,
          message: `the path of the URL has an empty segment: ${shownUrl(written.url)}`,
          hint: 'write one slash',
          ...fixOf(written),
        },
      ];
    }),
};

/** To a server that is not known, the slashes may mean something. */
function fixOf({ url, forge }: WrittenUrl): { readonly fix?: Fix } {
  const [, front, path, rest] = /^(\s*https?:\/\/[^/?#]+)([^?#]*)(.*)$/is.exec(url) ?? [];
  if (!forge?.isKnownHost || path === undefined) return {};
  return { fix: { value: `${front}${path.replaceAll(new RegExp(DOUBLE, 'g'), '/')}${rest}` } };
}
