// SPDX-License-Identifier: Apache-2.0
import { join, resolve } from 'node:path';
import type { CacheOptions } from '../app/caches.ts';
import { BlobsError } from '../core/errors.ts';
import { findTopdir } from '../workspace/find-topdir.ts';
import type { ModuleSearch } from '../workspace/modules/find-modules.ts';
import { findIniBoolean } from '../workspace/west-config/ini-value.ts';
import { loadWestConfig, westConfigFiles } from '../workspace/west-config/west-config.ts';
import type { Environment } from './environment.ts';

/** What environment and west's section `[blobs]` say, in this order, of things that options of a command may name too. */
export interface BlobsConfig {
  /** Downloads at once. */
  readonly jobs: number | undefined;
  readonly offline: boolean;
  readonly caches: CacheOptions;
}

const OFF = 'off';

/** @throws BlobsError `BLOBS_BAD_CONFIG` for a value that cannot be understood */
export function readBlobsConfig(environment: Environment, search: ModuleSearch): BlobsConfig {
  const topdir = findTopdir(search.cwd, search.zephyrBase);
  const west = loadWestConfig(westConfigFiles(search.westConfig, topdir));
  const find = (variable: string, given: string | undefined, option: string): Found | undefined => {
    if (given !== undefined) return { value: given, where: variable };
    const found = option === '' ? undefined : west.get('blobs', option);
    return found && { value: found.value, where: `blobs.${option} in ${found.file}` };
  };
  const directory = (value: string): string => resolveDirectory(value, environment.home, search.cwd);
  const jobs = find('BLOBS_JOBS', environment.jobs, 'jobs');
  const offline = find('BLOBS_OFFLINE', environment.offline, 'offline');
  const store = find('BLOBS_STORE', environment.store, 'store');
  const autoCache = find('', undefined, 'auto-cache')?.value;
  const storeDirectory = store?.value ? directory(store.value) : join(environment.cacheHome, 'zephyr-blobs');
  return {
    jobs: jobs && parseJobs(jobs),
    offline: offline !== undefined && parseBoolean(offline),
    caches: {
      ...(store?.value === OFF ? {} : { storeDirectory }),
      cacheDirectories: parseDirectories(find('', undefined, 'cache-dirs')?.value ?? '').map(directory),
      ...(autoCache ? { autoCache: directory(autoCache) } : {}),
    },
  };
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

interface Found {
  readonly value: string;
  readonly where: string;
}

function parseJobs({ value, where }: Found): number {
  if (/^[1-9]\d{0,3}$/.test(value)) return Number(value);
  throw bad(where, `must be a number of downloads from 1 to 9999, but is "${value}"`);
}

function parseBoolean({ value, where }: Found): boolean {
  const parsed = findIniBoolean(value);
  if (parsed !== undefined) return parsed;
  throw bad(where, `must be true or false, but is "${value}"`);
}

function bad(where: string, problem: string): BlobsError {
  return new BlobsError('BLOBS_BAD_CONFIG', `${where} ${problem}`);
}
