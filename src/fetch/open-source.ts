// SPDX-License-Identifier: Apache-2.0
import type { Sha256 } from '../core/sha256.ts';
import type { Body } from './body.ts';
import { openFileSource } from './file-source.ts';
import { type HttpOptions, httpExchange } from './http.ts';
import type { LfsClient, OnBatchRetry } from './lfs/lfs-client.ts';
import type { OciSources } from './oci/oci-sources.ts';
import { isOciUrl } from './oci/reference.ts';
import type { RemoteSource } from './plan.ts';
import type { Conditions, RangeRequest } from './range.ts';

/** How servers of all kinds are asked. */
export interface SourceClients extends HttpOptions {
  /** There where mirrors are asked in another way than what is declared: over connections and by rules of their own. */
  readonly forMirrors?: MirrorClients;
  /** There where a source is a Git LFS server's. */
  readonly lfs?: LfsClient;
  /** There where a source is an OCI registry's. */
  readonly oci?: Pick<OciSources, 'open'> & Partial<Pick<OciSources, 'issues'>>;
}

export type MirrorClients = Pick<HttpOptions, 'transport' | 'admit'> & Pick<SourceClients, 'lfs'>;

export interface OpenSourceOptions extends SourceClients {
  readonly range: RangeRequest | undefined;
  /** What is known of the bytes at a URL, for a server that is asked by URL alone. */
  readonly conditions: Conditions | undefined;
  readonly onRetry: OnBatchRetry;
}

/** Opens a source for the bytes of `digest`, or for a range of them. @throws what the client of its kind throws */
export async function openSource(
  source: RemoteSource,
  digest: Sha256,
  options: OpenSourceOptions,
): Promise<Body> {
  const { url, mirror } = source;
  const { range, conditions, onRetry } = options;
  const clients = clientsFor(source, options);
  if (source.lfs) {
    if (clients.lfs === undefined) throw new Error('a job for Git LFS without a client for it');
    return clients.lfs.open(source, digest, { range, onRetry });
  }
  if (mirror && isOciUrl(url)) {
    if (options.oci === undefined) throw new Error('a job for a registry without a client for it');
    return options.oci.open(mirror, digest, range);
  }
  if (mirror && url.startsWith('file:')) return openFileSource(url, mirror);
  return (await httpExchange(url, clients, { range, conditions })).body;
}

/** How `source` is asked. */
export function clientsFor<Clients extends Omit<SourceClients, 'lfs'>>(
  { mirror }: RemoteSource,
  clients: Clients,
): Clients {
  return mirror ? { ...clients, ...clients.forMirrors } : clients;
}
