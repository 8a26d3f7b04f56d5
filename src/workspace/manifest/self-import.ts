// SPDX-License-Identifier: Apache-2.0
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describeError, systemCode } from '../../core/errors.ts';
import { readRegularFile } from '../../store/regular-file.ts';
import { MAX_YAML_BYTES } from '../../yaml/limits.ts';
import type { YamlDocument } from '../../yaml/yaml-document.ts';
import { isDirectory, isInside, realPath } from '../file-system.ts';
import type { ImportRequest } from './import-value.ts';
import { isManifestName } from './imported-file.ts';
import { malformed, parseManifestText } from './read-manifest.ts';

/** Where `self: import:` may read. Both absolute. */
export interface SelfImportPlaces {
  /** What the named files are relative to: the repository that the importing manifest belongs to. */
  readonly repository: string;
  readonly topdir: string;
}

/**
 * The files that a `self: import:` names: one, or those of a directory whose names end in .yml or .yaml, in the order
 * of their names. They lie in the working tree, in the repository or elsewhere in the workspace.
 *
 * @throws BlobsError `BLOBS_MALFORMED_MANIFEST` for what is not there or lies, links resolved, outside of both
 */
export function findSelfImports(
  document: YamlDocument,
  request: ImportRequest,
  places: SelfImportPlaces,
): readonly string[] {
  const { file, at } = request;
  const fail = (problem: string): Error => malformed(document, at, `"self: import: ${file}": ${problem}`);
  if (file.includes('\0')) throw fail('the name holds a NUL character');
  if (path.isAbsolute(file) || path.win32.isAbsolute(file)) throw fail('the path is absolute');
  const place = path.resolve(places.repository, file);
  const roots = [places.repository, places.topdir].map(realPath);
  const checked = (candidate: string): string => {
    const real = realPath(candidate);
    if (roots.some((root) => isInside(root, real))) return candidate;
    throw fail('it lies outside of the repository and the workspace');
  };
  checked(place);
  if (!isDirectory(place)) return [place];
  const names = readdirSync(place).filter(isManifestName);
  return names.sort(byCodePoints).map((name) => checked(path.join(place, name)));
}

/**
 * Reads one of the files of {@link findSelfImports}.
 *
 * @throws BlobsError `BLOBS_MALFORMED_MANIFEST`, where it cannot be read at the importing value
 */
export function readSelfImportFile(
  file: string,
  document: YamlDocument,
  request: ImportRequest,
): YamlDocument {
  let bytes: Buffer;
  try {
    bytes = readRegularFile(file, MAX_YAML_BYTES);
  } catch (error) {
    const problem = systemCode(error) === 'ENOENT' ? `file not found: ${file}` : describeError(error);
    throw malformed(document, request.at, `"self: import: ${request.file}": ${problem}`);
  }
  return parseManifestText(file, bytes);
}

/** Python's order of texts. */
function byCodePoints(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
