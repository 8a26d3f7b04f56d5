// SPDX-License-Identifier: Apache-2.0
import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { BlobsError, describeError, makeRoomHint, saysNoSpace, systemCode } from '../core/errors.ts';
import { replaceFile } from '../store/replace-file.ts';
import { MAX_YAML_BYTES } from '../yaml/limits.ts';

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
 * Replaces a module.yml at once; all that change one write it here. See {@link replaceFile}. Where it throws, the file is
 * as it was.
 *
 * @throws BlobsError `BLOBS_UNSAFE_PATH` where a link leads out of the module, `BLOBS_CANNOT_EDIT` where the file is not
 *   `before` any more or would become too large, `BLOBS_NOT_A_FILE`, `BLOBS_FILE_ACCESS`, `BLOBS_NO_SPACE`
 */
export function writeModuleFile({ directory, file, before, after }: ModuleFileChange): void {
  if (after.length > MAX_YAML_BYTES) {
    const message = `${file} would become larger than ${MAX_YAML_BYTES} bytes`;
    throw new BlobsError('BLOBS_CANNOT_EDIT', message, { file });
  }
  try {
    replaceFile({ file, root: directory, before, after });
  } catch (error) {
    if (error instanceof BlobsError || systemCode(error) === undefined) throw error;
    const code = saysNoSpace(error) ? 'BLOBS_NO_SPACE' : 'BLOBS_FILE_ACCESS';
    const hint = saysNoSpace(error)
      ? makeRoomHint(directoryOf(file))
      : 'look at the permissions of the file and of its directory';
    throw new BlobsError(code, `cannot write ${file}: ${describeError(error)}`, { file, hint, cause: error });
  }
}

/** Where the file is that a link may lead to. */
function directoryOf(file: string): string {
  try {
    return dirname(realpathSync.native(file));
  } catch {
    return dirname(file);
  }
}
