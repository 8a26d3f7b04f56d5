// SPDX-License-Identifier: Apache-2.0
import { shorten } from '../../core/text.ts';
import type { Finding, Rule } from '../rule.ts';
import { fileUrls } from '../url/written-urls.ts';

const MAX_SHOWN_CHARACTERS = 120;

/** A file that is called otherwise where it comes from. */
export const basenameDiffers: Rule = {
  id: 'basename-differs',
  severity: 'info',
  checks: '`path` and `url` end in the same file name',
  why: 'A file that is renamed on the way is hard to find at its vendor again, and a wrong name is often the trace of a copied entry.',
  mend: 'Keep the name that the vendor gave the file, unless the build needs another.',
  check: (module) =>
    fileUrls(module).flatMap(({ entry, at, parsed }): Finding[] => {
      const { path } = entry.value;
      const theirs = findLastSegment(parsed);
      if (typeof path !== 'string' || theirs === undefined) return [];
      const ours = path.slice(path.lastIndexOf('/') + 1);
      if (theirs === ours || decode(theirs) === ours) return [];
      return [
        {
          entry,
          at,
          message: `the URL ends in "${shorten(decode(theirs), MAX_SHOWN_CHARACTERS)}", the path in "${shorten(ours, MAX_SHOWN_CHARACTERS)}"`,
          hint: 'check that it is the file that is meant',
        },
      ];
    }),
};

/** Undefined where the URL's path has no name at its end. */
function findLastSegment(url: URL | undefined): string | undefined {
  const path = url?.pathname;
  return path === undefined || path.endsWith('/') ? undefined : path.slice(path.lastIndexOf('/') + 1);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
