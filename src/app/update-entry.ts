// SPDX-License-Identifier: Apache-2.0
import type { Blob } from '../core/blob.ts';
import { BlobsError } from '../core/errors.ts';
import type { Measured } from '../fetch/measure-sources.ts';
import { describeSource } from '../fetch/plan.ts';
import type { YamlEdit } from '../yaml/edit/edit-yaml.ts';
import type { YamlDocument } from '../yaml/yaml-document.ts';
import type { KeyUpdate, UpdateOptions, UrlReplacement } from './update-options.ts';

/** What an entry becomes. */
export interface EntryUpdate {
  /** As it will be declared. */
  readonly blob: Blob;
  readonly changes: readonly KeyUpdate[];
  readonly edits: readonly YamlEdit[];
  readonly sources: readonly string[];
}

/** `urls` with the replacements applied. */
export function replaceInUrls(urls: readonly string[], replacements: readonly UrlReplacement[]): string[] {
  return urls.map((url) => replacements.reduce((text, { from, to }) => text.split(from).join(to), url));
}

/**
 * Refuses replacements that occur in none of `urls`: a slip of the pen would else give entries the version of a release
 * that their URLs do not lead to.
 *
 * @throws BlobsError `BLOBS_USAGE`
 */
export function assertReplacementsApply(
  urls: readonly string[],
  replacements: readonly UrlReplacement[],
): void {
  for (const [index, { from }] of replacements.entries()) {
    const before = replaceInUrls(urls, replacements.slice(0, index));
    if (urls.length > 0 && !before.some((url) => url.includes(from))) {
      throw new BlobsError('BLOBS_USAGE', `--url-replace: no URL of the selected blobs holds "${from}"`);
    }
  }
}

/**
 * What to write for a blob whose URLs are `urls` now and gave what `measured` says, in their order.
 *
 * @throws BlobsError `BLOBS_URLS_DIFFER` where that is not the same for all
 */
export function updateEntry(
  blob: Blob,
  { urls, measured }: { readonly urls: readonly string[]; readonly measured: readonly Measured[] },
  options: Pick<UpdateOptions, 'version' | 'addsSize'>,
): EntryUpdate {
  const [first] = measured;
  if (first === undefined) throw new Error('a blob without a URL');
  const sources = measured.map(({ source }) => describeSource(source));
  if (measured.some(({ sha256 }) => sha256 !== first.sha256)) {
    throw new BlobsError('BLOBS_URLS_DIFFER', 'its URLs give different bytes', {
      facts: measured.map(({ sha256, bytes }, index) => `${sha256} (${bytes} bytes) from ${sources[index]}`),
      hint: 'remove the URLs that are out of date from the entry',
    });
  }
  return { ...rewriteEntry(blob, { urls, ...first }, options), sources };
}

/** What to write for a blob with other URLs, bytes or version; `bytes` counts where there is or will be a `size`. */
export function rewriteEntry(
  blob: Blob,
  { urls, sha256, bytes }: Pick<Measured, 'sha256' | 'bytes'> & { readonly urls: readonly string[] },
  options: Pick<UpdateOptions, 'version' | 'addsSize'>,
): Omit<EntryUpdate, 'sources'> {
  const changes: KeyUpdate[] = [];
  const edits: YamlEdit[] = [];
  const set = (key: string, before: string | number | undefined, after: string | number): void => {
    changes.push({ key, ...(before === undefined ? {} : { before }), after });
    edits.push({ path: ['blobs', blob.index, key], value: after, after: 'sha256' });
  };
  if (sha256 !== blob.digest) set('sha256', blob.sha256, sha256);
  const hasSize = blob.size !== undefined || options.addsSize;
  if (hasSize && bytes !== blob.size) set('size', blob.size, bytes);
  const { version = blob.version } = options;
  if (version !== blob.version) set('version', blob.version, version);
  for (const [index, url] of urls.entries()) {
    const before = blob.urls[index];
    if (before === undefined || before === url) continue;
    changes.push({ key: 'url', before, after: url });
    edits.push({ path: ['blobs', blob.index, 'url', index], value: url });
  }
  const updated = {
    ...blob,
    ...(sha256 === blob.digest ? {} : { digest: sha256, sha256 }),
    ...(hasSize ? { size: bytes } : {}),
    version,
    urls,
  };
  return { blob: updated, changes, edits };
}

/** `edits` for `document`, where one URL may stand as it is or in a list. */
export function inOwnWords(edits: readonly YamlEdit[], document: YamlDocument): readonly YamlEdit[] {
  return edits.map((edit) => {
    if ('cut' in edit || edit.path[2] !== 'url') return edit;
    return document.isList(edit.path.slice(0, 3)) ? edit : { ...edit, path: edit.path.slice(0, 3) };
  });
}
