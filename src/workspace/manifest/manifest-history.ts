// SPDX-License-Identifier: Apache-2.0
import type { SourcePosition } from '../../yaml/yaml-document.ts';
import type { ImportBudget } from './import-budget.ts';
import type { ImportRequest } from './import-value.ts';
import type { ImportedFile } from './imported-file.ts';
import type { ManifestProject } from './projects.ts';

/** Where imports come from as of a revision of the manifest repository. */
export interface ManifestHistory {
  /** The commit of the manifest repository, an object id; undefined for its working tree. */
  readonly commit: string | undefined;
  /**
   * The commit that a project's `revision:` means in its clone.
   *
   * @throws BlobsError `BLOBS_IMPORT_FAILED`
   */
  findCommit(project: ManifestProject, importer: SourcePosition): Promise<string>;
  /**
   * What a `self: import:` brings from a commit of the repository in `directory`.
   *
   * @throws BlobsError `BLOBS_IMPORT_FAILED`, `BLOBS_MALFORMED_MANIFEST`
   */
  readSelfImport(
    request: ImportRequest,
    place: { readonly directory: string; readonly commit: string; readonly budget: ImportBudget },
  ): Promise<readonly ImportedFile[]>;
}
