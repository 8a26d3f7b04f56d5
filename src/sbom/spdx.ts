// SPDX-License-Identifier: Apache-2.0
import { NOASSERTION } from '../core/license.ts';
import type { SbomBlob, SbomDocument, SbomLicense, SbomModule, SbomProperty } from './document.ts';

const DOCUMENT = 'SPDXRef-DOCUMENT';

/** For tools that own no place on the web (SPDX 2.3, clause 6.5). */
const NAMESPACE = 'https://spdx.org/spdxdocs/';

/**
 * A document of SPDX 2.3, as JSON (ISO/IEC 5962 and spdx-2.3's schema). What it has no field for stands in one
 * annotation of each package, in lines `blobs:name=value`.
 */
export function spdxDocument(document: SbomDocument): object {
  const { tool, modules, licenses } = document;
  const created = formatTime(document.createdMs);
  const stamp = { created, annotator: `Tool: ${tool.name}-${tool.version}` };
  const blobs = modules.flatMap((module) => module.blobs);
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: DOCUMENT,
    name: 'zephyr-blobs',
    documentNamespace: `${NAMESPACE}zephyr-blobs-${document.uuid}`,
    creationInfo: { created, creators: [stamp.annotator] },
    ...(document.isComplete ? {} : { comment: 'Incomplete: not all blobs or modules could be looked at.' }),
    packages: [
      ...modules.map((module) => modulePackage(module, stamp)),
      ...blobs.map((blob) => blobPackage(blob, stamp)),
    ],
    ...(licenses.length === 0 ? {} : { hasExtractedLicensingInfos: licenses.map(extractedLicense) }),
    relationships: [
      // A document describes something (clause 11.1); NONE where there is nothing.
      ...(modules.length === 0 ? [relationship(DOCUMENT, 'DESCRIBES', 'NONE')] : []),
      ...[...modules, ...blobs].map(({ ref }) => relationship(DOCUMENT, 'DESCRIBES', idOf(ref))),
      ...modules.flatMap((module) =>
        module.blobs.map(({ ref }) => relationship(idOf(module.ref), 'DEPENDS_ON', idOf(ref))),
      ),
    ],
  };
}

interface Stamp {
  readonly created: string;
  readonly annotator: string;
}

function modulePackage({ ref, name, version, purl, properties }: SbomModule, stamp: Stamp): object {
  return {
    SPDXID: idOf(ref),
    name,
    ...(version === undefined ? {} : { versionInfo: version }),
    supplier: NOASSERTION,
    downloadLocation: NOASSERTION,
    filesAnalyzed: false,
    licenseConcluded: NOASSERTION,
    licenseDeclared: NOASSERTION,
    copyrightText: NOASSERTION,
    summary: 'Zephyr module',
    primaryPackagePurpose: 'SOURCE',
    externalRefs: [purlReference(purl)],
    ...annotated(properties, stamp),
  };
}

function blobPackage(blob: SbomBlob, stamp: Stamp): object {
  const { version, sha256, locations, license, source, documentation } = blob;
  const [location = NOASSERTION, ...fallbacks] = [
    ...locations,
    ...(locations.length === 0 && source !== undefined ? [source] : []),
  ];
  return {
    SPDXID: idOf(blob.ref),
    name: `${blob.module}/${blob.path}`,
    ...(version === undefined ? {} : { versionInfo: version }),
    packageFileName: `zephyr/blobs/${blob.path}`,
    supplier: NOASSERTION,
    downloadLocation: location,
    filesAnalyzed: false,
    ...(sha256 === undefined ? {} : { checksums: [{ algorithm: 'SHA256', checksumValue: sha256 }] }),
    licenseConcluded: NOASSERTION,
    licenseDeclared: license?.expression ?? NOASSERTION,
    copyrightText: NOASSERTION,
    ...(blob.description === '' ? {} : { description: blob.description }),
    primaryPackagePurpose: blob.type === 'img' ? 'FIRMWARE' : 'LIBRARY',
    externalRefs: [
      purlReference(blob.purl),
      ...fallbacks.map((url) => otherReference('distribution', url)),
      ...(source === undefined ? [] : [otherReference('download-source', source)]),
      ...(documentation === undefined ? [] : [otherReference('documentation', documentation)]),
    ],
    ...annotated(blob.properties, stamp),
  };
}

function purlReference(locator: string): object {
  return { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: locator };
}

function otherReference(type: string, locator: string): object {
  return { referenceCategory: 'OTHER', referenceType: type, referenceLocator: locator };
}

/** A line for each property. */
function annotated(properties: readonly SbomProperty[], { created, annotator }: Stamp): object {
  if (properties.length === 0) return {};
  const comment = properties.map(([name, value]) => `${name}=${value}`).join('\n');
  return { annotations: [{ annotationDate: created, annotationType: 'OTHER', annotator, comment }] };
}

function extractedLicense({ id, text }: SbomLicense): object {
  return {
    licenseId: id,
    name: id.slice('LicenseRef-'.length),
    // The field may not be left out (clause 10.2).
    extractedText: text === undefined || text === '' ? NOASSERTION : text,
    ...(text === undefined ? { comment: 'The module does not hold the text of this licence.' } : {}),
  };
}

function relationship(from: string, relationshipType: string, to: string): object {
  return { spdxElementId: from, relationshipType, relatedSpdxElement: to };
}

function idOf(ref: string): string {
  return `SPDXRef-${ref}`;
}

/** Without fractions of a second (clause 6.9). */
function formatTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
