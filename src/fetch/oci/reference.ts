// SPDX-License-Identifier: Apache-2.0
import type { BlobsError } from '../../core/errors.ts';
import type { Sha256 } from '../../core/sha256.ts';
import { findUrl, redactText } from '../../core/url.ts';
import { isLoopback } from '../credentials.ts';

/** A repository of an OCI registry, as `oci://REGISTRY/REPOSITORY` names it. */
export interface OciReference {
  /** Host, and port unless it is the usual one; in lower case. */
  readonly registry: string;
  readonly repository: string;
  /** Of the registry's API: https, or http on this machine, as docker does. */
  readonly origin: string;
  /** `oci://REGISTRY/REPOSITORY` */
  readonly text: string;
}

// OCI Distribution Spec 1.1, "Pulling manifests". Each part begins with what the one before it cannot hold, so that this
// takes linear time.
const COMPONENT = '[a-z0-9]+(?:(?:\\.|__?|-+)[a-z0-9]+)*';
const REPOSITORY = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const REGISTRY = /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i;
const MAX_CHARACTERS = 255;

// Docker Hub's API has another name than its images.
const HUB = 'docker.io';
const HUB_HOST = 'registry-1.docker.io';

/** Whether `text` means a registry, well-formed or not. */
export function isOciUrl(text: string): boolean {
  return /^oci:/i.test(text);
}

/** The repository that `text` names. What `fail` makes of a problem is thrown. */
export function parseOciReference(text: string, fail: (problem: string) => BlobsError): OciReference {
  const shown = redactText(text);
  const [, host = '', repository] = /^oci:\/\/([^/?#]*)\/(.*)$/is.exec(text) ?? [];
  if (host.includes('@')) throw fail(`${shown} must hold no user name and no password: use "docker login"`);
  if (repository === undefined || !REGISTRY.test(host)) {
    throw fail(`${shown} is not oci://REGISTRY/REPOSITORY`);
  }
  const what = findSurplus(repository);
  if (what !== undefined) throw fail(`${shown} must hold no ${what}`);
  if (!REPOSITORY.test(repository)) {
    throw fail(
      `${shown} names no repository: lower-case letters and digits, parted by ".", "_", "-" and "/"`,
    );
  }
  if (host.length + repository.length >= MAX_CHARACTERS) {
    throw fail(`${shown} is longer than ${MAX_CHARACTERS} characters`);
  }
  const url = findUrl(`http://${host}/`);
  if (url === undefined) throw fail(`${shown} names no host`);
  // The port that is usual for one scheme is not for the other.
  const api = isLoopback(url.hostname) ? url : new URL(`https://${host === HUB ? HUB_HOST : host}/`);
  const registry = host.toLowerCase() === HUB ? HUB : api.host;
  return { registry, repository, origin: api.origin, text: `oci://${registry}/${repository}` };
}

/** How the blob with this digest is named in a repository. */
export function ociBlobUrl(repository: string, digest: Sha256): string {
  return `${repository}@sha256:${digest}`;
}

function findSurplus(repository: string): string | undefined {
  if (/\?/.test(repository)) return 'query';
  if (/#/.test(repository)) return 'fragment';
  if (/@/.test(repository)) return 'digest: blobs are found by theirs';
  if (/:/.test(repository)) return 'tag: blobs are found by their digest';
  return /[{}]/.test(repository) ? '"{" or "}": blobs are found by their digest' : undefined;
}
