// SPDX-License-Identifier: Apache-2.0
import { join, resolve } from 'node:path';
import { BlobsError } from '../core/errors.ts';
import {
  type ConfigReport,
  type Issue,
  issueOf,
  type SettingOrigin,
  type SettingRow,
  type SettingValue,
} from '../core/report.ts';
import { parseConfiguredMirrors } from '../fetch/configured-mirrors.ts';
import { describeMirror } from '../fetch/mirrors.ts';
import { configText } from '../output/config-text.ts';
import { configDocument } from '../output/json.ts';
import { isFile } from '../workspace/file-system.ts';
import { findNearest, findTopdir } from '../workspace/find-topdir.ts';
import { findModuleFile, isModule } from '../workspace/modules/is-module.ts';
import { loadWestConfig, type WestConfig, westConfigFiles } from '../workspace/west-config/west-config.ts';
import { loadWorkspace } from '../workspace/workspace.ts';
import { findZephyrBase } from '../workspace/zephyr-base.ts';
import { blobsSettings, type Setting } from './blobs-config.ts';
import type { Config } from './config.ts';
import type { ExitCode } from './exit-codes.ts';
import { DEFAULT_JOBS } from './fetch-command-options.ts';
import { networkSettings } from './network-settings.ts';
import { present, type Session } from './session.ts';

/** What `blobs config` does, in a file of its own, since only it loads it. */
export async function runConfig(session: Session): Promise<ExitCode> {
  const report = await describeConfig(session.config, session.signal);
  return present(session, report, {
    document: () => configDocument(report),
    text: () => configText(report),
  });
}

type Resolved = ReturnType<Setting<SettingValue>['resolve']>;

/** Every setting; an issue for each that cannot be understood. @throws the signal's reason */
async function describeConfig(config: Config, signal: AbortSignal): Promise<ConfigReport> {
  const rows: SettingRow[] = [];
  const issues: Issue[] = [];
  const add = async (name: string, read: () => Resolved | Promise<Resolved>): Promise<void> => {
    try {
      rows.push({ name, ...(await read()) });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof BlobsError)) throw error;
      if (issues.every(({ message }) => message !== error.message)) issues.push(asIssue(error));
    }
  };
  const { search } = config;
  const { options, environment } = config.given;
  const topdir = findTopdir(search.cwd, search.zephyrBase);
  const files = westConfigFiles(search.westConfig, topdir);
  let west: WestConfig | undefined;
  await add('west-config', () => {
    west = loadWestConfig(files);
    const read = [...files.local, ...files.global, ...files.system].filter(isFile);
    return { value: read, origin: { from: 'found', name: 'files of west' } };
  });
  const known: Pick<WestConfig, 'get' | 'getLocal'> = west ?? {
    get: () => undefined,
    getLocal: () => undefined,
  };
  const { jobs, offline, mirrors, store, cacheDirs, autoCache } = blobsSettings(environment, search, known);

  const base: SettingOrigin =
    options.zephyrBase === undefined
      ? { from: 'environment', name: 'ZEPHYR_BASE' }
      : { from: 'option', name: '--zephyr-base' };
  const cwdOrigin: SettingOrigin =
    options.directory === undefined ? { from: 'default' } : { from: 'option', name: '--directory' };
  const isAroundHere = findTopdir(search.cwd) !== undefined;
  await add('directory', () => ({ value: config.cwd, origin: cwdOrigin }));
  await add('modules-from', () => waysOf(config, topdir));
  await add('workspace', () => {
    if (topdir === undefined) return NONE;
    return { value: topdir, origin: isAroundHere ? { from: 'found', name: 'the directory' } : base };
  });
  await add('manifest', () => manifestOf(topdir, known));
  await add('zephyr-base', async () => {
    if (search.zephyrBase !== undefined) return { value: search.zephyrBase, origin: base };
    if (topdir === undefined || west === undefined) return NONE;
    const configured = west.get('zephyr', 'base');
    const git = { environment: search.gitEnvironment, signal };
    const { workspace } = configured
      ? { workspace: { projects: [], topdir } }
      : await loadWorkspace(topdir, west, git);
    const value = findZephyrBase({ given: undefined, config: west, workspace }) ?? null;
    if (configured) return { value, origin: westOrigin('zephyr.base', configured) };
    return value === null ? NONE : { value, origin: { from: 'found', name: 'the manifest' } };
  });
  const orNone = ({ value, origin }: { value: string | undefined; origin: SettingOrigin }): Resolved => ({
    value: value ?? null,
    origin,
  });
  await add('jobs', () => {
    const { value, origin } = jobs.resolve();
    return { value: value ?? DEFAULT_JOBS, origin };
  });
  await add('offline', offline.resolve);
  await add('mirrors', () => {
    const { value, origin } = mirrors.resolve();
    return { value: parseConfiguredMirrors(value).map(describeMirror), origin };
  });
  await add('store', () => orNone(store.resolve()));
  await add('cache-dirs', cacheDirs.resolve);
  await add('auto-cache', () => orNone(autoCache.resolve()));
  await add('licenses', () => ({ value: config.licenseAnswersFile, origin: environment.stateOrigin }));
  rows.push(...networkSettings(config));
  return { rows, issues };
}

const NONE: Resolved = { value: null, origin: { from: 'default' } };

/** Which of the ways to find modules is taken, and what is added. */
function waysOf({ search, cwd }: Config, topdir: string | undefined): Resolved {
  if (search.moduleDirectories.length > 0) {
    return { value: search.moduleDirectories, origin: { from: 'option', name: '--module-dir' } };
  }
  const extras = search.extraModules.map(({ directory }) => directory);
  if (topdir !== undefined) {
    return { value: ['workspace', ...extras], origin: { from: 'found', name: 'the workspace' } };
  }
  if (search.zephyrModules.length > 0) {
    const value = [...search.zephyrModules, ...extras];
    return { value, origin: { from: 'environment', name: 'ZEPHYR_MODULES' } };
  }
  const around = isModule(cwd) ? cwd : findNearest(cwd, (at) => findModuleFile(at) !== undefined);
  if (around !== undefined) {
    return { value: [around, ...extras], origin: { from: 'found', name: 'the directory' } };
  }
  const [extra] = search.extraModules;
  return extra ? { value: extras, origin: { from: 'environment', name: extra.variable } } : NONE;
}

function manifestOf(topdir: string | undefined, west: Pick<WestConfig, 'getLocal'>): Resolved {
  const repository = topdir === undefined ? undefined : west.getLocal('manifest', 'path');
  if (topdir === undefined || repository === undefined) return NONE;
  const file = west.getLocal('manifest', 'file')?.value ?? 'west.yml';
  const value = join(resolve(topdir, repository.value), file);
  return { value, origin: westOrigin('manifest.path', repository) };
}

function westOrigin(
  name: string,
  { file, line }: { readonly file: string; readonly line: number },
): SettingOrigin {
  return { from: 'west', name, file, line };
}

/** What is wrong with a manifest is not what this command is asked for. */
function asIssue(error: BlobsError): Issue {
  return issueOf(error, error.code === 'BLOBS_BAD_CONFIG' ? 'error' : 'warning');
}
