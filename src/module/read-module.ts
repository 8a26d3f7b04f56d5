// SPDX-License-Identifier: Apache-2.0
import { basename } from 'node:path';
import { BlobsError, describeError } from '../core/errors.ts';
import type { ModulePlace } from '../core/modules.ts';
import type { Issue } from '../core/report.ts';
import { hasControlCharacters } from '../core/text.ts';
import { type Observation, Observations } from '../store/observations.ts';
import { MAX_YAML_BYTES } from '../yaml/limits.ts';
import { readYaml } from '../yaml/read-yaml.ts';
import type { YamlDocument } from '../yaml/yaml-document.ts';
import { isOwnFile } from './blob-path.ts';
import { emptyModule, type ReadModule } from './empty-module.ts';
import { readDocument } from './read-document.ts';

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
  const { isLinkedOutside, ...read } = readBytes(place, { file, bytes, isOnDisk: true });
  // Links may go without a trace in module.yml.
  return { ...read, observations: isLinkedOutside ? undefined : observations.made };
}

/**
 * As {@link readModule}, for a module.yml that is not on disk: `file` is only named, and links are not looked at.
 */
export function readModuleText(
  place: ModulePlace,
  file: string,
  bytes: Uint8Array,
): Omit<FreshModule, 'observations'> {
  const { isLinkedOutside: _, ...read } = readBytes(place, { file, bytes, isOnDisk: false });
  return read;
}

interface ModuleText {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly isOnDisk: boolean;
}

function readBytes(
  place: ModulePlace,
  { file, bytes, isOnDisk }: ModuleText,
): Omit<FreshModule, 'observations'> & { readonly isLinkedOutside: boolean } {
  const { document, issues } = readYaml(file, bytes);
  if (document !== undefined) return { file, document, ...readDocument(place, document, isOnDisk) };
  const name = salvageName(bytes) ?? place.defaultName;
  const told = issues.map((issue) => ({ ...issue, module: name }));
  return { module: { ...emptyModule(place), name }, file, issues: told, document, isLinkedOutside: false };
}

/** The `name:` of a file that is not YAML, so that `blobs fetch NAME` still knows which module is malformed. */
function salvageName(bytes: Uint8Array): string | undefined {
  const line =
    /^(?:\ufeff)?name:(.*)$/m
      .exec(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes))?.[1]
      ?.slice(0, MAX_NAME_CHARACTERS)
      .trim() ?? '';
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
