// SPDX-License-Identifier: Apache-2.0
import { accessSync, constants, lstatSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { BlobsError, describeError, makeRoomHint, saysNoSpace, systemCode } from '../core/errors.ts';
import { TemporaryFile } from './temporary-file.ts';

/**
 * The file that is to be written for `file`, which a symbolic link may lead to.
 *
 * @throws BlobsError `BLOBS_USAGE` where something other than a regular file is there, a link leads nowhere, or there is no
 *   directory for it
 */
export function findOutputFile(file: string): string {
  const stats = look(file);
  if (stats === undefined) {
    if (look(dirname(file))?.isDirectory()) return file;
    throw new BlobsError('BLOBS_USAGE', `cannot write to ${file}: its directory is not there`);
  }
  if (stats.isFile()) return realpathSync.native(file);
  const what = stats.isDirectory() ? 'is a directory' : 'is no regular file';
  throw new BlobsError('BLOBS_USAGE', `cannot write to ${file}: it ${what}`, {
    ...(stats.isDirectory() ? {} : { hint: 'leave it out, or name "-", and redirect stdout' }),
  });
}

/** @throws BlobsError `BLOBS_USAGE` */
function look(file: string): Stats | undefined {
  try {
    const stats = statSync(file, { throwIfNoEntry: false });
    const link = stats === undefined && lstatSync(file, { throwIfNoEntry: false });
    if (!link) return stats;
    throw new BlobsError('BLOBS_USAGE', `cannot write to ${file}: it is a link that leads nowhere`);
  } catch (error) {
    if (systemCode(error) === undefined || error instanceof BlobsError) throw error;
    throw new BlobsError('BLOBS_USAGE', `cannot write to ${file}: ${describeError(error)}`);
  }
}

/**
 * Writes a file whole, by a temporary file beside it and a rename: until then, what was there stays. A symbolic link to a
 * file stays too. The file keeps its mode; a new one has 0666 less the umask.
 *
 * @param file absolute
 * @throws BlobsError as {@link findOutputFile}; `BLOBS_FILE_ACCESS` and `BLOBS_NO_SPACE` for the system's errors
 */
export async function writeOutput(file: string, pieces: Iterable<string>): Promise<void> {
  const target = findOutputFile(file);
  try {
    const before = look(target);
    // A rename would replace it all the same.
    if (before !== undefined) accessSync(target, constants.W_OK);
    const temporary = await TemporaryFile.create(dirname(target));
    try {
      if (before !== undefined) await temporary.handle.chmod(before.mode & 0o777);
      for (const piece of pieces) await temporary.handle.writeFile(piece);
      await temporary.moveTo(target);
    } finally {
      await temporary.discard();
    }
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    const code = saysNoSpace(error) ? 'BLOBS_NO_SPACE' : 'BLOBS_FILE_ACCESS';
    const hint = saysNoSpace(error) ? { hint: makeRoomHint(dirname(target)) } : {};
    throw new BlobsError(code, `cannot write ${file}: ${describeError(error)}`, hint);
  }
}
