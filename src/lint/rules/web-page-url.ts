// SPDX-License-Identifier: Apache-2.0
import type { Finding, Rule } from '../rule.ts';
import { fileUrls, shownUrl, type WrittenUrl } from '../url/written-urls.ts';

/** A URL that shows a file to people instead of giving it. */
export const webPageUrl: Rule = {
  id: 'web-page-url',
  severity: 'error',
  checks: '`url` leads to a file, not to a page about it (/blob/ and the like) nor to an API',
  why: 'What is downloaded there is HTML or an error, so that the checksum can never be right.',
  mend: 'Write the address of the file itself: what the "Raw" button of the page leads to. The base of a Git LFS API wants "fetcher: lfs" and "size:".',
  isFixable: true,
  check: (module) => fileUrls(module).flatMap(check),
};

function check({ entry, at, url, forge }: WrittenUrl): Finding[] {
  if (forge?.kind === 'lfs-api')
    return [
      {
        entry,
        at,
        message: `the URL is the base of a Git LFS API: ${shownUrl(url)}`,
        hint: 'add "fetcher: lfs" and "size:" to the entry',
      },
    ];
  if (forge?.kind !== 'web-page') return [];
  const { fileUrl, isKnownHost } = forge;
  return [
    {
      entry,
      at,
      message: `the URL leads to a web page of ${forge.forge}, not to a file: ${shownUrl(url)}`,
      hint: fileUrl === undefined ? 'write the address of the file itself' : `write ${shownUrl(fileUrl)}`,
      // Where the forge is guessed from the shape, a person should look first.
      ...(fileUrl === undefined || !isKnownHost ? {} : { fix: { value: fileUrl } }),
    },
  ];
}
