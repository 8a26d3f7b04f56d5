// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import { BlobsError, describeError, systemCode } from '../../core/errors.ts';
import type { Observations } from '../../store/observations.ts';
import { MAX_YAML_BYTES } from '../../yaml/limits.ts';
import { isInside } from '../file-system.ts';
import type { ImportRequest } from './import-value.ts';
import { isManifestName } from './imported-file.ts';
import { malformedAt } from './read-manifest.ts';

/** Where `self: import:` may read. Both directories absolute. */
export interface SelfImportPlaces {
  /** What the named files are relative to: the repository that the importing manifest belongs to. */
  readonly repository: string;
  readonly topdir: string;
  readonly observations: Observations;
}

/**
 * The files that a `self: import:` names: one, or those of a directory whose names end in .yml or .yaml, in the order
 * of their names. They lie in the working tree, in the repository or elsewhere in the workspace.
 *
 * @throws BlobsError `BLOBS_MALFORMED_MANIFEST` for what is not there or lies, links resolved, outside of both
 */
export function findSelfImports(request: ImportRequest, places: SelfImportPlaces): readonly string[] {
  const { file, origin } = request;
  const fail = (problem: string): Error => malformedAt(origin, `"self: import: ${file}": ${problem}`);
  if (file.includes('\0')) throw fail('the name holds a NUL character');
  if (path.isAbsolute(file) || path.win32.isAbsolute(file)) throw fail('the path is absolute');
  const place = path.resolve(places.repository, file);
  assertInside(place, request, places);
  const names = places.observations.findNames(place);
  if (names === undefined) return [place];
  const manifests = names.filter(isManifestName);
  return manifests.sort(byCodePoints).map((name) => path.join(place, name));
}

/**
 * Reads one of the files of {@link findSelfImports}.
 *
 * @throws BlobsError `BLOBS_MALFORMED_MANIFEST`, where it cannot be read at the importing value
 */
export function readSelfImportFile(file: string, request: ImportRequest, places: SelfImportPlaces): Buffer {
  try {
    // Time may have passed since the directory was read.
    assertInside(file, request, places);
    return places.observations.readFile(file, MAX_YAML_BYTES);
  } catch (error) {
    if (error instanceof BlobsError && error.code === 'BLOBS_MALFORMED_MANIFEST') throw error;
    const problem = systemCode(error) === 'ENOENT' ? `file not found: ${file}` : describeError(error);
    throw malformedAt(request.origin, `"self: import: ${request.file}": ${problem}`);
  }
}

function assertInside(place: string, { file, origin }: ImportRequest, places: SelfImportPlaces): void {
  const realPath = (path: string): string => places.observations.findRealPath(path) ?? path;
  const real = realPath(place);
  if ([places.repository, places.topdir].some((root) => isInside(realPath(root), real))) return;
  throw malformedAt(origin, `"self: import: ${file}": it lies outside of the repository and the workspace`);
}

/** Python's order of texts. */
function byCodePoints(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
