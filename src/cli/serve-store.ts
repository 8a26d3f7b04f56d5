// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../core/errors.ts';
import { redactUrl } from '../core/url.ts';
import { isOciUrl, type OciReference, parseOciReference } from '../fetch/oci/reference.ts';
import { ObservedStore } from '../server/library/observed-store.ts';
import { prepareStore } from '../server/prepare-store.ts';
import type { Session } from './session.ts';

/** Where a server keeps what it downloaded. */
export interface ServeStore {
  readonly store: ObservedStore;
  /** Behind it, shared with other servers. */
  readonly registry: OciReference | undefined;
}

/**
 * What `--store` names, a directory and a registry at most; the local store where it names no directory.
 *
 * @throws BlobsError `BLOBS_USAGE`; `BLOBS_STORE_UNUSABLE` where the directory cannot be written to
 */
export async function openServeStore(
  { config }: Session,
  named: readonly string[] = [],
): Promise<ServeStore> {
  const registries = named.filter(isOciUrl).map((text) => parseOciReference(text, usage));
  const directories = named.filter((text) => !isOciUrl(text));
  const [registry, otherRegistry] = registries;
  const [given, otherDirectory] = directories;
  if (otherRegistry !== undefined || otherDirectory !== undefined)
    throw usage('at most one directory and one registry can be named');
  if (given === '') throw usage('the directory is empty');
  if (given === 'off') throw switchedOff();
  if (given !== undefined && /^[a-z][a-z0-9+.-]+:\/\//i.test(given))
    throw usage(`${redactUrl(given)} is neither a directory nor oci://REGISTRY/REPOSITORY`);
  const directory = given === undefined ? config.blobs().caches.storeDirectory : config.directory(given);
  if (directory === undefined) throw switchedOff();
  const store = new ObservedStore(directory);
  await prepareStore(store);
  return { store, registry };
}

function switchedOff(): BlobsError {
  return new BlobsError('BLOBS_USAGE', 'serve needs the local store, which is switched off', {
    hint: 'name a directory with --store, such as /var/cache/blobs; one that is called "off" is ./off',
  });
}

function usage(problem: string): BlobsError {
  return new BlobsError('BLOBS_USAGE', `--store: ${problem}`, {
    hint: 'for example --store /var/cache/blobs --store oci://registry.example/team/blobs',
  });
}
