// SPDX-License-Identifier: Apache-2.0
import type { ValuePath, YamlDocument } from '../../yaml/yaml-document.ts';
import { malformed, malformedKey } from './read-manifest.ts';
import { isYaml11Boolean } from './yaml11.ts';

/** A manifest's `manifest:` whose keys and types are as west's schema has them. */
export interface ManifestData {
  readonly version?: string | number | null;
  readonly defaults?: { readonly remote?: string | null; readonly revision?: string | number | null };
  readonly remotes?: readonly { readonly name: string; readonly 'url-base': string }[] | null;
  readonly projects?: readonly ProjectData[] | null;
  readonly self?: { readonly path?: string | null; readonly import?: unknown };
  readonly 'group-filter'?: readonly (string | number | null)[] | null;
}

/** One item of `projects:`. */
export interface ProjectData {
  readonly name: string;
  readonly url?: string | null;
  readonly remote?: string | null;
  readonly 'repo-path'?: string | null;
  readonly path?: string | null;
  readonly groups?: readonly (string | number | null)[] | null;
  readonly submodules?: unknown;
  readonly import?: unknown;
}

/** `text` is a string or a number, as in pykwalify. */
type Shape =
  | 'string'
  | 'text'
  | 'integer'
  | 'any'
  | { readonly list: Shape }
  | { readonly map: Readonly<Record<string, Shape>>; readonly required?: readonly string[] };

// west's manifest-schema.yml, schema version 1.2.
const MANIFEST: Shape = {
  map: {
    version: 'text',
    defaults: { map: { remote: 'string', revision: 'text' } },
    remotes: { list: { map: { name: 'string', 'url-base': 'string' }, required: ['name', 'url-base'] } },
    'group-filter': { list: 'text' },
    projects: {
      list: {
        map: {
          name: 'string',
          description: 'string',
          remote: 'string',
          'repo-path': 'string',
          url: 'string',
          revision: 'text',
          path: 'string',
          submodules: 'any',
          'clone-depth': 'integer',
          'west-commands': 'string',
          import: 'any',
          groups: { list: 'text' },
          userdata: 'any',
        },
        required: ['name'],
      },
    },
    self: {
      map: {
        path: 'string',
        description: 'string',
        'west-commands': 'string',
        import: 'any',
        userdata: 'any',
      },
    },
  },
};

/**
 * The `manifest:` map of `document`, its keys and types checked. As in west, a list or scalar without a value
 * counts as absent, other top-level keys are nobody's business, and an unknown key elsewhere is an error.
 *
 * @throws BlobsError `BLOBS_MALFORMED_MANIFEST`
 */
export function manifestData(document: YamlDocument): ManifestData {
  if (!isMap(document.value)) throw malformed(document, [], 'the file does not hold a map');
  if (!('manifest' in document.value)) throw malformed(document, [], 'the key "manifest" is missing');
  const data = document.value['manifest'] ?? Object.create(null);
  check(document, ['manifest'], data, MANIFEST);
  return data as ManifestData;
}

function check(document: YamlDocument, at: ValuePath, value: unknown, shape: Shape): void {
  if (typeof shape === 'string') {
    checkScalar(document, at, value, shape);
    return;
  }
  if ('list' in shape) {
    if (value === null) return;
    if (!Array.isArray(value)) throw malformed(document, at, `"${label(at)}" must be a list`);
    for (const [index, item] of value.entries()) check(document, [...at, index], item, shape.list);
    return;
  }
  if (!isMap(value)) throw malformed(document, at, `"${label(at)}" must be a map`);
  for (const key of shape.required ?? []) {
    if (value[key] === undefined || value[key] === null) {
      throw malformed(document, [...at, key], `the required key "${key}" is missing in "${label(at)}"`);
    }
  }
  for (const [key, item] of Object.entries(value)) {
    const inner = Object.hasOwn(shape.map, key) ? shape.map[key] : undefined;
    if (inner === undefined) {
      throw malformedKey(document, [...at, key], `unknown key "${key}" in "${label(at)}"`);
    }
    check(document, [...at, key], item, inner);
  }
}

function checkScalar(document: YamlDocument, at: ValuePath, value: unknown, shape: Shape): void {
  if (shape === 'any' || value === null) return;
  if (shape === 'integer') {
    if (!Number.isInteger(value)) throw malformed(document, at, `"${label(at)}" must be a whole number`);
    return;
  }
  const fits = typeof value === 'string' || (shape === 'text' && typeof value === 'number');
  // west's parser reads an unquoted "no" as a boolean, and refuses it here.
  if (!fits || isYaml11Boolean(document, at, value)) {
    throw malformed(document, at, `"${label(at)}" must be a string`, 'put the value in quotes');
  }
}

/** `["manifest", "projects", 2, "name"]` as people write it: `projects[2].name`. */
function label(at: ValuePath): string {
  const [first = '', ...rest] = at.length > 1 ? at.slice(1) : at;
  return rest.reduce<string>(
    (text, part) => text + (typeof part === 'number' ? `[${part}]` : `.${part}`),
    String(first),
  );
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
