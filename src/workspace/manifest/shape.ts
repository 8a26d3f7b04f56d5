// SPDX-License-Identifier: Apache-2.0

import { isRecord } from '../../core/record.ts';
import type { ValuePath, YamlDocument } from '../../yaml/yaml-document.ts';
import { readYaml11Scalar, type Yaml11Scalar } from '../../yaml/yaml11-scalar.ts';
import { malformed, malformedKey } from './read-manifest.ts';

/** A manifest's `manifest:` whose keys and types are as west's schema has them; a number that may stand for a text is one. */
export interface ManifestData {
  readonly defaults?: { readonly remote?: string | null; readonly revision?: string | null };
  readonly remotes?: readonly { readonly name: string; readonly 'url-base': string }[] | null;
  readonly projects?: readonly ProjectData[] | null;
  readonly self?: { readonly path?: string | null; readonly import?: unknown };
  readonly 'group-filter'?: readonly (string | null)[] | null;
}

/** One item of `projects:`. */
export interface ProjectData {
  readonly name: string;
  readonly url?: string | null;
  readonly remote?: string | null;
  readonly 'repo-path'?: string | null;
  readonly revision?: string | null;
  readonly path?: string | null;
  readonly groups?: readonly (string | null)[] | null;
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

/** Plain scalars that YAML 1.1 may take for something else than a string begin, or are, like this. */
const MAY_BE_TYPED = /^(?:[-+.\d]|(?:y|n|yes|no|on|off|true|false|null|~|=|<<)$)/i;

/**
 * What `document` holds below `manifest:`; empty where the key has no value. Other top-level keys are nobody's business.
 *
 * @throws BlobsError `BLOBS_MALFORMED_MANIFEST`
 */
export function manifestMap(document: YamlDocument): Readonly<Record<string, unknown>> {
  if (!isRecord(document.value)) throw malformed(document, [], 'the file does not hold a map');
  if (!('manifest' in document.value)) throw malformed(document, [], 'the key "manifest" is missing');
  const map = document.value['manifest'] ?? Object.create(null);
  if (!isRecord(map)) throw malformed(document, ['manifest'], '"manifest" must be a map');
  return map;
}

/**
 * The {@link manifestMap} of `document`, its keys and types checked. As in west, a list or scalar without a value
 * counts as absent, an unknown key is an error, and unquoted scalars have the types of YAML 1.1.
 *
 * @throws BlobsError `BLOBS_MALFORMED_MANIFEST`
 */
export function manifestData(document: YamlDocument): ManifestData {
  return checked(document, ['manifest'], manifestMap(document), MANIFEST) as ManifestData;
}

/** `value` with its texts as texts. */
function checked(document: YamlDocument, at: ValuePath, value: unknown, shape: Shape): unknown {
  if (typeof shape === 'string') return checkedScalar(document, at, value, shape);
  if ('list' in shape) {
    if (value === null) return null;
    if (!Array.isArray(value)) throw malformed(document, at, `"${label(at)}" must be a list`);
    return value.map((item, index) => checked(document, [...at, index], item, shape.list));
  }
  if (!isRecord(value)) throw malformed(document, at, `"${label(at)}" must be a map`);
  for (const key of shape.required ?? []) {
    if (value[key] === undefined || value[key] === null) {
      throw malformed(document, [...at, key], `the required key "${key}" is missing in "${label(at)}"`);
    }
  }
  const entries = Object.entries(value).map(([key, item]) => {
    const inner = Object.hasOwn(shape.map, key) ? shape.map[key] : undefined;
    if (inner === undefined) {
      throw malformedKey(document, [...at, key], `unknown key "${key}" in "${label(at)}"`);
    }
    return [key, checked(document, [...at, key], item, inner)];
  });
  return Object.fromEntries(entries);
}

function checkedScalar(document: YamlDocument, at: ValuePath, value: unknown, shape: Shape): unknown {
  if (shape === 'any' || value === null) return value;
  const scalar = readScalar(document, at, value);
  if (shape === 'integer') {
    if (scalar?.kind === 'integer' && !scalar.invalid) return value;
    throw malformed(document, at, `"${label(at)}" must be a whole number`);
  }
  const isText =
    scalar?.kind === 'string' || (shape === 'text' && /^(?:integer|float)$/.test(scalar?.kind ?? ''));
  if (isText && !scalar?.invalid) return scalar?.text;
  throw malformed(document, at, `"${label(at)}" must be a string`, 'put the value in quotes');
}

/** The scalar as YAML 1.1, which west reads, has it; undefined for a map or list. */
function readScalar(document: YamlDocument, at: ValuePath, value: unknown): Yaml11Scalar | undefined {
  if (typeof value === 'object') return undefined;
  if (typeof value === 'string' && !MAY_BE_TYPED.test(value)) return { kind: 'string', text: value };
  const source = document.findPlainScalar(at);
  return source === undefined ? { kind: 'string', text: String(value) } : readYaml11Scalar(source);
}

/** `["manifest", "projects", 2, "name"]` as people write it: `projects[2].name`. */
function label(at: ValuePath): string {
  const [first = '', ...rest] = at.length > 1 ? at.slice(1) : at;
  return rest.reduce<string>(
    (text, part) => text + (typeof part === 'number' ? `[${part}]` : `.${part}`),
    String(first),
  );
}
