// SPDX-License-Identifier: Apache-2.0

import type { ModuleFiles } from '../module/module-files.ts';
import { isPermissive } from '../spdx/permissive.ts';
import type { SpdxLookup } from '../spdx/spdx-lookup.ts';
import { isHeader } from './is-header.ts';

const MAX_DIRECTORIES = 10_000;
const MAX_NAMES = 200_000;
const MAX_HEADERS = 3_000;
// The tag stands in the first comment.
const MAX_TAG_BYTES = 4096;

/** What was looked at on the way to a header; where one was found, up to it. */
export interface HeaderSearch {
  readonly isFound: boolean;
  /** Whether everything was looked at that there is. */
  readonly isComplete: boolean;
  readonly headers: number;
  readonly directories: number;
  /** Licences that headers have and that do not count, a few of them. */
  readonly others: readonly string[];
}

const MAX_OTHERS = 5;

/**
 * Looks in a module, directories of directories last, for a header under a licence that the OSI has approved and that
 * is not copyleft, as the header itself or REUSE says it. Follows no link, and ends after some thousand headers.
 *
 * @throws the signal's reason
 */
export async function searchInterfaceHeader(
  files: ModuleFiles,
  spdx: SpdxLookup,
  signal: AbortSignal,
): Promise<HeaderSearch> {
  const known = new Map<string, Promise<boolean>>();
  const others = new Set<string>();
  const queue = [''];
  let headers = 0;
  let names = 0;
  let directories = 0;
  const result = (isFound: boolean, isComplete: boolean): HeaderSearch => {
    return { isFound, isComplete, headers, directories, others: [...others].slice(0, MAX_OTHERS) };
  };
  for (const directory of queue) {
    signal.throwIfAborted();
    if (directories >= MAX_DIRECTORIES || names >= MAX_NAMES) return result(false, false);
    directories += 1;
    for (const [name, kind] of files.list(directory)) {
      names += 1;
      const path = directory === '' ? name : `${directory}/${name}`;
      if (kind === 'directory' && name !== '.git') queue.push(path);
      if (kind !== 'file' || !isHeader(name)) continue;
      if (headers >= MAX_HEADERS) return result(false, false);
      headers += 1;
      for (const { expressions } of await spdx.find(path, { tagBytes: MAX_TAG_BYTES })) {
        const expression = expressions.join(' AND ');
        const permissive = known.get(expression) ?? isPermissive(expression);
        known.set(expression, permissive);
        if (await permissive) return result(true, false);
        others.add(expression);
      }
    }
  }
  return result(false, true);
}
