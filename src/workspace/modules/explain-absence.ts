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
  if (project.inactive) {
    const { because, hint } = project.inactive;
    return say(`of the workspace is not active: ${escapeControls(because)}`, escapeControls(hint));
  }
  if (!project.onDisk) return say('of the workspace is not cloned', 'run "west update"');
  if (project.abspath === workspace?.zephyrBase) {
    return say('is the Zephyr repository, which is no module', '"blobs modules" lists all modules');
  }
  const module = modules.find(({ directory }) => directory === project.abspath);
  if (module === undefined)
    return say('of the workspace holds no module', '"blobs modules" lists all modules');
  return say(`holds the module ${escapeControls(module.name)}`, `say ${escapeControls(module.name)}`);
}
