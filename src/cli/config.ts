// SPDX-License-Identifier: Apache-2.0
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BlobsError } from '../core/errors.ts';
import type { ProxySettings } from '../fetch/proxy.ts';
import { FileIndex } from '../store/file-index.ts';
import type { ModuleSearch } from '../workspace/modules/find-modules.ts';
import {
  type BlobsConfig,
  type BlobsSettings,
  findStoreDirectory,
  readBlobsConfig,
  readBlobsSettings,
  resolveDirectory,
} from './blobs-config.ts';
import { type Environment, readEnvironment } from './environment.ts';
import { BUILD } from './version.ts';

/** The global options as commander gives them. */
export interface GlobalOptions {
  readonly directory?: string;
  readonly moduleDir?: readonly string[];
  readonly zephyrBase?: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly json?: boolean;
  readonly color?: 'auto' | 'always' | 'never';
  readonly progress?: boolean;
  readonly debug?: boolean;
}

/** What is known of the streams. */
export interface Terminals {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
}

/** Everything that options, environment and west configuration say together. */
export interface Config {
  /** Absolute. */
  readonly cwd: string;
  readonly search: ModuleSearch;
  readonly verbosity: 'quiet' | 'normal' | 'verbose';
  readonly json: boolean;
  readonly colorStdout: boolean;
  readonly colorStderr: boolean;
  readonly showProgress: boolean;
  readonly debug: boolean;
  /** The file that remembers accepted licences. */
  readonly licenseAnswersFile: string;
  /** What it was made of. */
  readonly given: { readonly options: GlobalOptions; readonly environment: Environment };
  /** What environment and west's section `[blobs]` say. */
  readonly blobs: () => BlobsConfig;
  /** The same, each parsed when it is asked for. */
  readonly settings: () => BlobsSettings;
  readonly proxies: ProxySettings;
  /** Absolute netrc files, of which the first that exists counts. */
  readonly netrcFiles: readonly string[];
  readonly githubToken: string | undefined;
  /** Absolute. */
  readonly dockerConfigFile: string;
  /** What earlier runs found out about files; nothing where the local store is switched off. */
  readonly index: () => { readonly index?: FileIndex };
  /** `value` as an absolute directory, with `~` expanded. */
  readonly directory: (value: string) => string;
}

/**
 * Resolves `options` against the environment. The only reader of the environment; for west's section
 * `[blobs]`, see {@link readBlobsConfig}.
 *
 * @throws BlobsError `BLOBS_USAGE` where --directory is no directory.
 */
export function resolveConfig(
  options: GlobalOptions,
  context: { env: NodeJS.ProcessEnv; cwd: string; terminals: Terminals },
): Config {
  const environment = readEnvironment(context.env);
  const cwd = resolve(context.cwd, options.directory ?? '.');
  if (!isDirectory(cwd)) {
    throw new BlobsError('BLOBS_USAGE', `--directory: ${cwd} is not a directory`);
  }
  const search: ModuleSearch = {
    ...environment.search(cwd),
    cwd,
    moduleDirectories: (options.moduleDir ?? []).map((directory) => resolve(cwd, directory)),
    ...(options.zephyrBase === undefined ? {} : { zephyrBase: resolve(cwd, options.zephyrBase) }),
  };
  const color = (isTerminal: boolean): boolean =>
    wantsColor(options.color ?? 'auto', environment, isTerminal);
  const { terminals } = context;
  return {
    cwd,
    search,
    verbosity: options.quiet ? 'quiet' : options.verbose ? 'verbose' : 'normal',
    json: options.json ?? false,
    colorStdout: color(terminals.stdout),
    colorStderr: color(terminals.stderr),
    showProgress:
      terminals.stderr && !environment.isDumbTerminal && !options.quiet && (options.progress ?? true),
    debug: options.debug ?? false,
    licenseAnswersFile: join(environment.stateHome, 'zephyr-blobs', 'licenses.json'),
    given: { options, environment },
    blobs: () => readBlobsConfig(environment, search),
    settings: () => readBlobsSettings(environment, search),
    proxies: environment.proxies,
    netrcFiles: environment.netrcFiles(cwd),
    githubToken: environment.githubToken,
    dockerConfigFile: environment.dockerConfigFile(cwd),
    index: () => openIndex(findStoreDirectory(environment, search)),
    directory: (value) => resolveDirectory(value, environment.home, cwd),
  };
}

function openIndex(store: string | undefined): { readonly index?: FileIndex } {
  return store === undefined ? {} : { index: new FileIndex(store, BUILD) };
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Whether a stream gets colours. */
export function wantsColor(
  option: 'auto' | 'always' | 'never',
  environment: Environment,
  isTerminal: boolean,
): boolean {
  if (option !== 'auto') return option === 'always';
  return environment.color ?? (isTerminal && !environment.isDumbTerminal);
}
