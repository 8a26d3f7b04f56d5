// SPDX-License-Identifier: Apache-2.0
import { PackageURL } from 'packageurl-js';
import { describe, expect, it } from 'vitest';
import type { BlobLicense } from '../../../src/core/license.ts';
import { contentUuid } from '../../../src/sbom/content-uuid.ts';
import { LicenseNames } from '../../../src/sbom/license-names.ts';
import { packageUrl } from '../../../src/sbom/package-url.ts';
import { UniqueNames } from '../../../src/sbom/unique-names.ts';

describe('UniqueNames', () => {
  it('hands out no name twice, not even in another case or as somebody else would number it', () => {
    const names = new UniqueNames();
    expect(['a', 'a-2', 'a', 'A', 'a_b', 'a/b'].map((name) => names.take(name))).toEqual([
      'a',
      'a-2',
      'a-3',
      'A-4',
      'a-b',
      'a-b-2',
    ]);
  });

  it('keeps names short', () => {
    const names = new UniqueNames();
    const long = 'x'.repeat(100_000);
    expect(names.take(long)).toHaveLength(200);
    expect(names.take(long)).toHaveLength(202);
  });
});

describe('LicenseNames', () => {
  const licenseOf = (expression: string, texts: Record<string, string | undefined> = {}): BlobLicense => ({
    expression,
    source: 'module-yml',
    refs: Object.entries(texts).map(([id, text]) => (text === undefined ? { id } : { id, text })),
  });

  it('gives one name to one text, and another to what two modules call the same', () => {
    const names = new LicenseNames();
    const find = (license: BlobLicense, directory: string) => names.find(license, directory)?.expression;
    expect(find(licenseOf('LicenseRef-x', { 'LicenseRef-x': 'one' }), '/a')).toBe('LicenseRef-x');
    expect(find(licenseOf('MIT OR LicenseRef-x', { 'LicenseRef-x': 'one' }), '/b')).toBe(
      'MIT OR LicenseRef-x',
    );
    expect(find(licenseOf('MIT OR LicenseRef-x', { 'LicenseRef-x': 'two' }), '/b')).toBe(
      'MIT OR LicenseRef-x-2',
    );
    expect(find(licenseOf('LicenseRef-x', { 'LicenseRef-x': undefined }), '/c')).toBe('LicenseRef-x-3');
    expect(find(licenseOf('LicenseRef-x', {}), '/c')).toBe('LicenseRef-x-3');
    expect(find(licenseOf('LicenseRef-x', {}), '/d')).toBe('LicenseRef-x-4');
    expect(names.licenses).toEqual([
      { id: 'LicenseRef-x', text: 'one' },
      { id: 'LicenseRef-x-2', text: 'two' },
      { id: 'LicenseRef-x-3' },
      { id: 'LicenseRef-x-4' },
    ]);
  });

  it('names the references as the expression does', () => {
    const names = new LicenseNames();
    names.find(licenseOf('LicenseRef-x', { 'LicenseRef-x': 'one' }), '/a');
    expect(names.find(licenseOf('LicenseRef-x', { 'LicenseRef-x': 'two' }), '/a')).toEqual({
      expression: 'LicenseRef-x-2',
      refs: ['LicenseRef-x-2'],
    });
  });

  it('claims nothing where nothing is known, and knows no licence of another document', () => {
    const names = new LicenseNames();
    expect(names.find(licenseOf('NOASSERTION'), '/a')).toBeUndefined();
    const foreign = 'DocumentRef-d:LicenseRef-x OR MIT';
    expect(names.find(licenseOf(foreign), '/a')).toBeUndefined();
    expect(names.licenses).toEqual([]);
  });
});

describe('packageUrl', () => {
  it('has module and path, version, digest and URL', () => {
    const purl = packageUrl({
      name: 'hal_x/lib/a b.a',
      version: '1.0 beta+2',
      sha256: 'a'.repeat(64),
      downloadUrl: 'https://host.example/a%20b?x=1&y=2',
    });
    expect(PackageURL.fromString(purl)).toMatchObject({
      type: 'generic',
      namespace: 'hal_x/lib',
      name: 'a b.a',
      version: '1.0 beta+2',
      qualifiers: {
        checksum: `sha256:${'a'.repeat(64)}`,
        download_url: 'https://host.example/a%20b?x=1&y=2',
      },
    });
  });

  it.each(['..', '.', ' ', '../..', '/'])('is one for a module called %j, too', (name) => {
    expect(packageUrl({ name })).toBe('pkg:generic/unnamed');
  });
});

describe('contentUuid', () => {
  it('is a UUID of version 8 that the content alone decides', () => {
    const uuid = contentUuid({ a: 1 });
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(contentUuid({ a: 1 })).toBe(uuid);
    expect(contentUuid({ a: 2 })).not.toBe(uuid);
  });
});
