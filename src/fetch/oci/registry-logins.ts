// SPDX-License-Identifier: Apache-2.0
import { BlobsError, describeError, systemCode } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import type { Issue } from '../../core/report.ts';
import { readRegularFile } from '../../store/regular-file.ts';
import { parseShallowJson } from '../server-answer.ts';
import { askHelper, HelperError, type HelperRun, type Login } from './credential-helper.ts';

const MAX_BYTES = 1024 * 1024;
// Under this name docker keeps what it knows of Docker Hub.
const HUB = 'docker.io';
const HUB_KEY = 'https://index.docker.io/v1/';

/**
 * What docker's `config.json` knows of registries (docker/cli, cli/config): programs that keep credentials, and those
 * that stand in the file. What is wrong with it is a warning, and the registry is then asked by nobody in particular.
 */
export class RegistryLogins {
  readonly #file: string;
  #config: Record<string, unknown> | undefined;
  readonly #issues = new Map<string, Issue>();

  /** Reads nothing. `file` is absolute. */
  constructor(file: string) {
    this.#file = file;
  }

  /** Warnings, each once. */
  get issues(): readonly Issue[] {
    return [...this.#issues.values()];
  }

  /** What is known for a registry, by its host and port. @throws the signal's reason */
  async find(registry: string, run: HelperRun): Promise<Login | undefined> {
    this.#config ??= this.#read();
    const helper = this.#helperFor(registry);
    if (helper !== undefined) {
      try {
        const found = await askHelper(helper, registry === HUB ? HUB_KEY : registry, run);
        if (found) return found;
      } catch (error) {
        if (!(error instanceof HelperError)) throw error;
        this.#warn(`no credentials for ${registry}: ${error.message}`);
        return undefined;
      }
    }
    const entry = this.#entryFor(registry);
    const login = entry && findLogin(entry);
    if (entry && login === 'malformed') {
      this.#warn(`no credentials for ${registry}: its entry in "auths" cannot be understood`);
    }
    return login === 'malformed' ? undefined : login;
  }

  #helperFor(registry: string): string | undefined {
    const { credHelpers, credsStore } = this.#config as { credHelpers?: unknown; credsStore?: unknown };
    const key = registry === HUB ? HUB_KEY : registry;
    const named = isRecord(credHelpers)
      ? (ownOf(credHelpers, key) ?? ownOf(credHelpers, registry))
      : undefined;
    const helper = named ?? credsStore;
    return typeof helper === 'string' && helper !== '' ? helper : undefined;
  }

  #entryFor(registry: string): Record<string, unknown> | undefined {
    const { auths } = this.#config as { auths?: unknown };
    if (!isRecord(auths)) return undefined;
    const wanted = registry === HUB ? hostOf(HUB_KEY) : registry;
    const key =
      Object.keys(auths).find((one) => one === registry) ??
      Object.keys(auths).find((one) => hostOf(one) === wanted);
    const entry = key === undefined ? undefined : auths[key];
    return isRecord(entry) ? entry : undefined;
  }

  #read(): Record<string, unknown> {
    try {
      const value = parseShallowJson(readRegularFile(this.#file, MAX_BYTES).toString('utf8'));
      if (isRecord(value)) return value;
      this.#warn('it is no JSON object');
    } catch (error) {
      if (!(error instanceof BlobsError) && systemCode(error) === undefined) throw error;
      if (!['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) this.#warn(describeError(error));
    }
    return {};
  }

  #warn(problem: string): void {
    this.#issues.set(problem, {
      severity: 'warning',
      code: 'BLOBS_BAD_CONFIG',
      message: `docker's configuration: ${problem}`,
      hint: `look at ${this.#file}, or run "docker login" again; registries are asked without credentials meanwhile`,
      file: this.#file,
    });
  }
}

function ownOf(map: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** Keys may be URLs, with a path of old. */
function hostOf(key: string): string {
  return key
    .replace(/^https?:\/\//, '')
    .replace(/\/.*$/s, '')
    .toLowerCase();
}

function findLogin(entry: Record<string, unknown>): Login | 'malformed' | undefined {
  const { identitytoken, auth, username, password } = entry as Record<string, unknown>;
  if (typeof identitytoken === 'string' && identitytoken !== '') {
    return { kind: 'identity-token', token: identitytoken };
  }
  if (typeof auth === 'string' && auth !== '') {
    const text = /^[A-Za-z0-9+/_=-]+$/.test(auth) ? Buffer.from(auth, 'base64').toString('utf8') : '';
    const [, user, secret] = /^([^:]+):(.*)$/s.exec(text) ?? [];
    return user === undefined || secret === undefined
      ? 'malformed'
      : { kind: 'password', user, password: secret };
  }
  if (typeof username === 'string' && typeof password === 'string' && username !== '') {
    return { kind: 'password', user: username, password };
  }
  // After "docker login" with a helper, an empty entry stays.
  return undefined;
}
