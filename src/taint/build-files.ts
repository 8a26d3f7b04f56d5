// SPDX-License-Identifier: Apache-2.0
import { systemCode } from '../core/errors.ts';
import { readRegularFile } from '../store/regular-file.ts';
import { type BuildBudget, UnreadableError } from './build-budget.ts';

const MAX_FILE_BYTES = 192 * 2 ** 20;

/** Reads the files of a build, each once, and remembers what could not be read. */
export class BuildFiles {
  readonly #budget: BuildBudget;
  readonly #read = new Set<string>();
  readonly onError: (file: string, error: unknown) => void;

  constructor(budget: BuildBudget, onError: (file: string, error: unknown) => void) {
    this.#budget = budget;
    this.onError = onError;
  }

  /** Whether the file at this absolute path was read before. */
  wasRead(file: string): boolean {
    return this.#read.has(file);
  }

  /** The bytes of a regular file. @throws BlobsError, UnreadableError, the system's error */
  readBytes(file: string): Buffer {
    this.#budget.spend('files');
    this.#read.add(file);
    const bytes = readRegularFile(file, MAX_FILE_BYTES);
    this.#budget.spend('characters', bytes.length);
    return bytes;
  }

  /** The text of a regular file, as UTF-8. @throws as {@link readBytes} */
  readText(file: string): string {
    return this.readBytes(file).toString('utf8');
  }

  /** The bytes of a file that need not be there; an error is reported, and there is nothing. */
  findBytes(file: string): Buffer | undefined {
    try {
      return this.readBytes(file);
    } catch (error) {
      if (error instanceof UnreadableError) throw error;
      if (!['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(systemCode(error) ?? '')) this.onError(file, error);
      return undefined;
    }
  }

  /** As {@link findBytes}, as UTF-8. */
  findText(file: string): string | undefined {
    return this.findBytes(file)?.toString('utf8');
  }
}
