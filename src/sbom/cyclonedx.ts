// SPDX-License-Identifier: Apache-2.0
import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';
import type { SbomBlob, SbomDocument, SbomLicense, SbomModule, SbomProperty } from './document.ts';

/** The most that the schema allows. */
const MAX_VERSION_CHARACTERS = 1024;

const SCOPES = {
  linked: Enums.ComponentScope.Required,
  // Nobody knows whether such a blob is in the product: no build was asked, or not all of it could be read.
  fetched: undefined,
  declared: Enums.ComponentScope.Optional,
} as const;

/**
 * A document of CycloneDX 1.6 (ECMA-424), as JSON. Modules and blobs are components of the top level. What it has no field
 * for is a property `blobs:name`. The text of a licence that SPDX does not list stands with the first component that has it.
 */
export function cyclonedxDocument(document: SbomDocument): object {
  const { tool, modules } = document;
  const application = new Models.Component(Enums.ComponentType.Application, tool.name, {
    version: tool.version,
  });
  const texts = new Map(document.licenses.map((license) => [license.id, license]));
  const components = modules.flatMap((module) => {
    const blobs = module.blobs.map((blob) => blobComponent(blob, texts));
    return [moduleComponent(module, blobs), ...blobs];
  });
  const bom = new Models.Bom({
    serialNumber: `urn:uuid:${document.uuid}`,
    metadata: new Models.Metadata({
      timestamp: new Date(document.createdMs),
      tools: new Models.Tools({ components: new Models.ComponentRepository([application]) }),
      properties: propertiesOf([['blobs:complete', String(document.isComplete)]]),
    }),
    components: new Models.ComponentRepository(components),
  });
  // Lists stay as they are: sorted by the library, their order would be that of the user's language.
  return new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6).makeForBom().normalize(bom, {});
}

function moduleComponent(module: SbomModule, blobs: readonly Models.Component[]): Models.Component {
  return new Models.Component(Enums.ComponentType.Library, module.name, {
    bomRef: module.ref,
    ...versionOf(module.version),
    description: 'Zephyr module',
    purl: module.purl,
    properties: propertiesOf(module.properties),
    dependencies: new Models.BomRefRepository(blobs.map(({ bomRef }) => bomRef)),
  });
}

function blobComponent(blob: SbomBlob, texts: Map<string, SbomLicense>): Models.Component {
  const type = blob.type === 'img' ? Enums.ComponentType.Firmware : Enums.ComponentType.Library;
  const scope = blob.isLeftOut ? Enums.ComponentScope.Excluded : SCOPES[blob.taint];
  return new Models.Component(type, blob.path, {
    bomRef: blob.ref,
    group: blob.module,
    ...versionOf(blob.version),
    description: blob.description,
    ...(scope === undefined ? {} : { scope }),
    hashes: new Models.HashDictionary(
      blob.sha256 === undefined ? [] : [[Enums.HashAlgorithm['SHA-256'], blob.sha256]],
    ),
    ...licensesOf(blob, texts),
    purl: blob.purl,
    externalReferences: new Models.ExternalReferenceRepository(referencesOf(blob)),
    properties: propertiesOf(blob.properties),
  });
}

function versionOf(version: string | undefined): { version?: string } {
  if (version === undefined) return {};
  return { version: version.slice(0, MAX_VERSION_CHARACTERS).toWellFormed() };
}

type Licenses = Pick<Models.OptionalComponentProperties, 'licenses' | 'evidence'>;

/**
 * One `LicenseRef-` alone is a named licence, with its text. All else is an expression, which holds no texts: those are
 * evidence then, being found beside the blob. No licence is an `id`, since the schemas of others may list fewer.
 */
function licensesOf({ license }: SbomBlob, texts: Map<string, SbomLicense>): Licenses {
  if (license === undefined) return {};
  const { expression, refs } = license;
  const named = refs.map((id) => {
    const text = texts.get(id)?.text;
    texts.delete(id);
    return new Models.NamedLicense(id, text === undefined ? {} : { text: new Models.Attachment(text) });
  });
  const [first] = named;
  if (first !== undefined && expression === refs[0]) {
    first.acknowledgement = Enums.LicenseAcknowledgement.Declared;
    return { licenses: new Models.LicenseRepository([first]) };
  }
  const whole = new Models.LicenseExpression(expression);
  whole.acknowledgement = Enums.LicenseAcknowledgement.Declared;
  const found = named.filter(({ text }) => text !== undefined);
  return {
    licenses: new Models.LicenseRepository([whole]),
    ...(found.length === 0
      ? {}
      : { evidence: new Models.ComponentEvidence({ licenses: new Models.LicenseRepository(found) }) }),
  };
}

function referencesOf({ locations, source, documentation }: SbomBlob): Models.ExternalReference[] {
  const { Distribution, Documentation } = Enums.ExternalReferenceType;
  const reference = (url: string, type: Enums.ExternalReferenceType, comment?: string) =>
    new Models.ExternalReference(url, type, comment === undefined ? {} : { comment });
  return [
    ...locations.map((url) => reference(url, Distribution, 'declared')),
    ...(source === undefined ? [] : [reference(source, Distribution, 'where these bytes came from')]),
    ...(documentation === undefined ? [] : [reference(documentation, Documentation)]),
  ];
}

function propertiesOf(properties: readonly SbomProperty[]): Models.PropertyRepository {
  return new Models.PropertyRepository(properties.map(([name, value]) => new Models.Property(name, value)));
}
