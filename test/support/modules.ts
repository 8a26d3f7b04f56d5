// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { sha256, withDirectory } from './temp.ts';

/** Text of the licence file that {@link makeModule} writes. */
export const LICENSE_TEXT = 'You may use these bytes for testing.\n';

/** One entry of `blobs:`. What is absent gets a sensible value; other keys go into the entry as they are. */
export interface BlobSpec {
  readonly path: string;
  /** What `sha256` is the digest of, unless that is given. */
  readonly bytes?: Uint8Array | string;
  /** A list counts as a list of fallbacks. */
  readonly url?: string | readonly string[];
  readonly [key: string]: unknown;
}

/** What {@link makeModule} writes. */
export interface ModuleSpec {
  readonly name?: string;
  readonly blobs?: readonly BlobSpec[];
  readonly depends?: readonly string[];
  /** The whole text of module.yml, instead of one made from the rest. */
  readonly yaml?: string | Uint8Array;
  /** Further files: path below the module's directory → content. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
}

/** A module on disk. */
export interface MadeModule {
  readonly directory: string;
  /** Absolute path at which a blob belongs. */
  blobFile(path: string): string;
}

/** Writes a module with its module.yml and a licence file into `directory`, which is made if it is missing. */
export function makeModule(directory: string, spec: ModuleSpec = {}): MadeModule {
  const files = { LICENSE: LICENSE_TEXT, 'zephyr/module.yml': spec.yaml ?? moduleYaml(spec), ...spec.files };
  for (const [path, content] of Object.entries(files)) {
    writeFileSync(withDirectory(join(directory, path)), content);
  }
  return { directory, blobFile: (path) => join(directory, 'zephyr', 'blobs', path) };
}

/** The text of a module.yml with these entries. */
export function moduleYaml({ name, blobs, depends }: ModuleSpec): string {
  return stringify({
    ...(name === undefined ? {} : { name }),
    build: { cmake: '.', ...(depends === undefined ? {} : { depends }) },
    ...(blobs === undefined ? {} : { blobs: blobs.map(blobEntry) }),
  });
}

function blobEntry({ path, bytes = path, url, ...rest }: BlobSpec): Record<string, unknown> {
  return {
    path,
    sha256: sha256(bytes),
    type: 'lib',
    version: '1.0',
    'license-path': 'LICENSE',
    url: url ?? `https://blobs.invalid/${path}`,
    description: `Test blob ${path}`,
    'doc-url': 'https://blobs.invalid/doc',
    ...rest,
  };
}

/** A project of the manifest that {@link makeWorkspace} writes. */
export interface ProjectSpec extends ModuleSpec {
  /** Below the workspace's topdir; default: `modules/<name>`. */
  readonly path?: string;
  /** Name of the west project; default: the last segment of `path`. */
  readonly project?: string;
}

/** Writes a west workspace into `topdir`: `.west/config`, `manifest/west.yml`, and each project's module. */
export function makeWorkspace(topdir: string, projects: readonly ProjectSpec[]): MadeModule[] {
  const places = projects.map((spec) => {
    const path = spec.path ?? `modules/${spec.name}`;
    return { spec, path, name: spec.project ?? path.slice(path.lastIndexOf('/') + 1) };
  });
  writeManifest(topdir, places);
  return places.map(({ spec, path }) => makeModule(join(topdir, path), spec));
}

/** Writes `.west/config` and `manifest/west.yml` with these projects; their directories are the caller's. */
export function writeManifest(
  topdir: string,
  projects: readonly { readonly name: string; readonly path: string }[],
): void {
  writeFileSync(
    withDirectory(join(topdir, '.west', 'config')),
    '[manifest]\npath = manifest\nfile = west.yml\n',
  );
  const manifest = {
    manifest: {
      projects: projects.map(({ name, path }) => ({
        name,
        path,
        url: `https://projects.invalid/${name}`,
        revision: 'main',
      })),
      self: { path: 'manifest' },
    },
  };
  writeFileSync(withDirectory(join(topdir, 'manifest', 'west.yml')), stringify(manifest));
}
