// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../../core/errors.ts';
import type { Issue } from '../../core/report.ts';
import type { Sha256 } from '../../core/sha256.ts';
import type { Body } from '../body.ts';
import type { Mirror } from '../mirrors.ts';
import type { RangeRequest } from '../range.ts';
import { parseOciReference } from './reference.ts';
import { openRegistry, type Registry, type RegistryOptions } from './registry.ts';
import { RegistryLogins } from './registry-logins.ts';

/** Downloads from the registries that mirrors name, each of which is logged into once a run. */
export class OciSources {
  readonly #options: RegistryOptions;
  readonly #logins: RegistryLogins | undefined;
  readonly #registries = new Map<string, Registry>();

  /** `dockerConfigFile` is absolute; without it nobody in particular asks. */
  constructor(options: Omit<RegistryOptions, 'logins'>, dockerConfigFile: string | undefined) {
    this.#logins = dockerConfigFile === undefined ? undefined : new RegistryLogins(dockerConfigFile);
    this.#options = { ...options, logins: this.#logins };
  }

  /** What was wrong with the credentials. */
  get issues(): readonly Issue[] {
    return this.#logins?.issues ?? [];
  }

  /** The bytes that are to have this digest; one attempt. @throws as `Registry.pull` */
  open(mirror: Mirror, digest: Sha256, range: RangeRequest | undefined): Promise<Body> {
    const { replacement } = mirror;
    const known = this.#registries.get(replacement);
    if (known) return known.pull(digest, range);
    const fail = (problem: string): BlobsError => new BlobsError('BLOBS_URL_UNSUPPORTED', problem);
    const registry = openRegistry(parseOciReference(replacement, fail), this.#options);
    this.#registries.set(replacement, registry);
    return registry.pull(digest, range);
  }
}
