// SPDX-License-Identifier: Apache-2.0
import { basename } from 'node:path';
import type { Module } from '../core/blob.ts';
import { BlobsError, describeError } from '../core/errors.ts';
import type { ModulePlace } from '../core/modules.ts';
import { isRecord } from '../core/record.ts';
import type { Issue } from '../core/report.ts';
import { escapeControls, hasControlCharacters } from '../core/text.ts';
import { type Observation, Observations } from '../store/observations.ts';
import { MAX_YAML_BYTES } from '../yaml/limits.ts';
import { readYaml } from '../yaml/read-yaml.ts';
import type { YamlDocument } from '../yaml/yaml-document.ts';
import { isOwnFile } from './blob-path.ts';
import { emptyModule, type ReadModule } from './empty-module.ts';
import { validateModule } from './generated/validate-module.js';
import { readBlobs } from './read-blobs.ts';
import { describeViolations } from './schema-issues.ts';
import { mendBooleans } from './yaml11-booleans.ts';

const MAX_NAME_CHARACTERS = 200;

/** What {@link readModule} found, and from what. */
export interface FreshModule extends ReadModule {
  /** Undefined where it must not be remembered. */
  readonly observations: readonly Observation[] | undefined;
  /** Undefined where the file is no YAML. */
  readonly document: YamlDocument | undefined;
}

/**
 * Reads the module at `place`, whose module.yml is `file`. Never throws for bad input: what is malformed is left out and
 * reported.
 */
export function readModule(place: ModulePlace, file: string): FreshModule {
  const empty = emptyModule(place);
  const observations = new Observations();
  let bytes: Buffer;
  try {
    assertOwnFile(place.directory, file);
    bytes = observations.readFile(file, MAX_YAML_BYTES);
  } catch (error) {
    const issues = [{ ...unreadable(file, error), module: empty.name }];
    return { module: empty, file, issues, observations: undefined, document: undefined };
  }
  const { document, issues } = readYaml(file, bytes);
  if (document === undefined) {
    const name = salvageName(bytes) ?? place.defaultName;
    const told = issues.map((issue) => ({ ...issue, module: name }));
    return { module: { ...empty, name }, file, issues: told, observations: observations.made, document };
  }
  const { isLinkedOutside, ...read } = readDocument(place, document);
  // Links may go without a trace in module.yml.
  return { file, ...read, observations: isLinkedOutside ? undefined : observations.made, document };
}

function readDocument(
  place: ModulePlace,
  document: YamlDocument,
): Pick<ReadModule, 'module' | 'issues'> & { readonly isLinkedOutside: boolean } {
  validateModule(document.value);
  const { errors, issues: mended } = mendBooleans(document, [], validateModule.errors ?? []);
  const root: Record<string, unknown> = isRecord(document.value) ? document.value : {};
  const issues: Issue[] = [...mended];
  // `blobs:` without a value is how a file looks whose last blob was removed.
  const nullBlobs = 'blobs' in root && root['blobs'] === null;
  const serious = errors.filter((error) => !(nullBlobs && error.instancePath === '/blobs'));
  issues.push(...describeViolations(document, [], '', serious));
  if (nullBlobs) {
    issues.push({
      severity: 'warning',
      code: 'BLOBS_NULL_BLOBS',
      message: '"blobs:" has no value and counts as an empty list',
      hint: 'remove the key, or write "blobs: []"',
      ...document.positionOfKey(['blobs']),
    });
  }
  const name = moduleName(place, root, document, issues);
  const module = { name, directory: place.directory, ...projectOf(place) };
  const entries = Array.isArray(root['blobs']) ? (root['blobs'] as unknown[]) : [];
  const { blobs, issues: blobIssues, isLinkedOutside } = readBlobs({ document, entries, ...module });
  return {
    module: { ...module, ...dependsOf(root, document), blobs },
    issues: [...issues, ...blobIssues].map((issue) => ({ module: name, ...issue })),
    isLinkedOutside,
  };
}

function moduleName(
  place: ModulePlace,
  root: Record<string, unknown>,
  document: YamlDocument,
  issues: Issue[],
): string {
  const { name } = root;
  if (typeof name !== 'string' || name === '') return place.defaultName;
  if (!hasControlCharacters(name)) return name;
  issues.push({
    severity: 'error',
    code: 'BLOBS_MALFORMED_MODULE',
    message: `"name" holds a control character: ${escapeControls(name)}`,
    ...document.positionOf(['name']),
  });
  return place.defaultName;
}

function dependsOf(
  root: Record<string, unknown>,
  document: YamlDocument,
): Pick<Module, 'depends' | 'dependsOrigin'> {
  const build = root['build'];
  const depends = isRecord(build) ? build['depends'] : undefined;
  if (!Array.isArray(depends) || depends.length === 0) return { depends: [] };
  return {
    depends: [...new Set(depends.filter((name) => typeof name === 'string'))],
    dependsOrigin: document.positionOf(['build', 'depends']),
  };
}

/** The `name:` of a file that is not YAML, so that `blobs fetch NAME` still knows which module is malformed. */
function salvageName(bytes: Buffer): string | undefined {
  const line =
    /^(?:\ufeff)?name:(.*)$/m.exec(bytes.toString('utf8'))?.[1]?.slice(0, MAX_NAME_CHARACTERS).trim() ?? '';
  const quoted = /^(["'])([^"']+)\1/.exec(line)?.[2];
  const found = quoted ?? line.split(' #')[0]?.trimEnd();
  return !found || /["'[{]/.test(found) || hasControlCharacters(found) ? undefined : found;
}

/** A link out of the module would show, in messages about it, what is in a file of the user's. */
function assertOwnFile(directory: string, file: string): void {
  if (isOwnFile(directory, file)) return;
  throw new BlobsError('BLOBS_UNSAFE_PATH', 'a symbolic link leads module.yml outside the module');
}

function unreadable(file: string, error: unknown): Issue {
  const known = error instanceof BlobsError ? error : undefined;
  const code = known?.code === 'BLOBS_NOT_A_FILE' ? 'BLOBS_MALFORMED_YAML' : known?.code;
  return {
    severity: 'error',
    code: code ?? 'BLOBS_FILE_ACCESS',
    message: known
      ? known.message.replace(file, 'the file')
      : `cannot read ${basename(file)}: ${describeError(error)}`,
    file,
    line: 1,
    column: 1,
  };
}

function projectOf(place: ModulePlace): { project?: string } {
  return place.project === undefined ? {} : { project: place.project };
}
