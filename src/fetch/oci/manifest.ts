// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import type { Sha256 } from '../../core/sha256.ts';
import { parseShallowJson } from '../server-answer.ts';

// What a registry is told of a blob: an OCI image manifest (OCI Image Spec 1.1) with the tag `blob-<sha256>`, whose one
// layer is the blob. It keeps the registry's garbage collection away from it, and tells people and tools what it is; a
// fetch finds blobs by digest alone.
//
//   {
//     "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
//     "artifactType": "application/vnd.zephyr.blobs.v1",
//     "config": …,                                          the empty one of the specification
//     "layers": [{"mediaType": "application/octet-stream", "digest": …, "size": …, "annotations": {
//       "org.opencontainers.image.title": "fw.bin",         of the first entry, as what follows
//       "org.opencontainers.image.version": "1.2",          only where all entries agree
//       "org.opencontainers.image.licenses": "MIT",         the same; an SPDX expression
//       "vnd.zephyr.blobs.module": "hal_x",
//       "vnd.zephyr.blobs.path": "lib/fw.bin",
//       "vnd.zephyr.blobs.entries": "[{\"module\": …, \"path\": …, \"version\": …, \"licenses\": …}, …]"
//     }}]                                                   every entry of a module.yml that it was pushed for, in order
//   }

export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const ARTIFACT_TYPE = 'application/vnd.zephyr.blobs.v1';
const KEY = 'vnd.zephyr.blobs.';
const IMAGE_KEY = 'org.opencontainers.image.';

/** The empty configuration: `{}`. */
export const EMPTY = {
  mediaType: 'application/vnd.oci.empty.v1+json',
  digest: '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a' as Sha256,
  bytes: Buffer.from('{}'),
} as const;

/** The most bytes that a manifest may have; registries take at least 4 MiB. */
export const MAX_MANIFEST_BYTES = 1024 * 1024;

/** What an entry of a module.yml says of a blob. */
export interface OciEntry {
  readonly module: string;
  /** Below `zephyr/blobs`. */
  readonly path: string;
  readonly version?: string;
  /** An SPDX licence expression. */
  readonly licenses?: string;
}

export interface DescribedBlob {
  readonly digest: Sha256;
  readonly bytes: number;
  readonly entries: readonly OciEntry[];
}

/** The tag of a blob's manifest. */
export function tagOf(digest: Sha256): string {
  return `blob-${digest}`;
}

/**
 * The text of a blob's manifest, with what `known`, the text that stands there, says of other entries.
 *
 * @throws BlobsError `BLOBS_BAD_MIRROR` where what stands there is of somebody else, or would grow too large
 */
export function manifestText({ digest, bytes, entries }: DescribedBlob, known?: string): string {
  const all = mergeEntries(known === undefined ? [] : entriesOf(known, digest), entries);
  const text = JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    artifactType: ARTIFACT_TYPE,
    config: {
      mediaType: EMPTY.mediaType,
      digest: `sha256:${EMPTY.digest}`,
      size: EMPTY.bytes.length,
      data: EMPTY.bytes.toString('base64'),
    },
    layers: [
      {
        mediaType: 'application/octet-stream',
        digest: `sha256:${digest}`,
        size: bytes,
        ...(all.length === 0 ? {} : { annotations: annotationsOf(all) }),
      },
    ],
  });
  if (Buffer.byteLength(text) <= MAX_MANIFEST_BYTES) return text;
  throw bad(digest, `would have more than ${MAX_MANIFEST_BYTES} bytes`);
}

function annotationsOf(entries: readonly OciEntry[]): Record<string, string> {
  const [first] = entries;
  if (first === undefined) return {};
  const agreed = (key: 'version' | 'licenses'): Record<string, string> => {
    const value = first[key];
    const isAgreed = value !== undefined && entries.every((entry) => entry[key] === value);
    return isAgreed ? { [`${IMAGE_KEY}${key}`]: value } : {};
  };
  return {
    [`${IMAGE_KEY}title`]: first.path.slice(first.path.lastIndexOf('/') + 1),
    ...agreed('version'),
    ...agreed('licenses'),
    [`${KEY}module`]: first.module,
    [`${KEY}path`]: first.path,
    [`${KEY}entries`]: JSON.stringify(entries),
  };
}

/** Each once, in an order that does not depend on who came first. */
function mergeEntries(known: readonly OciEntry[], added: readonly OciEntry[]): readonly OciEntry[] {
  const byText = new Map([...known, ...added].map(plainEntry).map((entry) => [JSON.stringify(entry), entry]));
  return [...byText.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, entry]) => entry);
}

function plainEntry({ module, path, version, licenses }: OciEntry): OciEntry {
  return {
    module,
    path,
    ...(version === undefined ? {} : { version }),
    ...(licenses === undefined ? {} : { licenses }),
  };
}

/** @throws BlobsError `BLOBS_BAD_MIRROR` for a manifest that is not of this program, or of another blob */
function entriesOf(text: string, digest: Sha256): readonly OciEntry[] {
  const manifest = parseShallowJson(text);
  if (!isRecord(manifest) || manifest['artifactType'] !== ARTIFACT_TYPE) {
    throw bad(digest, 'is of something else');
  }
  const { layers } = manifest as { layers?: unknown };
  const layer: unknown = Array.isArray(layers) && layers.length === 1 ? layers[0] : undefined;
  if (!isRecord(layer) || layer['digest'] !== `sha256:${digest}`) throw bad(digest, 'is of another blob');
  const { annotations } = layer;
  if (annotations === undefined) return [];
  const list = isRecord(annotations) ? annotations[`${KEY}entries`] : undefined;
  const entries = typeof list === 'string' ? parseShallowJson(list) : undefined;
  if (!Array.isArray(entries) || !entries.every(isEntry)) throw bad(digest, 'is damaged');
  return entries;
}

function isEntry(value: unknown): value is OciEntry {
  if (!isRecord(value)) return false;
  const { module, path, version, licenses } = value;
  const isText = (text: unknown): boolean => typeof text === 'string';
  return (
    isText(module) &&
    isText(path) &&
    (version === undefined || isText(version)) &&
    (licenses === undefined || isText(licenses))
  );
}

function bad(digest: Sha256, problem: string): BlobsError {
  return new BlobsError('BLOBS_BAD_MIRROR', `the manifest ${tagOf(digest)} ${problem}`, {
    hint: 'nothing was changed; name another repository, or delete that tag',
  });
}
