// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import { BlobsError } from '../core/errors.ts';
import type { Workspace } from '../core/modules.ts';
import type { Issue } from '../core/report.ts';
import { escapeControls } from '../core/text.ts';
import { isGitRepository } from './git/git-repository.ts';
import { tidyPath } from './manifest/project-paths.ts';
import { MANIFEST_PROJECT } from './manifest/projects.ts';
import { readManifestFile } from './manifest/read-manifest.ts';
import { resolveManifest } from './manifest/resolve-manifest.ts';
import { unsupportedInConfig } from './manifest/unsupported.ts';
import type { IniValue } from './west-config/ini-value.ts';
import type { WestConfig } from './west-config/west-config.ts';

/** A workspace, and what was worth a warning in it. */
interface LoadedWorkspace {
  readonly workspace: Workspace;
  readonly issues: readonly Issue[];
}

const DEFAULT_MANIFEST_FILE = 'west.yml';

/**
 * Loads the workspace at `topdir`, whose configuration is `config`: its manifest, and which of its projects are on
 * disk. As in west, `manifest.path` and `manifest.file` count in the workspace's own configuration alone, and the
 * manifest repository is the first project.
 *
 * @throws BlobsError `BLOBS_BAD_CONFIG` where the configuration names no manifest or one that is not there,
 *   `BLOBS_MALFORMED_MANIFEST` where the manifest breaks west's rules
 */
export function loadWorkspace(topdir: string, config: WestConfig): LoadedWorkspace {
  const repository = manifestRepository(topdir, config);
  const file = config.getLocal('manifest', 'file');
  checkNoNul(file);
  const fileName = file?.value ?? DEFAULT_MANIFEST_FILE;
  const manifestPath = path.resolve(topdir, repository.value, fileName);
  const namedBy = `manifest.path="${repository.value}", manifest.file="${fileName}"`;

  const document = readManifestFile(manifestPath, namedBy);
  const { projects, issues } = resolveManifest(document, repository.value);
  const all = [{ name: MANIFEST_PROJECT, path: tidyPath(repository.value) }, ...projects];
  const workspace: Workspace = {
    topdir,
    manifestPath,
    projects: all.map(({ name, path: projectPath }) => {
      const abspath = path.resolve(topdir, projectPath);
      return { name, path: projectPath, abspath, active: true, cloned: isGitRepository(abspath) };
    }),
  };
  return { workspace, issues: [...absolutePathIssue(repository), ...unsupportedInConfig(config), ...issues] };
}

function manifestRepository(topdir: string, config: WestConfig): IniValue {
  const hint = 'run "west init", or set it with "west config manifest.path"';
  if (!config.hasLocal) {
    throw new BlobsError(
      'BLOBS_BAD_CONFIG',
      `the configuration file of the workspace ${escapeControls(topdir)} is not there`,
      { hint },
    );
  }
  const found = config.getLocal('manifest', 'path');
  if (found === undefined) {
    const message = `the configuration of the workspace ${escapeControls(topdir)} has no manifest.path`;
    throw new BlobsError('BLOBS_BAD_CONFIG', message, { hint });
  }
  checkNoNul(found);
  return found;
}

function checkNoNul(found: IniValue | undefined): void {
  if (!found?.value.includes('\0')) return;
  const { file, line } = found;
  throw new BlobsError('BLOBS_BAD_CONFIG', 'a path in the configuration holds a NUL character', {
    file,
    line,
  });
}

function absolutePathIssue({ value, file, line }: IniValue): readonly Issue[] {
  if (!path.isAbsolute(value)) return [];
  const message = `manifest.path should not be absolute: ${escapeControls(value)}`;
  return [{ severity: 'warning', code: 'BLOBS_BAD_CONFIG', message, file, line }];
}
