// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { Module } from '../core/blob.ts';
import { BlobsError } from '../core/errors.ts';
import type { WestProject, Workspace } from '../core/modules.ts';
import { count, escapeControls } from '../core/text.ts';
import { closestNames } from './closest-names.ts';

const MAX_SUGGESTIONS = 3;

/**
 * The error for names (at least one) that no module has. Where the first is a project's, it says why that is no module
 * here; else it names the modules that are spelt most like it.
 */
export function unknownModules(
  unknown: readonly string[],
  modules: readonly Module[],
  workspace: Workspace | undefined,
): BlobsError {
  const [first = ''] = unknown;
  const projects = workspace?.projects ?? [];
  const named = projects.find(({ name, abspath }) => name === first || basename(abspath) === first);
  const { facts, hint } = named ? aboutProject(named, modules) : closest(first, modules, projects);
  const message = `unknown module${unknown.length > 1 ? 's' : ''}: ${unknown.map(escapeControls).join(', ')}`;
  return new BlobsError('BLOBS_UNKNOWN_MODULE', message, { facts, hint });
}

interface Advice {
  readonly facts: readonly string[];
  readonly hint: string;
}

function aboutProject(project: WestProject, modules: readonly Module[]): Advice {
  const say = (problem: string, hint: string): Advice => {
    return { facts: [`the project ${escapeControls(project.name)} of the workspace ${problem}`], hint };
  };
  if (!project.active) {
    return say('is not active', 'see "manifest.group-filter" and "manifest.project-filter" of "west config"');
  }
  if (!existsSync(project.abspath)) return say('is not cloned', 'run "west update"');
  const module = modules.find(({ directory }) => directory === project.abspath);
  if (module === undefined)
    return say('is no module with blobs of its own', '"blobs modules" lists all modules');
  const name = escapeControls(module.name);
  return say(`holds the module ${name}`, `say ${name}`);
}

function closest(name: string, modules: readonly Module[], projects: readonly WestProject[]): Advice {
  const absent = projects.filter(({ active, abspath }) => active && !existsSync(abspath)).length;
  const are = absent === 1 ? 'is' : 'are';
  const facts = absent === 0 ? [] : [`${count(absent, 'project')} of the workspace ${are} not cloned`];
  const names = [...new Set(modules.map((module) => module.name))];
  const found = closestNames(name, names, MAX_SUGGESTIONS).map(escapeControls);
  if (found.length === 0) {
    return { facts, hint: 'there is no module at all; "blobs modules" shows where they are looked for' };
  }
  const those = found.length === 1 ? 'name is' : 'names are';
  return { facts, hint: `the closest ${those} ${found.join(', ')}; "blobs modules" lists all` };
}
