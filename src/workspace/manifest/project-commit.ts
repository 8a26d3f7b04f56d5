// SPDX-License-Identifier: Apache-2.0
import { findCommit, type Repository } from '../git/repository.ts';
import { isRevisionName } from '../git/revision-name.ts';
import { MANIFEST_REVISION } from './imported-file.ts';
import type { ManifestProject } from './projects.ts';

const OBJECT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i;
const SHORT_OBJECT_ID = /^[0-9a-f]{7,63}$/i;

/**
 * The commit that a project's `revision:` means, as far as its clone can tell: an object id, a tag, or a branch where
 * `west update` or `git fetch` put it. A branch that is nowhere else is where `west update` left it, if that was for
 * this revision (`isUpdated`). Undefined where the clone does not have it.
 *
 * @throws GitReadError
 */
export async function findProjectCommit(
  repository: Repository,
  { revision, remote }: Pick<ManifestProject, 'revision' | 'remote'>,
  isUpdated: () => Promise<boolean>,
): Promise<string | undefined> {
  if (OBJECT_ID.test(revision)) return findCommit(repository, revision);
  const names = revision.startsWith('refs/')
    ? [revision]
    : [
        `refs/tags/${revision}`,
        `refs/west/${revision}`,
        `refs/remotes/${remote}/${revision}`,
        ...(SHORT_OBJECT_ID.test(revision) ? [revision] : []),
      ];
  // A manifest may hold anything, and a search is no revision.
  for (const name of names.filter(isRevisionName)) {
    const commit = await findCommit(repository, name);
    if (commit !== undefined) return commit;
  }
  return (await isUpdated()) ? findCommit(repository, MANIFEST_REVISION) : undefined;
}
