// SPDX-License-Identifier: Apache-2.0
import { PackageURL } from 'packageurl-js';

/** What a package URL of a blob or a module is made of. */
export interface PackageParts {
  /** The module's name, and for a blob its path behind a slash. */
  readonly name: string;
  readonly version?: string;
  readonly sha256?: string;
  /** A URI. */
  readonly downloadUrl?: string;
}

/**
 * The package URL (purl-spec) of a blob or a module. Nobody registers those, so that its type is `generic`, which asks
 * for a digest and a URL where they are known.
 */
export function packageUrl({ name, version, sha256, downloadUrl }: PackageParts): string {
  // Parsers of URLs would leave these out.
  const segments = name.split('/').filter((segment) => !/^(?:\s*|\.{1,2})$/.test(segment));
  const last = segments.pop() ?? 'unnamed';
  return new PackageURL(
    'generic',
    segments.length === 0 ? undefined : segments.join('/'),
    last,
    version === undefined || version.trim() === '' ? undefined : version,
    {
      ...(sha256 === undefined ? {} : { checksum: `sha256:${sha256}` }),
      ...(downloadUrl === undefined ? {} : { download_url: downloadUrl }),
    },
    undefined,
  ).toString();
}
