// SPDX-License-Identifier: Apache-2.0
import type { YamlDocument } from '../../yaml/yaml-document.ts';
import { readYaml11Scalar } from '../../yaml/yaml11-scalar.ts';
import { malformed } from './read-manifest.ts';
import { manifestMap } from './shape.ts';

// The releases of west that changed the manifest's schema; others are no schema version.
const VERSIONS = ['0.6.99', '0.7', '0.8', '0.9', '0.10', '0.12', '0.13', '1.0', '1.2'];
const NEWEST = [1, 2];

/**
 * The schema version that the manifest asks for with `version:`; undefined where it asks for none. To be called before
 * the keys are checked, since a newer schema may know more of them.
 *
 * @throws BlobsError `BLOBS_MALFORMED_MANIFEST` for one that is unknown, or newer than this program knows
 */
export function readSchemaVersion(document: YamlDocument): string | undefined {
  const map = manifestMap(document);
  if (!('version' in map)) return undefined;
  const at = ['manifest', 'version'];
  const source = document.findPlainScalar(at);
  const version = source === undefined ? String(map['version']) : readYaml11Scalar(source).text;
  if (VERSIONS.includes(version)) return version;
  if (isNewer(version)) {
    throw malformed(
      document,
      at,
      `the manifest requires schema version ${version}, but the newest that is known is ${NEWEST.join('.')}`,
      'use a newer release of this program',
    );
  }
  throw malformed(
    document,
    at,
    `invalid version ${version}; it must be one of ${VERSIONS.join(', ')}`,
    'put the version in quotes: "0.10", not 0.10',
  );
}

function isNewer(version: string): boolean {
  if (!/^\d+(?:\.\d+)*$/.test(version)) return false;
  const parts = version.split('.').map(Number);
  for (let i = 0; i < Math.max(parts.length, NEWEST.length); i++) {
    const difference = (parts[i] ?? 0) - (NEWEST[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}
