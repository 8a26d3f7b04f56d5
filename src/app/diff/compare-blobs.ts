// SPDX-License-Identifier: Apache-2.0
import { isDeepStrictEqual } from 'node:util';
import type { Blob } from '../../core/blob.ts';
import type { BlobChange, KeyChange } from '../../core/diff.ts';

/** The blobs that one revision of a module declares. */
export interface DeclaredBlobs {
  readonly blobs: readonly Blob[];
  /** Paths of entries that are malformed: what became of those is not known. */
  readonly unsoundPaths: ReadonlySet<string>;
}

/**
 * What became of the blobs between two revisions, by path. Blobs are matched by path; of what is left, an entry that
 * went and one that came with the same digest are one that was renamed, first those with the same file name.
 */
export function compareBlobs(before: DeclaredBlobs, after: DeclaredBlobs): readonly BlobChange[] {
  const old = new Map(before.blobs.map((blob) => [blob.path, blob]));
  const changes: BlobChange[] = [];
  const added: Blob[] = [];
  for (const blob of after.blobs) {
    const previous = old.get(blob.path);
    old.delete(blob.path);
    if (previous === undefined) added.push(blob);
    else {
      const keys = compareKeys(previous, blob);
      if (keys.length > 0) changes.push({ kind: 'modified', before: previous, after: blob, keys });
    }
  }
  const removed = new Set(old.values());
  const came = new Set(added);
  for (const keyOf of [digestAndName, digestOnly]) {
    for (const [from, to] of pairs(removed, came, keyOf)) {
      changes.push({ kind: 'renamed', before: from, after: to, keys: compareKeys(from, to) });
      removed.delete(from);
      came.delete(to);
    }
  }
  for (const blob of came) {
    if (!before.unsoundPaths.has(blob.path)) changes.push({ kind: 'added', after: blob });
  }
  for (const blob of removed) {
    if (!after.unsoundPaths.has(blob.path)) changes.push({ kind: 'removed', before: blob });
  }
  return changes.sort((one, other) => compareTexts(pathOf(one), pathOf(other)));
}

/** The path that a change is told under: the later one. */
function pathOf(change: BlobChange): string {
  return change.kind === 'removed' ? change.before.path : change.after.path;
}

function compareTexts(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

function digestOnly({ digest }: Blob): string {
  return digest;
}

function digestAndName({ digest, path }: Blob): string {
  return `${digest} ${path.slice(path.lastIndexOf('/') + 1)}`;
}

/** Blobs of either set with the same key, each used once. */
function pairs(
  from: ReadonlySet<Blob>,
  to: ReadonlySet<Blob>,
  keyOf: (blob: Blob) => string,
): readonly (readonly [Blob, Blob])[] {
  const waiting = new Map<string, Blob[]>();
  // From the last to the first, since they are taken from the end.
  for (const blob of [...from].reverse()) {
    const others = waiting.get(keyOf(blob));
    if (others) others.push(blob);
    else waiting.set(keyOf(blob), [blob]);
  }
  return [...to].flatMap((blob) => {
    const partner = waiting.get(keyOf(blob))?.pop();
    return partner ? [[partner, blob] as const] : [];
  });
}

/** The keys whose values differ. The case of a digest and the form of a single URL are no difference. */
function compareKeys(before: Blob, after: Blob): readonly KeyChange[] {
  const [old, now] = [valuesOf(before), valuesOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((key) => {
    const isSame =
      key === 'sha256' ? before.digest === after.digest : isDeepStrictEqual(old.get(key), now.get(key));
    if (isSame) return [];
    return [
      {
        key,
        ...(old.has(key) ? { before: old.get(key) } : {}),
        ...(now.has(key) ? { after: now.get(key) } : {}),
      },
    ];
  });
}

/** By module.yml's own names, those that the entry has. */
function valuesOf(blob: Blob): Map<string, unknown> {
  const known: Record<string, unknown> = {
    path: blob.path,
    version: blob.version,
    sha256: blob.sha256,
    size: blob.size,
    type: blob.type,
    'license-path': blob.licensePath,
    license: blob.license,
    'click-through': blob.clickThrough,
    url: blob.urls,
    fetcher: blob.fetcher,
    description: blob.description,
    'doc-url': blob.docUrl,
  };
  const entries = Object.entries(known).filter(([, value]) => value !== undefined);
  return new Map([...entries, ...Object.entries(blob.extra)]);
}
