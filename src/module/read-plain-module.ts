// SPDX-License-Identifier: Apache-2.0
import type { ModulePlace } from '../core/modules.ts';
import { type Observation, Observations } from '../store/observations.ts';
import { MAX_YAML_BYTES } from '../yaml/limits.ts';
import { NeedsWholeParser, readPlainYaml } from '../yaml/plain-yaml.ts';
import { isOwnFile } from './blob-path.ts';
import type { ReadModule } from './empty-module.ts';
import { readDocument } from './read-document.ts';

/**
 * Reads the module at `place` without the YAML parser, where its module.yml is as simple as nearly all are and nothing
 * is wrong with it. Undefined where there is anything to report: `readModule` says what.
 */
export function readPlainModule(
  place: ModulePlace,
  file: string,
): (ReadModule & { readonly observations: readonly Observation[] | undefined }) | undefined {
  const observations = new Observations();
  try {
    if (!isOwnFile(place.directory, file)) return undefined;
    // In ASCII, which is all that is understood, bytes are characters.
    const text = observations.readFile(file, MAX_YAML_BYTES).toString('latin1');
    const document = readPlainYaml(file, text);
    if (document === undefined) return undefined;
    const { isLinkedOutside, ...read } = readDocument(place, document);
    return isLinkedOutside ? undefined : { file, ...read, observations: observations.made };
  } catch (error) {
    if (error instanceof NeedsWholeParser || (error instanceof Error && 'code' in error)) return undefined;
    throw error;
  }
}
