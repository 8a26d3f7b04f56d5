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
