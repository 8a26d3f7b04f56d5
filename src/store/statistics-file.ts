// SPDX-License-Identifier: Apache-2.0
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { BlobsError } from '../core/errors.ts';
import { readRegularFile } from './regular-file.ts';
import { isStatisticsName, partialDirectory, statisticsDirectory } from './store-layout.ts';
import { TemporaryFile } from './temporary-file.ts';

// A JSON text a line, so that a large file is read and written a piece at a time. What the lines say is told where they
// are made: server/statistics/tally-lines.ts.

/** More than the largest file that is written, so that a hostile one costs no memory. */
const MAX_BYTES = 32 * 1024 * 1024;
/** A team's servers that share a store; more are not read. */
const MAX_FILES = 64;
/** What is parsed or written before others have their turn: well below a millisecond. */
const LINES_AT_ONCE = 500;

/** A file of statistics as it was found, by which a change of it is noticed. */
export interface FoundStatistics {
  /** Absolute. */
  readonly file: string;
  readonly stamp: string;
}

/** The files of all servers that share the store, at most 64; none where none can be listed. */
export function findStatistics(store: string): readonly FoundStatistics[] {
  const directory = statisticsDirectory(store);
  try {
    const names = readdirSync(directory).filter(isStatisticsName).sort().slice(0, MAX_FILES);
    return names.flatMap((name) => {
      const file = join(directory, name);
      const stats = statSync(file, { throwIfNoEntry: false });
      return stats?.isFile() ? [{ file, stamp: `${stats.ino}/${stats.size}/${stats.mtimeMs}` }] : [];
    });
  } catch {
    return [];
  }
}

/**
 * The values of the lines of `file`, with pauses for other work.
 *
 * @throws BlobsError `BLOBS_NOT_A_FILE` for anything but a regular file of at most 32 MiB that ends with a line feed;
 *   SyntaxError for what is not JSON; the system's error
 */
export async function* readStatisticsLines(file: string): AsyncGenerator<unknown> {
  const bytes = readRegularFile(file, MAX_BYTES);
  if (bytes.at(-1) !== 0x0a) throw new BlobsError('BLOBS_NOT_A_FILE', `${file} has no end`, { file });
  let lines = 0;
  for (let start = 0; start < bytes.length; lines++) {
    const end = bytes.indexOf(0x0a, start);
    yield JSON.parse(bytes.toString('utf8', start, end));
    start = end + 1;
    if (lines % LINES_AT_ONCE === LINES_AT_ONCE - 1) await setImmediate();
  }
}

/**
 * Replaces `file`, of that store, by these values, a line each, with pauses for other work.
 *
 * @throws the system's error, with the file of before kept
 */
export async function writeStatisticsLines(
  store: string,
  file: string,
  values: Iterable<unknown>,
): Promise<void> {
  const temporary = await TemporaryFile.create(partialDirectory(store));
  try {
    let lines: string[] = [];
    for (const value of values) {
      lines.push(`${JSON.stringify(value)}\n`);
      if (lines.length < LINES_AT_ONCE) continue;
      await temporary.handle.appendFile(lines.join(''));
      lines = [];
    }
    await temporary.handle.appendFile(lines.join(''));
    await temporary.moveTo(file);
  } finally {
    await temporary.discard();
  }
}
