// SPDX-License-Identifier: Apache-2.0
import type { YamlDocument } from '../../yaml/yaml-document.ts';
import { malformed } from './read-manifest.ts';
import type { ManifestData } from './shape.ts';

// The releases of west that changed the manifest's schema; others are no schema version.
const VERSIONS = ['0.6.99', '0.7', '0.8', '0.9', '0.10', '0.12', '0.13', '1.0', '1.2'];
const NEWEST = [1, 2];

/**
 * Checks `version:`, the schema version that a manifest asks for.
 *
 * @throws BlobsError `BLOBS_MALFORMED_MANIFEST` for one that is unknown, or newer than this program knows
 */
export function checkManifestVersion(document: YamlDocument, data: ManifestData): void {
  if (data.version === undefined) return;
  const at = ['manifest', 'version'];
  const version = pythonText(data.version, document.findPlainScalar(at));
  if (VERSIONS.includes(version)) return;
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

/** What Python's `str()` makes of the value: an unquoted `1.0` is a float that prints with its fraction. */
function pythonText(value: string | number | null, source: string | undefined): string {
  if (value === null) return 'None';
  const isFloat = typeof value === 'number' && Number.isInteger(value) && /[.e]/i.test(source ?? '');
  return isFloat ? value.toFixed(1) : String(value);
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
