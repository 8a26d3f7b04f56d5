// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../../core/errors.ts';
import { escapeControls, shorten } from '../../core/text.ts';
import { isRevisionName } from '../../workspace/git/revision-name.ts';

/** Two revisions, or one and the working tree. */
export interface RevisionRange {
  readonly before: string;
  /** Undefined for the working tree. */
  readonly after: string | undefined;
}

const MAX_SHOWN_CHARACTERS = 80;

/**
 * Reads `REV`, `REV..REV`, `REV..` and `..REV`; a side without a name is HEAD, as in git. What could be more to git
 * than the name of a commit is refused here.
 *
 * @throws BlobsError `BLOBS_USAGE`
 */
export function parseRevisionRange(text: string): RevisionRange {
  if (text.includes('...')) {
    throw refused(text, 'compares with a merge base, which is not supported', 'write REV..REV');
  }
  const [before = '', after, ...more] = text.split('..');
  if (more.length > 0 || text === '..' || text === '') throw refused(text, 'is no range of revisions', USAGE);
  return {
    before: checkRevision(before || 'HEAD', text),
    after: after === undefined ? undefined : checkRevision(after || 'HEAD', text),
  };
}

const USAGE = 'give one revision, or two as REV..REV; see gitrevisions(7) for what a revision is';

function checkRevision(revision: string, text: string): string {
  if (isRevisionName(revision)) return revision;
  throw refused(text, 'is not the name of a revision', USAGE);
}

function refused(text: string, problem: string, hint: string): BlobsError {
  const shown = escapeControls(shorten(text, MAX_SHOWN_CHARACTERS));
  return new BlobsError('BLOBS_USAGE', `"${shown}" ${problem}`, { hint });
}
