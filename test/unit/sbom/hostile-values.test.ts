// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Blob } from '../../../src/core/blob.ts';
import type { BlobLicense } from '../../../src/core/license.ts';
import { findSha256, type Sha256 } from '../../../src/core/sha256.ts';
import { cyclonedxDocument } from '../../../src/sbom/cyclonedx.ts';
import { describeModules } from '../../../src/sbom/describe.ts';
import type { SbomDocument } from '../../../src/sbom/document.ts';
import type { BlobFacts, ModuleFacts } from '../../../src/sbom/facts.ts';
import { spdxDocument } from '../../../src/sbom/spdx.ts';
import { cyclonedxValidator, needPublishedSchemas, spdxValidator } from '../../support/published-schemas.ts';
import {
  type CyclonedxDocument,
  cyclonedxProblems,
  type SpdxDocument,
  spdxProblems,
} from '../../support/sbom-problems.ts';

const RUNS = process.env['BLOBS_TEST_FULL'] === '1' ? 1_000 : 100;

/** What does not belong into a document: controls, half characters, other scripts, quotes, and much of it. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)), maxLength: 20 }),
  fc.constantFrom(
    '',
    ' ',
    '.',
    '..',
    '../..',
    '\ud800',
    'a\0b',
    '\u202egnp.exe',
    'имя',
    '名前',
    'a@b.example',
    'NOASSERTION',
    'NONE',
    '</script>',
    '1.0 beta (2)',
    'x'.repeat(100_000),
    '%',
    '+',
    'a/b',
    '🦊'.repeat(1000),
  ),
);

const url = fc.oneof(
  text,
  fc.webUrl({ withFragments: true, withQueryParameters: true }),
  text.map((part) => `https://host.example/${part}`),
  text.map((part) => `https://host.example/a?${part}#${part}`),
  text.map((part) => `https://${part}/`),
  fc.constantFrom(
    'http://[::1]:8080/x',
    'https://user:pa ss@host.example/a b|c[d]{e}^`"<>\\%zz',
    'ftp://host.example/x',
    'file:///etc/x y',
    'javascript:alert(1)',
    'mailto:a@b.example',
    '//host.example/x',
    'https://host.example/?token=abc&x=[1]',
    'https://host.example/#a#b%',
  ),
);

const ref = fc.constantFrom('LicenseRef-a', 'LicenseRef-A', 'LicenseRef-a-2', 'LicenseRef-b.c');
const license: fc.Arbitrary<BlobLicense> = fc.oneof(
  fc.constant<BlobLicense>({ expression: 'NOASSERTION', source: 'none', refs: [] }),
  fc.constantFrom<BlobLicense>(
    { expression: 'MIT', source: 'tag', refs: [] },
    { expression: 'DocumentRef-x:LicenseRef-a OR MIT', source: 'module-yml', refs: [] },
  ),
  fc
    .record({
      ids: fc.uniqueArray(ref, { minLength: 1 }),
      texts: fc.array(fc.option(text), { minLength: 4 }),
    })
    .map(({ ids, texts }): BlobLicense => {
      const refs = ids.map((id, index) => ({ id, ...withValue('text', texts[index] ?? undefined) }));
      return { expression: `(${ids.join(' AND ')}) OR Apache-2.0`, source: 'license-file', refs };
    }),
  fc.record({ id: ref, content: text }).map(({ id, content }): BlobLicense => {
    return { expression: id, source: 'license-file', refs: [{ id, text: content }], file: '/m/LICENSE' };
  }),
);

const digest = fc.constantFrom('0', 'a', 'f').map((digit) => findSha256(digit.repeat(64)) as Sha256);
const options = { requiredKeys: [] };

function blobFacts(module: string, directory: string): fc.Arbitrary<BlobFacts> {
  return fc
    .record({
      path: fc.oneof(text, fc.constantFrom('lib/a.a', 'lib-a.a', 'img/x.bin')),
      values: fc.record({ version: text, description: text, licensePath: text, digest }),
      type: fc.constantFrom('img' as const, 'lib' as const),
      urls: fc.array(url, { minLength: 1, maxLength: 3 }),
      more: fc.record({ docUrl: url, fetcher: text, clickThrough: fc.boolean(), size: fc.nat() }, options),
      status: fc.constantFrom('A' as const, 'M' as const, 'D' as const),
      file: fc.record({ sha256: digest, bytes: fc.nat() }, options),
      isLinked: fc.boolean(),
      license,
      source: fc.option(url),
    })
    .map(({ path, values, type, urls, more, status, file, isLinked, license: found, source }) => {
      const blob: Blob = {
        module,
        moduleDirectory: directory,
        path,
        abspath: `${directory}/zephyr/blobs/${path}`,
        sha256: values.digest,
        licenseAbspath: `${directory}/LICENSE`,
        ...values,
        ...more,
        type,
        urls,
        extra: {},
        index: 0,
        origin: { file: `${directory}/zephyr/module.yml`, line: 1, column: 1 },
      };
      const taint = isLinked ? 'linked' : status === 'D' ? 'declared' : 'fetched';
      return {
        blob,
        status,
        taint,
        isLeftOut: false,
        license: found,
        linkedBy: isLinked ? ['map-file'] : [],
        ...(status === 'D' ? {} : file),
        ...(source === null ? {} : { source: { kind: 'mirror', url: source, time: '2026-01-01T00:00:00Z' } }),
      };
    });
}

const moduleFacts: fc.Arbitrary<ModuleFacts> = fc
  .record({
    name: fc.oneof(text, fc.constantFrom('hal_a', 'hal-a', 'HAL_A')).filter((name) => name !== ''),
    directory: fc.constantFrom('/m', '/n'),
    project: fc.option(text),
    revision: fc.option(fc.record({ commit: fc.constant('c'.repeat(40)), isModified: fc.boolean() })),
  })
  .chain(({ name, directory, project, revision }) =>
    fc.array(blobFacts(name, directory), { minLength: 1, maxLength: 4 }).map((blobs) => ({
      module: { name, directory, depends: [], blobs: [], ...withValue('project', project ?? undefined) },
      blobs,
      ...withValue('revision', revision ?? undefined),
    })),
  );

const sbom: fc.Arbitrary<SbomDocument> = fc
  .record({ modules: fc.array(moduleFacts, { maxLength: 3 }), createdMs: fc.nat(253_402_300_799) })
  .map(({ modules, createdMs }) => ({
    uuid: '00000000-0000-8000-8000-000000000000',
    createdMs,
    tool: { name: 'zephyr-blobs', version: '1.0.0' },
    isComplete: createdMs % 2 === 0,
    ...describeModules(modules),
  }));

function withValue<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return (value === undefined ? {} : { [key]: value }) as Partial<Record<K, V>>;
}

/** As whoever reads it sees it. */
function printed<T>(document: object): T {
  return JSON.parse(JSON.stringify(document)) as T;
}

describe('whatever a module declares', () => {
  it('SPDX documents are valid, and what they refer to is there', (context) => {
    needPublishedSchemas(context);
    const validate = spdxValidator();
    fc.assert(
      fc.property(sbom, (described) => {
        const document = printed<SpdxDocument>(spdxDocument(described));
        expect(validate(document)).toEqual([]);
        expect(spdxProblems(document)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it('CycloneDX documents are valid, and what they refer to is there', (context) => {
    needPublishedSchemas(context);
    const validate = cyclonedxValidator();
    fc.assert(
      fc.property(sbom, (described) => {
        const document = printed<CyclonedxDocument>(cyclonedxDocument(described));
        expect(validate(document)).toEqual([]);
        expect(cyclonedxProblems(document)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });
});
