// SPDX-License-Identifier: Apache-2.0
import { BlobsError, type ErrorDetails } from '../core/errors.ts';
import { isInside, realPath } from './file-system.ts';

/**
 * `error` without the line that it shows, where that line is of a file outside of `topdir`, links resolved. West follows
 * a manifest out of the workspace, and so does this program; but whoever writes a workspace must not learn, from the
 * log of another's run, what is in files of theirs.
 */
export function withoutForeignSource(error: unknown, topdir: string): unknown {
  if (!(error instanceof BlobsError) || !isForeign(error.details, topdir)) return error;
  const { sourceLine: _, ...details } = error.details;
  // Its cause may carry the line too.
  return new BlobsError(error.code, error.message, details);
}

/** The same for anything that carries such a line. */
export function hideForeignSource<T extends ErrorDetails>(issue: T, topdir: string): T {
  if (!isForeign(issue, topdir)) return issue;
  const { sourceLine: _, ...rest } = issue;
  return rest as T;
}

function isForeign({ file, sourceLine }: ErrorDetails, topdir: string): boolean {
  return file !== undefined && sourceLine !== undefined && !isInside(realPath(topdir), realPath(file));
}
