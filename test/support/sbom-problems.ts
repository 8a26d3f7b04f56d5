// SPDX-License-Identifier: Apache-2.0
import { PackageURL } from 'packageurl-js';
import parseExpression from 'spdx-expression-parse';

/** A document of SPDX 2.3, as far as tests look into it. */
export interface SpdxDocument {
  readonly SPDXID: string;
  readonly name: string;
  readonly comment?: string;
  readonly documentNamespace: string;
  readonly creationInfo: { readonly created: string; readonly creators: readonly string[] };
  readonly packages: readonly SpdxPackage[];
  readonly hasExtractedLicensingInfos?: readonly {
    readonly licenseId: string;
    readonly extractedText: string;
  }[];
  readonly relationships: readonly {
    readonly spdxElementId: string;
    readonly relationshipType: string;
    readonly relatedSpdxElement: string;
  }[];
}

export interface SpdxPackage {
  readonly SPDXID: string;
  readonly name: string;
  readonly versionInfo?: string;
  readonly downloadLocation: string;
  readonly licenseDeclared: string;
  readonly primaryPackagePurpose: string;
  readonly checksums?: readonly { readonly algorithm: string; readonly checksumValue: string }[];
  readonly externalRefs: readonly {
    readonly referenceCategory: string;
    readonly referenceType: string;
    readonly referenceLocator: string;
  }[];
  readonly annotations?: readonly { readonly annotationDate: string; readonly comment: string }[];
}

/** A document of CycloneDX 1.6, as far as tests look into it. */
export interface CyclonedxDocument {
  readonly serialNumber: string;
  readonly metadata: {
    readonly timestamp: string;
    readonly properties: readonly { readonly name: string; readonly value: string }[];
  };
  readonly components: readonly CyclonedxComponent[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

export interface CyclonedxComponent {
  readonly type: string;
  readonly 'bom-ref': string;
  readonly group?: string;
  readonly name: string;
  readonly version?: string;
  readonly scope?: string;
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses?: readonly CyclonedxLicense[];
  readonly evidence?: { readonly licenses: readonly CyclonedxLicense[] };
  readonly externalReferences?: readonly { readonly type: string; readonly url: string }[];
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}

interface CyclonedxLicense {
  readonly expression?: string;
  readonly license?: { readonly name: string; readonly text?: { readonly content: string } };
}

const URI = /^(?:https?|file):\/\/(?:[\w\-.~!$&'()*+,;=:@/?#[\]]|%[0-9A-Fa-f]{2})*$/;

/** What is wrong with an SPDX document that no schema sees; empty if nothing. */
export function spdxProblems(document: SpdxDocument): string[] {
  const packages = document.packages ?? [];
  const ids = [document.SPDXID, ...packages.map(({ SPDXID }) => SPDXID)];
  const texts = document.hasExtractedLicensingInfos ?? [];
  const declared = packages
    .map(({ licenseDeclared }) => licenseDeclared)
    .filter((it) => it !== 'NOASSERTION');
  const named = new Set(declared.flatMap((expression) => expression.match(/LicenseRef-[\w.-]+/g) ?? []));
  const dates = packages.flatMap(({ annotations = [] }) => annotations.map((one) => one.annotationDate));
  return [
    ...repeated(ids),
    ...ids.filter((id) => !/^SPDXRef-[A-Za-z0-9.-]+$/.test(id)),
    ...document.relationships.flatMap(({ spdxElementId, relatedSpdxElement }) =>
      [spdxElementId, relatedSpdxElement].filter((id) => id !== 'NONE' && !ids.includes(id)),
    ),
    ...ids.slice(1).filter((id) => !isDescribed(document, id)),
    ...declared.filter((expression) => !parses(expression)),
    ...repeated(texts.map(({ licenseId }) => licenseId.toLowerCase())),
    ...[...named].filter((id) => !texts.some(({ licenseId }) => licenseId === id)),
    ...texts.flatMap(({ licenseId }) => (named.has(licenseId) ? [] : `${licenseId} is named nowhere`)),
    ...packages
      .map(({ downloadLocation }) => downloadLocation)
      .filter((text) => text !== 'NOASSERTION' && !URI.test(text)),
    ...packages.flatMap(({ externalRefs }) =>
      externalRefs.flatMap(({ referenceType, referenceLocator }) =>
        referenceType === 'purl'
          ? purlProblems(referenceLocator)
          : URI.test(referenceLocator)
            ? []
            : referenceLocator,
      ),
    ),
    ...[document.creationInfo.created, ...dates].filter((t) => !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(t)),
    ...(/^https:\/\/[\w./-]+$/.test(document.documentNamespace) ? [] : [document.documentNamespace]),
    ...textProblems(document),
  ];
}

/** What is wrong with a CycloneDX document that no schema sees; empty if nothing. */
export function cyclonedxProblems(document: CyclonedxDocument): string[] {
  const refs = document.components.map((component) => component['bom-ref']);
  const texts = document.components.flatMap(({ licenses = [], evidence }) =>
    [...licenses, ...(evidence?.licenses ?? [])].flatMap(({ license }) =>
      license?.text ? license.name : [],
    ),
  );
  return [
    ...repeated(refs),
    ...document.dependencies.flatMap(({ ref, dependsOn = [] }) =>
      [ref, ...dependsOn].filter((one) => !refs.includes(one)),
    ),
    ...repeated(document.dependencies.map(({ ref }) => ref)),
    ...document.components.flatMap(({ licenses = [] }) =>
      licenses.flatMap(({ expression, license }) => {
        const text = expression ?? license?.name ?? '';
        return parses(text) ? [] : [text];
      }),
    ),
    ...repeated(texts),
    ...document.components.flatMap(({ purl }) => purlProblems(purl)),
    ...document.components.flatMap(({ externalReferences = [] }) =>
      externalReferences.map(({ url }) => url).filter((url) => !URI.test(url)),
    ),
    ...textProblems(document),
  ];
}

function isDescribed({ relationships }: SpdxDocument, id: string): boolean {
  return relationships.some(
    ({ relationshipType, relatedSpdxElement }) =>
      relationshipType === 'DESCRIBES' && relatedSpdxElement === id,
  );
}

function parses(expression: string): boolean {
  try {
    parseExpression(expression);
    return true;
  } catch {
    return false;
  }
}

function purlProblems(purl: string): string[] {
  try {
    return PackageURL.fromString(purl).toString() === purl ? [] : [`${purl} is not canonical`];
  } catch (error) {
    return [`${purl}: ${error}`];
  }
}

function repeated(values: readonly string[]): string[] {
  const seen = new Set<string>();
  return values.flatMap((value) => (seen.size === seen.add(value).size ? [`${value} is there twice`] : []));
}

/** Every text in the document that another reader could stumble over. */
function textProblems(value: unknown): string[] {
  if (typeof value === 'string')
    return /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/.test(value) ||
      !value.isWellFormed()
      ? [`unclean: ${JSON.stringify(value)}`]
      : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textProblems);
}
