// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../../core/errors.ts';
import type { Issue } from '../../core/report.ts';
import { escapeControls } from '../../core/text.ts';
import { WHITE_SPACE } from '../python/white-space.ts';
import type { ProjectFilter } from './project-filter.ts';
import type { ManifestProject } from './projects.ts';
import { malformedAt } from './read-manifest.ts';

const RESERVED = new RegExp(`[${WHITE_SPACE},]`);

/**
 * Checks the name of a project that becomes part of the workspace. White space and commas are only warned of, unless
 * there is a filter whose items they could not be told from.
 *
 * @throws BlobsError `BLOBS_MALFORMED_MANIFEST` for slashes, `BLOBS_BAD_CONFIG` for a name that the filter rules out
 */
export function checkProjectName({ name, origin }: ManifestProject, filter: ProjectFilter): readonly Issue[] {
  if (/[\\/]/.test(name)) {
    throw malformedAt(origin, `invalid project name "${name}": it holds a slash or backslash`);
  }
  if (!RESERVED.test(name)) return [];
  const problem = `the name of project "${escapeControls(name)}" holds a comma or white space`;
  if (!filter.isEmpty) {
    const message = `${problem}, which does not go together with manifest.project-filter`;
    throw new BlobsError('BLOBS_BAD_CONFIG', message, origin);
  }
  const message = `${problem}, which a later release of west will refuse`;
  return [{ severity: 'warning', code: 'BLOBS_DEPRECATED_MANIFEST', message, ...origin }];
}
