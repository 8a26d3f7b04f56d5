// SPDX-License-Identifier: Apache-2.0
import { type Blob, blobLabel } from '../core/blob.ts';
import { BlobsError } from '../core/errors.ts';
import type { Issue } from '../core/report.ts';
import type { Sha256 } from '../core/sha256.ts';
import { letHostsRest } from '../fetch/host-rest.ts';
import type { OciEntry } from '../fetch/oci/manifest.ts';
import { type OciReference, ociBlobUrl } from '../fetch/oci/reference.ts';
import { openRegistry, type Registry } from '../fetch/oci/registry.ts';
import { RegistryLogins } from '../fetch/oci/registry-logins.ts';
import { expressionText, findExpression } from '../spdx/expression.ts';
import type { Network } from './fetch-options.ts';
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
  return new RegistryTarget(registry, network, logins);
}

/** A repository that blobs are pushed to. */
class RegistryTarget implements MirrorTarget {
  readonly jobs = JOBS;
  readonly #registry: Registry;
  readonly #network: Network;
  readonly #logins: RegistryLogins | undefined;

  constructor(registry: Registry, network: Network, logins: RegistryLogins | undefined) {
    this.#registry = registry;
    this.#network = network;
    this.#logins = logins;
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
    const entries = await describeEntries(blobs);
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

/** What a registry's manifest says of blobs with equal bytes. */
export function describeEntries(blobs: readonly Blob[]): Promise<readonly OciEntry[]> {
  return Promise.all(blobs.map(toEntry));
}

async function toEntry({ module, path, version, license }: Blob): Promise<OciEntry> {
  const expression = license === undefined ? undefined : await findExpression(license);
  return {
    module,
    path,
    version,
    ...(expression === undefined ? {} : { licenses: expressionText(expression) }),
  };
}
