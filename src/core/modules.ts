// SPDX-License-Identifier: Apache-2.0
/** A directory in which a module is to be read, and how it came to be named. */
export interface ModulePlace {
  /** Absolute; symbolic links are kept as they were named. */
  readonly directory: string;
  /** The module's name unless its module.yml has `name:`: the last segment of the project's path. */
  readonly defaultName: string;
  /** The west project's name. */
  readonly project?: string;
}

/** A project of a west manifest, in west's terms. */
export interface WestProject {
  readonly name: string;
  /** As west prints it: relative to the workspace's topdir, with forward slashes. */
  readonly path: string;
  readonly abspath: string;
  readonly active: boolean;
  /** Why it is not active, and what would change that; absent for one that is. */
  readonly inactive?: { readonly because: string; readonly hint: string };
  /** Whether a git repository is at the place. Looked up on each access. */
  readonly cloned: boolean;
}

/** Why a project gives no module: `absent` is not on disk, `zephyr` is the Zephyr repository itself. */
export type WithoutModule = 'inactive' | 'absent' | 'zephyr' | 'no-module';

/** A west workspace that was found on disk. */
export interface Workspace {
  /** Absolute directory that holds `.west`. */
  readonly topdir: string;
  /** Absolute path of the top-level manifest file. */
  readonly manifestPath: string;
  /** In west's order: the manifest repository first. */
  readonly projects: readonly WestProject[];
  /** Why a project, by its name, gives no module; those that do are not in it. */
  readonly withoutModule: ReadonlyMap<string, WithoutModule>;
}
