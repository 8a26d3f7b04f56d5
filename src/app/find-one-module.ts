// SPDX-License-Identifier: Apache-2.0
import { sep } from 'node:path';
import { BlobsError } from '../core/errors.ts';
import type { ModulePlace } from '../core/modules.ts';
import type { Issue } from '../core/report.ts';
import { escapeControls } from '../core/text.ts';
import { type FreshModule, readModule } from '../module/read-module.ts';
import { findModules, type ModuleSearch } from '../workspace/modules/find-modules.ts';
import { findModuleFile } from '../workspace/modules/is-module.ts';

/** The module that a command writes to. */
export interface OneModule {
  readonly place: ModulePlace;
  readonly file: string;
  readonly read: FreshModule;
  /** What was wrong on the way to it. */
  readonly issues: readonly Issue[];
}

/**
 * The one module that is meant: the named one, else the only one, else the one that the current directory is in.
 *
 * @throws BlobsError `BLOBS_UNKNOWN_MODULE`, `BLOBS_USAGE` where several may be meant, `BLOBS_NOT_A_MODULE` for one
 *   without a module.yml, and where no module can be found; the signal's reason
 */
export async function findOneModule(
  search: ModuleSearch,
  names: readonly string[],
  signal: AbortSignal,
): Promise<OneModule> {
  if (names.length > 1) throw new BlobsError('BLOBS_USAGE', 'only one module can be written to');
  const { places, issues } = await findModules(search, signal);
  const [name] = names;
  const fitting = name === undefined ? places : places.filter((place) => nameOf(place) === name);
  const [first, ...others] = fitting;
  if (first === undefined && name !== undefined) {
    throw new BlobsError('BLOBS_UNKNOWN_MODULE', `no module is named "${escapeControls(name)}"`, {
      hint: 'see "blobs modules"',
    });
  }
  const around = places.filter(({ directory }) => `${search.cwd}${sep}`.startsWith(`${directory}${sep}`));
  const place =
    others.length === 0 ? first : around.sort((a, b) => b.directory.length - a.directory.length)[0];
  if (place === undefined) {
    throw new BlobsError('BLOBS_USAGE', 'it is not said which module is to be written to', {
      hint: 'give -m DIR or the name of a module, or run it in the module',
    });
  }
  const file = findModuleFile(place.directory);
  if (file === undefined) {
    throw new BlobsError('BLOBS_NOT_A_MODULE', `${place.directory} has no zephyr/module.yml`, {
      hint: 'write one first, for example with "name:" and "build:"',
    });
  }
  return { place, file, read: readModule(place, file), issues };
}

function nameOf(place: ModulePlace): string {
  const file = findModuleFile(place.directory);
  return file === undefined ? place.defaultName : readModule(place, file).module.name;
}
