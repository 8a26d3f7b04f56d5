// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import type { Workspace } from '../core/modules.ts';
import type { WestConfig } from './west-config/west-config.ts';

/**
 * The Zephyr repository of a workspace: `given` (from an option or `ZEPHYR_BASE`), else west's `zephyr.base`, else
 * the project named "zephyr", else the one whose path is "zephyr" (as west's main.py looks for it). Absolute.
 *
 * @throws BlobsError `BLOBS_BAD_CONFIG` where `zephyr.base` cannot be expanded
 */
export function findZephyrBase(from: {
  readonly given: string | undefined;
  readonly config: WestConfig;
  readonly workspace: Pick<Workspace, 'projects' | 'topdir'>;
}): string | undefined {
  const { given, config, workspace } = from;
  if (given) return path.resolve(given);
  const configured = config.get('zephyr', 'base')?.value;
  if (configured) return path.resolve(workspace.topdir, configured);
  const { projects, topdir } = workspace;
  const project =
    projects.find(({ name }) => name === 'zephyr') ??
    projects.find(({ abspath }) => abspath === path.join(topdir, 'zephyr'));
  return project?.abspath;
}
