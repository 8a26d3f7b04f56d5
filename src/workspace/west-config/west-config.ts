// SPDX-License-Identifier: Apache-2.0
import { isUtf8 } from 'node:buffer';
import path from 'node:path';
import { BlobsError } from '../../core/errors.ts';
import { readRegularFile } from '../../store/regular-file.ts';
import { isFile } from '../file-system.ts';
import { type IniSections, mergeIni, parseIni } from './ini.ts';
import { findIniValue, type IniValue } from './ini-value.ts';

/** Where west's three configuration files are. */
export interface WestConfigLocations {
  /** The value of `WEST_CONFIG_LOCAL` where it is set; relative parts count from the workspace's topdir. */
  readonly local?: string;
  /** Absolute. */
  readonly global?: string;
  /** Absolute, the first that counts last. */
  readonly system: readonly string[];
}

/** The files to read for each of the three levels; in a level, a later file replaces an earlier one. */
interface WestConfigFiles {
  readonly local: readonly string[];
  readonly global: readonly string[];
  readonly system: readonly string[];
}

/** west's configuration: local before global before system. */
export interface WestConfig {
  /** The value of an option from the first level that has it, with the file and line that it stands in. */
  get(section: string, option: string): IniValue | undefined;
  /** As {@link WestConfig.get}, but from the workspace's own configuration alone. */
  getLocal(section: string, option: string): IniValue | undefined;
  /** Whether the workspace has a configuration file. */
  readonly hasLocal: boolean;
  /** The files that may be it. Absolute. */
  readonly localFiles: readonly string[];
}

const MAX_CONFIG_BYTES = 1024 * 1024;

/**
 * The files that make up west's configuration. Without `topdir` there is no local file, since it belongs to a
 * workspace. `WEST_CONFIG_LOCAL` may name several, parted as in `PATH` (west 1.5).
 */
export function westConfigFiles(locations: WestConfigLocations, topdir: string | undefined): WestConfigFiles {
  const global = locations.global === undefined ? [] : [locations.global];
  return { local: localFiles(locations.local, topdir), global, system: locations.system };
}

function localFiles(named: string | undefined, topdir: string | undefined): readonly string[] {
  if (topdir === undefined) return [];
  if (named === undefined) return [path.join(topdir, '.west', 'config')];
  return named
    .split(path.delimiter)
    .filter((part) => part !== '')
    .map((part) => path.resolve(topdir, part));
}

/**
 * Reads west's configuration. A file that is missing or cannot be opened counts as empty, as in west.
 *
 * @throws BlobsError `BLOBS_BAD_CONFIG` for a file that is not INI or not UTF-8; from the getters, for a value
 *   whose `%(name)s` cannot be expanded
 */
export function loadWestConfig(files: WestConfigFiles): WestConfig {
  const local = readLevel(files.local);
  const global = readLevel(files.global);
  const system = readLevel(files.system);
  return {
    hasLocal: local !== undefined,
    localFiles: files.local,
    getLocal: (section, option) => local && findIniValue(local, section, option),
    get: (section, option) => {
      for (const level of [local, global, system]) {
        const found = level && findIniValue(level, section, option);
        if (found) return found;
      }
      return undefined;
    },
  };
}

function readLevel(files: readonly string[]): IniSections | undefined {
  const read = files.map(readConfigFile).filter((sections) => sections !== undefined);
  return read.length === 0 ? undefined : mergeIni(read);
}

function readConfigFile(file: string): IniSections | undefined {
  let bytes: Buffer;
  try {
    bytes = readRegularFile(file, MAX_CONFIG_BYTES);
  } catch (error) {
    if (error instanceof BlobsError && isFile(file)) {
      throw new BlobsError(
        'BLOBS_BAD_CONFIG',
        `the configuration file is larger than ${MAX_CONFIG_BYTES} bytes`,
        {
          file,
        },
      );
    }
    // Something that is no file, like /dev/null, is the usual way to say "none".
    return undefined;
  }
  if (!isUtf8(bytes)) {
    throw new BlobsError('BLOBS_BAD_CONFIG', 'the configuration file is not UTF-8', { file });
  }
  return parseIni(file, bytes.toString('utf8'));
}
