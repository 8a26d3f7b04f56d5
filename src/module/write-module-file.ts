// SPDX-License-Identifier: Apache-2.0
import { constants, realpathSync } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BlobsError, describeError, makeRoomHint, saysNoSpace } from '../core/errors.ts';
import { readRegularFile } from '../store/regular-file.ts';
import { TemporaryFile } from '../store/temporary-file.ts';
import { removeStaleTemporaryFiles } from '../store/temporary-names.ts';
import { MAX_YAML_BYTES } from '../yaml/limits.ts';
import { isOwnFile } from './blob-path.ts';

/** A module.yml that is to get another content. */
export interface ModuleFileChange {
  /** Absolute directory of the module. */
  readonly directory: string;
  /** Absolute path of its module.yml. */
  readonly file: string;
  /** What was read, and what the change was made from. */
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/**
 * Replaces a module.yml at once, through a temporary file beside it; its mode stays. A symbolic link in the module stays
 * one: what it leads to is replaced. Where it throws, the file is as it was.
 *
 * @throws BlobsError `BLOBS_UNSAFE_PATH` where a link leads out of the module, `BLOBS_CANNOT_EDIT` where the file is not
 *   `before` any more or would become too large, `BLOBS_FILE_ACCESS`, `BLOBS_NO_SPACE`
 */
export async function writeModuleFile(change: ModuleFileChange): Promise<void> {
  const { file, after } = change;
  if (after.length > MAX_YAML_BYTES) {
    const message = `${file} would become larger than ${MAX_YAML_BYTES} bytes`;
    throw new BlobsError('BLOBS_CANNOT_EDIT', message, { file });
  }
  let temporary: TemporaryFile | undefined;
  try {
    const real = findUnchanged(change);
    // A rename would replace it all the same.
    await access(real, constants.W_OK);
    removeStaleTemporaryFiles(dirname(real));
    temporary = await TemporaryFile.create(dirname(real));
    await temporary.handle.writeFile(after);
    await temporary.handle.chmod((await stat(real)).mode & 0o7777);
    // Writing may have taken a while.
    if (findUnchanged(change) !== real) throw changed(file);
    if (!(await temporary.moveTo(real))) throw new Error('it is on another file system');
  } catch (error) {
    if (error instanceof BlobsError) throw error;
    const code = saysNoSpace(error) ? 'BLOBS_NO_SPACE' : 'BLOBS_FILE_ACCESS';
    throw new BlobsError(code, `cannot write ${file}: ${describeError(error)}`, {
      file,
      ...(saysNoSpace(error) ? { hint: makeRoomHint(dirname(file)) } : {}),
    });
  } finally {
    await temporary?.discard();
  }
}

/** The real path of the file, which holds what was read. */
function findUnchanged({ directory, file, before }: ModuleFileChange): string {
  if (!isOwnFile(directory, file)) {
    throw new BlobsError('BLOBS_UNSAFE_PATH', 'a symbolic link leads module.yml outside the module', {
      file,
    });
  }
  const real = realpathSync.native(file);
  if (!readRegularFile(real, MAX_YAML_BYTES).equals(before)) throw changed(file);
  return real;
}

function changed(file: string): BlobsError {
  return new BlobsError('BLOBS_CANNOT_EDIT', `${file} was changed meanwhile, and was left alone`, {
    file,
    hint: 'run the same command again',
  });
}
