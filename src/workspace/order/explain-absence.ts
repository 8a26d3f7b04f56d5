// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import type { Module } from '../../core/blob.ts';
import type { Workspace } from '../../core/modules.ts';
import { escapeControls } from '../../core/text.ts';

/** Why there is no module of some name, and what to do about it. */
export interface Absence {
  readonly fact: string;
  readonly hint: string;
}

const LIST_ALL = '"blobs modules --all" shows all projects';

/**
 * Why none of `modules` is named `name`, where the workspace has a project of that name, or at a directory of that
 * name; undefined where it has none.
 */
export function explainAbsence(
  name: string,
  modules: readonly Module[],
  workspace: Workspace | undefined,
): Absence | undefined {
  const project =
    workspace?.projects.find((one) => one.name === name) ??
    workspace?.projects.find(({ abspath }) => path.basename(abspath) === name);
  if (project === undefined) return undefined;
  const shown = escapeControls(project.name);
  const say = (problem: string, hint: string): Absence => ({ fact: `the project ${shown} ${problem}`, hint });
  switch (workspace?.withoutModule.get(project.name)) {
    case 'inactive': {
      const { because = 'it was filtered out', hint = LIST_ALL } = project.inactive ?? {};
      return say(`of the workspace is not active: ${escapeControls(because)}`, escapeControls(hint));
    }
    case 'absent':
      return say('of the workspace is not cloned', 'run "west update"');
    case 'zephyr':
      return say('is the Zephyr repository, which is no module', LIST_ALL);
    case 'no-module':
      return say('of the workspace holds no module', LIST_ALL);
    case undefined: {
      const module = modules.find(({ directory }) => directory === project.abspath);
      return (
        module && say(`holds the module ${escapeControls(module.name)}`, `say ${escapeControls(module.name)}`)
      );
    }
  }
}
