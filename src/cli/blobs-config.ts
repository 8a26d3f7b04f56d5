// SPDX-License-Identifier: Apache-2.0
import { join, resolve } from 'node:path';
import type { CacheOptions } from '../app/caches.ts';
import { BlobsError } from '../core/errors.ts';
import type { SettingOrigin } from '../core/report.ts';
import type { ConfiguredValue } from '../fetch/configured-mirrors.ts';
import { findTopdir } from '../workspace/find-topdir.ts';
import type { ModuleSearch } from '../workspace/modules/find-modules.ts';
import { findIniBoolean } from '../workspace/west-config/ini-value.ts';
import { loadWestConfig, type WestConfig, westConfigFiles } from '../workspace/west-config/west-config.ts';
import type { Environment } from './environment.ts';

/** What environment and west's section `[blobs]` say, in this order, of things that options of a command may name too. */
export interface BlobsConfig {
  /** Downloads at once. */
  readonly jobs: number | undefined;
  readonly offline: boolean;
  /** JSON, parsed where mirrors are used. */
  readonly mirrors: ConfiguredValue | undefined;
  readonly caches: CacheOptions;
}

/** One thing that environment and west may say, looked up and parsed when it is asked for. */
export interface Setting<T> {
  /** @throws BlobsError `BLOBS_BAD_CONFIG` for a value that cannot be understood */
  readonly resolve: () => { readonly value: T; readonly origin: SettingOrigin };
}

/** What {@link BlobsConfig} is made of, each with its origin. */
export interface BlobsSettings {
  readonly jobs: Setting<number | undefined>;
  readonly offline: Setting<boolean>;
  /** JSON, not yet parsed. */
  readonly mirrors: Setting<ConfiguredValue | undefined>;
  /** Undefined where it is switched off. */
  readonly store: Setting<string | undefined>;
  readonly cacheDirs: Setting<readonly string[]>;
  readonly autoCache: Setting<string | undefined>;
}

interface FoundValue extends ConfiguredValue {
  /** Whether it stands in a file of west. */
  readonly isWest: boolean;
}

const OFF = 'off';

/** @throws BlobsError `BLOBS_BAD_CONFIG` for a value that cannot be understood */
export function readBlobsConfig(environment: Environment, search: ModuleSearch): BlobsConfig {
  const settings = readBlobsSettings(environment, search);
  return {
    jobs: settings.jobs.resolve().value,
    offline: settings.offline.resolve().value,
    mirrors: settings.mirrors.resolve().value,
    caches: resolveCaches(settings),
  };
}

/**
 * The settings as environment and west's files give them now. Who needs some of them does not fail for the others.
 *
 * @throws BlobsError `BLOBS_BAD_CONFIG` for a file of west that cannot be understood
 */
export function readBlobsSettings(environment: Environment, search: ModuleSearch): BlobsSettings {
  const topdir = findTopdir(search.cwd, search.zephyrBase);
  return blobsSettings(environment, search, loadWestConfig(westConfigFiles(search.westConfig, topdir)));
}

/** Where bytes may be on this machine. @throws BlobsError `BLOBS_BAD_CONFIG` */
export function resolveCaches(settings: BlobsSettings): CacheOptions {
  const storeDirectory = settings.store.resolve().value;
  const autoCache = settings.autoCache.resolve().value;
  return {
    ...(storeDirectory === undefined ? {} : { storeDirectory }),
    cacheDirectories: settings.cacheDirs.resolve().value,
    ...(autoCache === undefined ? {} : { autoCache }),
  };
}

/** The settings, a line each: west's option, the variable that counts more, how text becomes a value, and what counts without. */
export function blobsSettings(
  environment: Environment,
  search: ModuleSearch,
  west: Pick<WestConfig, 'get'>,
): BlobsSettings {
  const directory = (value: string): string => resolveDirectory(value, environment.home, search.cwd);
  const usualStore = join(environment.cacheHome, 'zephyr-blobs');
  const storeOf = ({ value, isWest }: FoundValue): string | undefined => {
    if (value === OFF) return undefined;
    if (value === '') return usualStore;
    // A file of west says the same wherever in the workspace it is read.
    const topdir = isWest ? findTopdir(search.cwd, search.zephyrBase) : undefined;
    return resolveDirectory(value, environment.home, topdir ?? search.cwd);
  };
  const directories = ({ value }: ConfiguredValue): readonly string[] =>
    parseDirectories(value).map(directory);
  const orNone = ({ value }: ConfiguredValue): string | undefined =>
    value === '' ? undefined : directory(value);
  const { jobs, offline, mirrors, store } = environment;
  return {
    jobs: setting(west, 'jobs', { BLOBS_JOBS: jobs }, parseJobs, undefined),
    offline: setting(west, 'offline', { BLOBS_OFFLINE: offline }, parseBoolean, false),
    mirrors: setting<ConfiguredValue | undefined>(
      west,
      'mirrors',
      { BLOBS_MIRRORS: mirrors },
      asFound,
      undefined,
    ),
    store: setting(west, 'store', { BLOBS_STORE: store }, storeOf, usualStore),
    cacheDirs: setting(west, 'cache-dirs', {}, directories, []),
    autoCache: setting(west, 'auto-cache', {}, orNone, undefined),
  };
}

function setting<T>(
  west: Pick<WestConfig, 'get'>,
  option: string,
  variables: Readonly<Record<string, string | undefined>>,
  parse: (found: FoundValue) => T,
  fallback: T,
): Setting<T> {
  return {
    resolve: () => {
      for (const [name, value] of Object.entries(variables)) {
        if (value !== undefined)
          return {
            value: parse({ value, where: name, isWest: false }),
            origin: { from: 'environment', name },
          };
      }
      const found = west.get('blobs', option);
      if (found === undefined) return { value: fallback, origin: { from: 'default' } };
      const { value, file, line } = found;
      const name = `blobs.${option}`;
      const origin = { from: 'west', name, file, line } as const;
      return { value: parse({ value, where: `${name} in ${file}`, isWest: true }), origin };
    },
  };
}

/**
 * The directory of the local store, beside which files are remembered; undefined where it is switched off, or where the
 * configuration cannot be read: who needs it finds that out, and who does not goes on without.
 */
export function findStoreDirectory(environment: Environment, search: ModuleSearch): string | undefined {
  const get: WestConfig['get'] = (section, option) => {
    const topdir = findTopdir(search.cwd, search.zephyrBase);
    return loadWestConfig(westConfigFiles(search.westConfig, topdir)).get(section, option);
  };
  try {
    return blobsSettings(environment, search, { get }).store.resolve().value;
  } catch (error) {
    if (error instanceof BlobsError) return undefined;
    throw error;
  }
}

/** The directories that `text` names, parted by semicolons as west does; empty parts are ignored. */
export function parseDirectories(text: string): readonly string[] {
  return text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** `value` as an absolute path: a leading `~` is `home`, and a relative one counts from `cwd`. */
export function resolveDirectory(value: string, home: string, cwd: string): string {
  return resolve(
    cwd,
    value.replace(/^~(?=$|[/\\])/, () => home),
  );
}

function asFound({ value, where }: FoundValue): ConfiguredValue {
  return { value, where };
}

function parseJobs({ value, where }: ConfiguredValue): number {
  if (/^[1-9]\d{0,3}$/.test(value)) return Number(value);
  throw bad(where, `must be a number of downloads from 1 to 9999, but is "${value}"`);
}

function parseBoolean({ value, where }: ConfiguredValue): boolean {
  const parsed = findIniBoolean(value);
  if (parsed !== undefined) return parsed;
  throw bad(where, `must be true or false, but is "${value}"`);
}

function bad(where: string, problem: string): BlobsError {
  return new BlobsError('BLOBS_BAD_CONFIG', `${where} ${problem}`);
}
