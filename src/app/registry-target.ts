// SPDX-License-Identifier: Apache-2.0
import { type Blob, blobLabel } from '../core/blob.ts';
import { BlobsError } from '../core/errors.ts';
import type { BlobLicense } from '../core/license.ts';
import type { Issue } from '../core/report.ts';
import type { Sha256 } from '../core/sha256.ts';
import { letHostsRest } from '../fetch/host-rest.ts';
import type { OciEntry } from '../fetch/oci/manifest.ts';
import { type OciReference, ociBlobUrl } from '../fetch/oci/reference.ts';
import { openRegistry, type Registry } from '../fetch/oci/registry.ts';
import { RegistryLogins } from '../fetch/oci/registry-logins.ts';
import type { Network } from './fetch-options.ts';
import { findLicenses } from './find-licenses.ts';
import type { FoundBlob, MirrorTarget, PushDeps } from './mirror-target.ts';

const JOBS = 4;
const TIMEOUT_MS = 30_000;
const RETRIES = 4;

/** Opens a registry that blobs are pushed to; nothing is asked yet. */
export async function openRegistryTarget(reference: OciReference, deps: PushDeps): Promise<MirrorTarget> {
  const { clock, random, signal } = deps;
  const network = await deps.openNetwork({ jobs: JOBS, timeoutMs: TIMEOUT_MS });
  const { dockerConfigFile, ...http } = network;
  const logins = dockerConfigFile === undefined ? undefined : new RegistryLogins(dockerConfigFile);
  const resting = {
    clock,
    random,
    jobs: JOBS,
    retries: RETRIES,
    ...(http.trace ? { trace: http.trace } : {}),
  };
  const registry = openRegistry(reference, {
    ...http,
    transport: letHostsRest(http.transport, resting),
    clock,
    random,
    retries: RETRIES,
    timeoutMs: TIMEOUT_MS,
    signal,
    logins,
  });
  return new RegistryTarget(registry, { network, logins, signal });
}

/** A repository that blobs are pushed to. */
class RegistryTarget implements MirrorTarget {
  readonly jobs = JOBS;
  readonly #registry: Registry;
  readonly #network: Network;
  readonly #logins: RegistryLogins | undefined;
  readonly #signal: AbortSignal;

  constructor(
    registry: Registry,
    {
      network,
      logins,
      signal,
    }: { network: Network; logins: RegistryLogins | undefined; signal: AbortSignal },
  ) {
    this.#registry = registry;
    this.#network = network;
    this.#logins = logins;
    this.#signal = signal;
  }

  async prepare(): Promise<void> {}

  async find(digest: Sha256): Promise<FoundBlob | undefined> {
    const found = await this.#registry.has(digest);
    return found && { ...found, good: true };
  }

  add(source: string, digest: Sha256): Promise<number> {
    return this.#registry.push(digest, source);
  }

  async describe(digest: Sha256, blobs: readonly Blob[], sizeBytes: number): Promise<void> {
    const entries = await describeEntries(blobs, this.#signal);
    await this.#registry.describe({ digest, bytes: sizeBytes, entries });
  }

  nameOf(digest: Sha256): string {
    return ociBlobUrl(this.#registry.reference.text, digest);
  }

  explain(blob: Blob, error: unknown): Issue | undefined {
    if (!(error instanceof Error && 'code' in error)) return undefined;
    const known = error instanceof BlobsError ? error : undefined;
    return {
      severity: 'error',
      code: known?.code ?? 'BLOBS_FILE_ACCESS',
      message: `cannot push ${blobLabel(blob)}: ${error.message}`,
      ...known?.details,
      module: blob.module,
      path: blob.path,
    };
  }

  async end(): Promise<readonly Issue[]> {
    await this.#network.transport.close();
    return this.#logins?.issues ?? [];
  }
}

/** What a registry's manifest says of blobs with equal bytes. @throws the signal's reason */
export async function describeEntries(
  blobs: readonly Blob[],
  signal: AbortSignal,
): Promise<readonly OciEntry[]> {
  const { licenses } = await findLicenses(blobs, signal);
  return blobs.map((blob) => {
    const { module, path, version } = blob;
    const license = licenses.get(blob);
    return { module, path, version, ...(isDefinite(license) ? { licenses: license.expression } : {}) };
  });
}

/** Whether somebody said, or a text is, what others know by the same name: a text alone has a name of our own. */
function isDefinite(license: BlobLicense | undefined): license is BlobLicense {
  return license !== undefined && license.source !== 'license-file' && license.source !== 'none';
}
