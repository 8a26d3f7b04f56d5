// SPDX-License-Identifier: Apache-2.0
import { fileSource } from '../binary/byte-source.ts';
import { type Inspection, inspect } from '../binary/inspect.ts';
import type { Blob } from '../core/blob.ts';
import { assertInsideBlobs } from '../module/blob-path.ts';
import { openRegularFile } from '../store/open-regular-file.ts';
import { isZephyrSymbol } from './zephyr-symbols.ts';

/**
 * What is in a blob's file, and which of Zephyr's symbols it wants.
 *
 * @throws BlobsError where a link leads outside `zephyr/blobs` or there is no regular file; the system's error; the
 *   signal's reason.
 */
export async function inspectBlob(blob: Blob, signal: AbortSignal): Promise<Inspection> {
  assertInsideBlobs(blob.moduleDirectory, blob.path, blob.module);
  const handle = await openRegularFile(blob.abspath);
  try {
    const { size } = await handle.stat();
    return await inspect(fileSource(handle, size, signal), isZephyrSymbol);
  } finally {
    await handle.close();
  }
}
