// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import type { ModulePlace, Workspace } from '../../core/modules.ts';
import type { Issue } from '../../core/report.ts';
import { escapeControls } from '../../core/text.ts';
import { exists, realPath } from '../file-system.ts';
import { isModule } from './is-module.ts';

/**
 * The modules among the active projects of `workspace`, in its order, the Zephyr repository left out; and a note for
 * each project that is not on disk. Whether a project is a git repository does not matter.
 */
export function projectPlaces(
  workspace: Workspace,
  zephyrBase: string | undefined,
): { readonly places: readonly ModulePlace[]; readonly issues: readonly Issue[] } {
  const zephyr = zephyrBase === undefined ? undefined : realPath(zephyrBase);
  const places: ModulePlace[] = [];
  const issues: Issue[] = [];
  for (const project of workspace.projects) {
    if (!project.active) continue;
    if (isModule(project.abspath)) {
      if (realPath(project.abspath) === zephyr) continue;
      const defaultName = path.basename(project.abspath);
      places.push({ directory: project.abspath, defaultName, project: project.name });
    } else if (!exists(project.abspath)) {
      issues.push({
        severity: 'info',
        code: 'BLOBS_NOT_CLONED',
        message: `project "${escapeControls(project.name)}" is not on disk (${escapeControls(project.path)})`,
        hint: 'run "west update"',
      });
    }
  }
  return { places, issues };
}
