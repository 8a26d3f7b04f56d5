// SPDX-License-Identifier: Apache-2.0
import { findPathBelow } from '../core/path-below.ts';
import { redactLines, redactUrl } from '../core/url.ts';
import type { SbomBlob, SbomDocument, SbomModule, SbomProperty } from './document.ts';
import type { BlobFacts, ModuleFacts } from './facts.ts';
import { LicenseNames } from './license-names.ts';
import { packageUrl } from './package-url.ts';
import { toLine, toText } from './plain-text.ts';
import { toUri } from './to-uri.ts';
import { UniqueNames } from './unique-names.ts';

interface Names {
  readonly refs: UniqueNames;
  readonly licenses: LicenseNames;
}

/** What a document says of modules and their blobs. Paths of this machine are left out. */
export function describeModules(modules: readonly ModuleFacts[]): Pick<SbomDocument, 'modules' | 'licenses'> {
  const names = { refs: new UniqueNames(), licenses: new LicenseNames() };
  const described = modules.map((facts) => describeModule(facts, names));
  return { modules: described, licenses: names.licenses.licenses };
}

function describeModule({ module, revision, blobs }: ModuleFacts, names: Names): SbomModule {
  const name = toLine(module.name);
  const commit = revision?.commit;
  return {
    ref: names.refs.take(`Module-${name}`),
    name,
    ...(commit === undefined ? {} : { version: commit }),
    purl: packageUrl({ name, ...(commit === undefined ? {} : { version: commit }) }),
    properties: properties({
      'west-project': module.project,
      'git-commit': commit,
      'module-yml-modified': revision?.isModified === true ? 'true' : undefined,
    }),
    blobs: blobs.map((facts) => describeBlob(facts, names)),
  };
}

function describeBlob(facts: BlobFacts, { refs, licenses }: Names): SbomBlob {
  const { blob, taint, isLeftOut, status, bytes } = facts;
  const [module, path] = [toLine(blob.module), toLine(blob.path)];
  // What module.yml says is said of the declared bytes. Of others that lie there, or are gone, nobody said anything.
  const isDeclared = status === 'A' || taint === 'declared';
  const version = toLine(blob.version);
  const sha256 = facts.sha256 ?? (isDeclared ? blob.digest : undefined);
  const uris = blob.urls.map((url) => toUri(url) ?? { notUri: redactUrl(url) });
  const locations = isDeclared ? uris.filter((uri) => typeof uri === 'string') : [];
  const source = facts.source && toUri(facts.source.url);
  const isElsewhere = source !== undefined && !locations.includes(source);
  // Where something was said that is not understood, the rest may be less than the whole.
  const isDoubtful = facts.license.isDoubtful === true;
  const isLicensed = isDeclared && !isDoubtful;
  const license = isLicensed ? licenses.find(facts.license, blob.moduleDirectory) : undefined;
  const documentation = blob.docUrl === undefined ? undefined : toUri(blob.docUrl);
  const origin = locations[0] ?? (isElsewhere ? source : undefined);
  return {
    ref: refs.take(`Blob-${module}-${path}`),
    module,
    path,
    type: blob.type,
    taint,
    isLeftOut,
    description: toText(redactLines(blob.description)),
    ...(isDeclared && version !== '' ? { version } : {}),
    ...(sha256 === undefined ? {} : { sha256 }),
    locations,
    ...(isElsewhere ? { source } : {}),
    ...(documentation === undefined ? {} : { documentation }),
    ...(license === undefined ? {} : { license }),
    purl: packageUrl({
      name: `${module}/${path}`,
      ...(isDeclared && version !== '' ? { version } : {}),
      ...(sha256 === undefined ? {} : { sha256 }),
      ...(origin === undefined ? {} : { downloadUrl: origin }),
    }),
    properties: [
      ...properties({
        taint,
        status,
        'linked-by': facts.linkedBy.length === 0 ? undefined : facts.linkedBy.join(' '),
        size: bytes?.toString(),
        'declared-size': status === 'A' ? undefined : blob.size?.toString(),
        'declared-sha256': isDeclared ? undefined : blob.digest,
        'declared-version': isDeclared ? undefined : blob.version,
        'license-path': blob.licensePath,
        'license-doubtful': isDoubtful ? facts.license.expression : undefined,
        'license-from': license === undefined ? undefined : facts.license.source,
        'license-file': license && relativeFile(facts),
        'click-through': blob.clickThrough?.toString(),
        fetcher: blob.fetcher,
        source: isElsewhere ? facts.source?.kind : undefined,
        'doc-url': documentation === undefined && blob.docUrl ? redactUrl(blob.docUrl) : undefined,
      }),
      ...uris.flatMap((uri) => {
        if (typeof uri === 'string') return isDeclared ? [] : properties({ 'declared-url': uri });
        return properties({ 'declared-url': uri.notUri });
      }),
    ],
  };
}

function properties(values: Readonly<Record<string, string | undefined>>): SbomProperty[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [[`blobs:${name}`, toLine(value)] as const],
  );
}

/** The file that says the licence, as seen from the module. */
function relativeFile({ blob, license }: BlobFacts): string | undefined {
  if (license.file === undefined) return undefined;
  return findPathBelow(blob.moduleDirectory, license.file);
}
