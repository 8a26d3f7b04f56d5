// SPDX-License-Identifier: Apache-2.0
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type { SettingOrigin } from '../core/report.ts';
import type { ProxySettings, ProxyVariable } from '../fetch/proxy.ts';
import type { ModuleSearch } from '../workspace/modules/find-modules.ts';

/** The environment variables that the program reads: the only place that names them. */
export interface Environment {
  readonly home: string;
  readonly search: (cwd: string) => Omit<ModuleSearch, 'cwd' | 'moduleDirectories'>;
  /** `BLOBS_JOBS`. */
  readonly jobs: string | undefined;
  /** `BLOBS_STORE`. */
  readonly store: string | undefined;
  /** `BLOBS_OFFLINE`. */
  readonly offline: string | undefined;
  /** `BLOBS_MIRRORS`. */
  readonly mirrors: string | undefined;
  /** `$XDG_CACHE_HOME`, else what is usual for caches on the platform. */
  readonly cacheHome: string;
  /** `$XDG_STATE_HOME`, else `~/.local/state`. */
  readonly stateHome: string;
  readonly stateOrigin: SettingOrigin;
  readonly proxies: ProxySettings;
  readonly noProxyOrigin: SettingOrigin;
  /** `NODE_EXTRA_CA_CERTS`, which Node.js itself reads. */
  readonly extraCertificates: string | undefined;
  /** `$NETRC`, else what is usual in the home directory: absolute files, of which the first that exists counts. */
  readonly netrcFiles: (cwd: string) => readonly string[];
  readonly netrcOrigin: SettingOrigin;
  /** `GITHUB_TOKEN`. */
  readonly githubToken: string | undefined;
  /** `config.json` in `$DOCKER_CONFIG`, else in `~/.docker`: absolute. */
  readonly dockerConfigFile: (cwd: string) => string;
  readonly dockerConfigOrigin: SettingOrigin;
  /** In a job of GitHub Actions: the absolute directory that the repository is checked out into, if that is known. */
  readonly githubActions: { readonly workspace: string | undefined } | undefined;
  /** `SOURCE_DATE_EPOCH` (reproducible-builds.org). */
  readonly sourceDateEpoch: string | undefined;
  /** What `NO_COLOR` (no-color.org) and `FORCE_COLOR` (as Node reads it) ask for. */
  readonly color: boolean | undefined;
  readonly isDumbTerminal: boolean;
}

/** Reads `env`, usually `process.env`. Empty variables count as unset, unless west takes them otherwise. */
export function readEnvironment(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): Environment {
  const get = (name: string): string | undefined => env[name] || undefined;
  const originOf = (...names: readonly string[]): SettingOrigin => {
    const name = names.find((one) => get(one) !== undefined);
    return name === undefined ? { from: 'default' } : { from: 'environment', name };
  };
  const home = get('HOME') ?? homedir();
  return {
    home,
    jobs: get('BLOBS_JOBS'),
    store: get('BLOBS_STORE'),
    offline: get('BLOBS_OFFLINE'),
    mirrors: get('BLOBS_MIRRORS'),
    cacheHome: cacheHome(env, home, platform),
    stateHome: get('XDG_STATE_HOME') ?? join(home, '.local', 'state'),
    stateOrigin: originOf('XDG_STATE_HOME'),
    proxies: proxiesOf(get),
    noProxyOrigin: originOf('no_proxy', 'NO_PROXY'),
    extraCertificates: get('NODE_EXTRA_CA_CERTS'),
    netrcFiles: (cwd) => netrcFiles(get('NETRC'), { cwd, home, platform }),
    netrcOrigin: originOf('NETRC'),
    githubToken: get('GITHUB_TOKEN'),
    dockerConfigFile: (cwd) => resolve(cwd, get('DOCKER_CONFIG') ?? join(home, '.docker'), 'config.json'),
    dockerConfigOrigin: originOf('DOCKER_CONFIG'),
    githubActions:
      env['GITHUB_ACTIONS'] === 'true' ? { workspace: findAbsolute(get('GITHUB_WORKSPACE')) } : undefined,
    sourceDateEpoch: get('SOURCE_DATE_EPOCH'),
    color: colorOf(env),
    isDumbTerminal: env['TERM'] === 'dumb',
    search: (cwd) => {
      const directories = (name: string): string[] =>
        (env[name] ?? '').split(';').flatMap((part) => (part === '' ? [] : resolve(cwd, part)));
      const zephyrBase = get('ZEPHYR_BASE');
      return {
        ...(zephyrBase === undefined ? {} : { zephyrBase: resolve(cwd, zephyrBase) }),
        zephyrModules: directories('ZEPHYR_MODULES'),
        extraModules: ['EXTRA_ZEPHYR_MODULES', 'ZEPHYR_EXTRA_MODULES'].flatMap((variable) =>
          directories(variable).map((directory) => ({ variable, directory })),
        ),
        westConfig: westConfig(env, { cwd, home, platform }),
        gitEnvironment: env,
      };
    },
  };
}

function findAbsolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}

function westConfig(
  env: NodeJS.ProcessEnv,
  { cwd, home, platform }: { cwd: string; home: string; platform: NodeJS.Platform },
): ModuleSearch['westConfig'] {
  const local = env['WEST_CONFIG_LOCAL'];
  const xdg = platform === 'linux' ? env['XDG_CONFIG_HOME'] : undefined;
  const global = env['WEST_CONFIG_GLOBAL'] || (xdg ? join(xdg, 'west', 'config') : join(home, '.westconfig'));
  const system = env['WEST_CONFIG_SYSTEM'] || systemConfig(env, platform);
  // As in west, a name that is set but empty leaves the workspace without a configuration.
  return {
    ...(local === undefined ? {} : { local }),
    global: resolve(cwd, global),
    system: [resolve(cwd, system)],
  };
}

/**
 * As curl reads them: lower case wins, `ALL_PROXY` stands in for either, and https never falls back on `HTTP_PROXY`.
 * Other than curl, `HTTP_PROXY` in upper case counts, except in a CGI program, whose caller chooses it.
 */
function proxiesOf(get: (name: string) => string | undefined): ProxySettings {
  const first = (...names: readonly string[]): ProxyVariable | undefined =>
    names.flatMap((variable) => {
      const value = get(variable);
      return value === undefined ? [] : [{ variable, value }];
    })[0];
  const all = ['all_proxy', 'ALL_PROXY'];
  const isCgi = get('REQUEST_METHOD') !== undefined;
  const http = first('http_proxy', ...(isCgi ? [] : ['HTTP_PROXY']), ...all);
  const https = first('https_proxy', 'HTTPS_PROXY', ...all);
  return {
    ...(http === undefined ? {} : { http }),
    ...(https === undefined ? {} : { https }),
    noProxy: get('no_proxy') ?? get('NO_PROXY') ?? '',
  };
}

function netrcFiles(
  named: string | undefined,
  { cwd, home, platform }: { cwd: string; home: string; platform: NodeJS.Platform },
): string[] {
  if (named !== undefined) return [resolve(cwd, named)];
  return [...(platform === 'win32' ? ['_netrc'] : []), '.netrc'].map((name) => join(home, name));
}

function cacheHome(env: NodeJS.ProcessEnv, home: string, platform: NodeJS.Platform): string {
  const xdg = env['XDG_CACHE_HOME'];
  // By the specification, a relative one is to be ignored.
  if (xdg && isAbsolute(xdg)) return xdg;
  if (platform === 'darwin') return join(home, 'Library', 'Caches');
  if (platform === 'win32') return env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local');
  return join(home, '.cache');
}

function systemConfig(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (platform === 'darwin') return '/usr/local/etc/westconfig';
  if (platform === 'win32') return join(env['PROGRAMDATA'] ?? 'C:\\ProgramData', 'west', 'config');
  return '/etc/westconfig';
}

function colorOf(env: NodeJS.ProcessEnv): boolean | undefined {
  const force = env['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  return env['NO_COLOR'] ? false : undefined;
}
