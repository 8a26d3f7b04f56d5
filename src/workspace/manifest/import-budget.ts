// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../../core/errors.ts';
import type { SourcePosition } from '../../yaml/yaml-document.ts';

/** Imports inside each other; west ends at about as many, where Python's recursion does. */
const MAX_DEPTH = 150;

/** Files that one manifest may import in all; without a limit, thirty small files can ask for a billion. */
const MAX_FILES = 1000;

/** Comparisons of a project with a pattern, in all. A large workspace needs some thousand. */
const MAX_MATCHES = 2_000_000;

/** What the resolution of one manifest may cost. */
export class ImportBudget {
  #files = 0;
  #matches = 0;

  /** @throws BlobsError `BLOBS_IMPORT_FAILED` when one more file, `depth` imports deep, is too much */
  spendFile(depth: number, importer: SourcePosition): void {
    this.#files += 1;
    if (depth > MAX_DEPTH) {
      const message = `imports are nested more than ${MAX_DEPTH} deep`;
      throw tooMuch(message, importer, 'look for a manifest that imports itself');
    }
    if (this.#files > MAX_FILES) {
      const message = `the manifest imports more than ${MAX_FILES} files`;
      throw tooMuch(message, importer, 'look for files that are imported again and again');
    }
  }

  /** @throws BlobsError `BLOBS_IMPORT_FAILED` when `count` more comparisons are too many */
  spendMatches(count: number, where: () => SourcePosition): void {
    this.#matches += count;
    if (this.#matches <= MAX_MATCHES) return;
    const message = 'the allowlists and blocklists of the imports are too long for this many projects';
    throw tooMuch(message, where(), 'name what is wanted with fewer patterns');
  }
}

function tooMuch(message: string, where: SourcePosition, hint: string): BlobsError {
  return new BlobsError('BLOBS_IMPORT_FAILED', message, { hint, ...where });
}
