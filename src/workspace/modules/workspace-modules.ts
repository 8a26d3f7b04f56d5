// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import type { ModulePlace, WestProject, Workspace } from '../../core/modules.ts';
import type { Issue } from '../../core/report.ts';
import { count, escapeControls } from '../../core/text.ts';
import { realPath } from '../file-system.ts';
import { isModule } from './is-module.ts';

// More would hide what else is said.
const MAX_ABSENT = 50;

/**
 * The modules among the active projects of `workspace`, in its order, the Zephyr repository left out; and a note of
 * those that are not on disk. Whether a project is a git repository does not matter.
 */
export function projectPlaces(
  workspace: Workspace,
  zephyrBase: string | undefined,
): { readonly places: readonly ModulePlace[]; readonly issues: readonly Issue[] } {
  const zephyr = zephyrBase === undefined ? undefined : realPath(zephyrBase);
  const places: ModulePlace[] = [];
  const absent: WestProject[] = [];
  for (const project of workspace.projects) {
    if (!project.active) continue;
    if (isModule(project.abspath)) {
      if (realPath(project.abspath) === zephyr) continue;
      const defaultName = path.basename(project.abspath);
      places.push({ directory: project.abspath, defaultName, project: project.name });
    } else if (!project.onDisk) {
      absent.push(project);
    }
  }
  return { places, issues: absent.length === 0 ? [] : [absentIssue(absent)] };
}

function absentIssue(projects: readonly WestProject[]): Issue {
  const shown = projects.slice(0, MAX_ABSENT).map(({ name, path: place }) => {
    return escapeControls(name === place ? name : `${name} (${place})`);
  });
  const more = projects.length - shown.length;
  return {
    severity: 'info',
    code: 'BLOBS_NOT_CLONED',
    message: `${count(projects.length, 'active project')} not cloned`,
    facts: more === 0 ? shown : [...shown, `and ${more} more`],
    hint: 'run "west update"',
  };
}
