// SPDX-License-Identifier: Apache-2.0
import type { BlobsError } from '../core/errors.ts';

/**
 * One thing to try where a maintainer's own URL fails: whoever fetches is told of the maintainer, and of mirrors, which is
 * no help to the maintainer. `hasMirrors` tells whether the command can use some.
 */
export function maintainerHint(
  { details: { hint } }: BlobsError,
  { hasMirrors }: { readonly hasMirrors: boolean },
): { readonly hint?: string } {
  if (hint === undefined) return {};
  if (!(hasMirrors ? /maintainer/ : /maintainer|--mirror/).test(hint)) return { hint };
  return { hint: 'look at the URL in a browser; for a private file see netrc and GITHUB_TOKEN' };
}
