// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import type { GitObject, GitObjectReader } from '../git/object-reader.ts';
import { parseTree } from '../git/tree.ts';

/** A manifest file as a commit has it. */
export interface ImportedFile {
  /** Its path in the repository. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A file that is imported from anywhere. */
export interface ImportedSource {
  /** Absolute. */
  readonly file: string;
  readonly read: () => Uint8Array;
}

/** `file` of the repository in `directory`. */
export function committed(directory: string, { name, bytes }: ImportedFile): ImportedSource {
  return { file: path.join(directory, name), read: () => bytes };
}

/** What is named is there, but cannot be imported. */
export class ImportedFileError extends Error {}

/** The ref at which `west update` leaves a project. */
export const MANIFEST_REVISION = 'refs/heads/manifest-rev';

/** Whether a file of this name is imported with its directory; as Python's `PurePath.suffix`, `.yml` alone has none. */
export function isManifestName(name: string): boolean {
  return /^.+\.ya?ml$/su.test(name);
}

/**
 * The files that an `import:` of `file` brings from a project, read at `revision` one after the other:
 * the file, or all of a directory's that {@link isManifestName}, in git's order. What is no regular file there is
 * given as git shows it: a link as its target. False where there is no such file.
 *
 * @throws GitReadError; DamagedTreeError; ImportedFileError for something else than a file or directory
 */
export async function* readImportedFiles(
  reader: GitObjectReader,
  revision: string,
  file: string,
): AsyncGenerator<ImportedFile, boolean> {
  const object = file === '' ? undefined : await reader.read(`${revision}:${file}`);
  if (object === undefined) return false;
  if (object.type === 'blob') yield { name: file, bytes: object.content };
  else if (object.type === 'tree' && !file.endsWith('/')) yield* readTree(reader, file, object);
  else {
    const isTree = object.type === 'tree';
    throw new ImportedFileError(
      isTree ? 'a directory is named without a slash at its end' : `it is a git ${object.type}`,
    );
  }
  return true;
}

async function* readTree(
  reader: GitObjectReader,
  directory: string,
  tree: GitObject,
): AsyncGenerator<ImportedFile> {
  for (const { name, oid } of parseTree(tree.content, tree.oid.length / 2)) {
    if (!isManifestName(name)) continue;
    const object = await reader.read(oid);
    if (object?.type !== 'blob') throw new ImportedFileError(`${name} in it is no file`);
    yield { name: `${directory}/${name}`, bytes: object.content };
  }
}
