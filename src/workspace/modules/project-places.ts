// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import type { ModulePlace, WestProject, WithoutModule, Workspace } from '../../core/modules.ts';
import type { Issue } from '../../core/report.ts';
import { count, escapeControls } from '../../core/text.ts';
import { exists, realPath } from '../file-system.ts';
import { isModule } from './is-module.ts';

// More would hide what else is said.
const MAX_ABSENT = 50;

/**
 * The modules among the projects of `workspace`, in its order; why each of the others is none; and a note of those that
 * are not on disk. Whether a project is a git repository does not matter.
 */
export function projectPlaces(
  { projects }: Pick<Workspace, 'projects'>,
  zephyrBase: string | undefined,
): {
  readonly places: readonly ModulePlace[];
  readonly withoutModule: Workspace['withoutModule'];
  readonly issues: readonly Issue[];
} {
  const zephyr = zephyrBase === undefined ? undefined : realPath(zephyrBase);
  const places: ModulePlace[] = [];
  const withoutModule = new Map<string, WithoutModule>();
  for (const project of projects) {
    const reason = whyNoModule(project, zephyr);
    if (reason !== undefined) withoutModule.set(project.name, reason);
    else {
      const { name, abspath } = project;
      places.push({ directory: abspath, defaultName: path.basename(abspath), project: name });
    }
  }
  const absent = projects.filter(({ name }) => withoutModule.get(name) === 'absent');
  return { places, withoutModule, issues: absent.length === 0 ? [] : [absentIssue(absent)] };
}

function whyNoModule(
  { active, abspath }: WestProject,
  zephyr: string | undefined,
): WithoutModule | undefined {
  if (!active) return 'inactive';
  const holdsModule = isModule(abspath);
  if (!holdsModule && !exists(abspath)) return 'absent';
  if (zephyr !== undefined && realPath(abspath) === zephyr) return 'zephyr';
  return holdsModule ? undefined : 'no-module';
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
