// SPDX-License-Identifier: Apache-2.0
import type { Finding, Fix, Rule } from '../rule.ts';
import { shownUrl, type WrittenUrl, writtenUrls } from '../url/written-urls.ts';

const HTTP = /^\s*http:/i;

/** Bytes that come over a connection that everybody on the way can read and change. */
export const insecureHttp: Rule = {
  id: 'insecure-http',
  severity: 'warning',
  checks: '`url` begins with https:, not http:',
  why: 'The checksum shows changed bytes, but anybody on the way sees what is fetched and can keep it from arriving; many networks let no http through.',
  mend: 'Write https:, and ask the vendor for it where the server does not have it.',
  isFixable: true,
  check: (module) =>
    writtenUrls(module).flatMap((written): Finding[] => {
      const { entry, at, url } = written;
      if (!HTTP.test(url)) return [];
      return [
        {
          entry,
          at,
          message: `the URL begins with http: ${shownUrl(url)}`,
          hint: 'write https:, if the server has it',
          ...fixOf(written),
        },
      ];
    }),
};

/** Of the forges it is known that https leads to the same. */
function fixOf({ url, forge }: WrittenUrl): { readonly fix?: Fix } {
  if (!forge?.isKnownHost || /^\s*http:\/\/[^/]*:\d/i.test(url)) return {};
  return { fix: { value: url.replace(HTTP, 'https:') } };
}
