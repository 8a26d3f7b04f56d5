// SPDX-License-Identifier: Apache-2.0
import path from 'node:path/posix';
import type { GitObject, GitObjectReader } from './object-reader.ts';
import { DamagedTreeError, parseTree, type TreeEntry } from './tree.ts';

// As many as anybody has; git itself follows none.
const MAX_LINKS = 5;

/** The file of a module as a commit has it. */
export interface CommittedFile {
  /** Its path in the repository. */
  readonly name: string;
  /** The git object that holds it. */
  readonly oid: string;
  readonly bytes: Uint8Array;
}

/** A module file that is there, but is no regular file of the module. */
export class NoModuleFileError extends Error {}

/**
 * The module in the directory `prefix` of a repository (empty, or with a slash at its end) at `commit`, an object id:
 * its `zephyr/module.yml`, else its `zephyr/module.yaml`, a symbolic link in the module followed. Without a file where
 * `zephyr/CMakeLists.txt` and `zephyr/Kconfig` make the module. Undefined where there is none.
 *
 * @throws GitReadError; DamagedTreeError; NoModuleFileError
 */
export async function findCommittedModule(
  reader: GitObjectReader,
  commit: string,
  prefix: string,
): Promise<{ readonly file: CommittedFile | undefined } | undefined> {
  const entries = await readEntries(reader, commit, `${prefix}zephyr`);
  for (const name of ['module.yml', 'module.yaml']) {
    const entry = entries.find((one) => one.name === name);
    if (entry)
      return { file: await readFile(reader, { commit, prefix, name: `${prefix}zephyr/${name}`, entry }) };
  }
  const isModule = ['CMakeLists.txt', 'Kconfig'].every((name) => entries.some((one) => one.name === name));
  return isModule ? { file: undefined } : undefined;
}

/** Those of a directory; none where there is no directory. */
async function readEntries(
  reader: GitObjectReader,
  commit: string,
  directory: string,
): Promise<readonly TreeEntry[]> {
  const tree = await reader.read(`${commit}:${directory}`);
  return tree?.type === 'tree' ? parseTree(tree.content, tree.oid.length / 2) : [];
}

interface Place {
  readonly commit: string;
  readonly prefix: string;
  readonly name: string;
  readonly entry: TreeEntry;
}

async function readFile(reader: GitObjectReader, place: Place): Promise<CommittedFile> {
  const { commit, prefix } = place;
  let { name, entry } = place;
  for (let links = 0; links <= MAX_LINKS; links += 1) {
    const object = await readObject(reader, entry);
    if (entry.mode !== '120000') return { name: place.name, oid: object.oid, bytes: object.content };
    const target = object.content.toString('utf8');
    name = path.join(path.dirname(name), target);
    if (path.isAbsolute(target) || !name.startsWith(prefix) || name.startsWith('../'))
      throw new NoModuleFileError('it is a symbolic link that leads outside the module');
    const parent = path.dirname(name);
    const entries = await readEntries(reader, commit, parent === '.' ? '' : parent);
    const next = entries.find((one) => one.name === path.basename(name));
    if (next === undefined) throw new NoModuleFileError('it is a symbolic link that leads nowhere');
    entry = next;
  }
  throw new NoModuleFileError('it is a loop of symbolic links');
}

async function readObject(reader: GitObjectReader, { oid, mode }: TreeEntry): Promise<GitObject> {
  if (!/^1[02]/.test(mode)) throw new NoModuleFileError('it is no file');
  const object = await reader.read(oid);
  if (object?.type === 'blob') return object;
  throw new DamagedTreeError('the object that holds it is not in this clone');
}
