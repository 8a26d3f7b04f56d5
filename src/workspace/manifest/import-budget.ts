// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../../core/errors.ts';
import type { SourcePosition } from '../../yaml/yaml-document.ts';

/** Imports inside each other; west ends at about as many, where Python's recursion does. */
const MAX_DEPTH = 150;

/** Files and directories that one manifest may import in all; thirty small files could ask for a billion. */
const MAX_FILES = 1000;

/** Their bytes in all. A large workspace has some 200 kB; parsing costs seconds a megabyte at worst. */
const MAX_BYTES = 2 * 1024 * 1024;

/** Characters of patterns times characters of paths, compared in all. A large workspace needs some million. */
const MAX_COMPARED = 500_000_000;

/** Milliseconds that git may take in all. Each import needs some ten. */
const MAX_GIT_MS = 30_000;

/** What the resolution of one manifest may cost. */
export class ImportBudget {
  #files = 0;
  #bytes = 0;
  #compared = 0;
  #gitMs = 0;

  /** @throws BlobsError `BLOBS_IMPORT_FAILED` when what is imported at `importer` is nested too deeply */
  checkDepth(depth: number, importer: SourcePosition): void {
    if (depth <= MAX_DEPTH) return;
    const message = `imports are nested more than ${MAX_DEPTH} deep`;
    throw tooMuch(message, importer, 'look for a manifest that imports itself');
  }

  /** @throws BlobsError `BLOBS_IMPORT_FAILED` when one more file or directory is too much */
  spendFile(importer: SourcePosition): void {
    this.#files += 1;
    if (this.#files <= MAX_FILES) return;
    const message = `the manifest imports more than ${MAX_FILES} files`;
    throw tooMuch(message, importer, 'look for files that are imported again and again');
  }

  /** @throws BlobsError `BLOBS_IMPORT_FAILED` when so many more bytes are too many */
  spendBytes(bytes: number, importer: SourcePosition): void {
    this.checkBytes(bytes, importer);
    this.#bytes += bytes;
  }

  /** @throws BlobsError `BLOBS_IMPORT_FAILED` when so many more bytes would be too many */
  checkBytes(bytes: number, importer: SourcePosition): void {
    if (this.#bytes + bytes <= MAX_BYTES) return;
    const message = `the manifest imports more than ${MAX_BYTES} bytes`;
    throw tooMuch(message, importer, 'look for files that are imported again and again');
  }

  /** @throws BlobsError `BLOBS_IMPORT_FAILED` when to compare such patterns with such a path is too much */
  spendComparison(patternCharacters: number, pathCharacters: number, where: SourcePosition): void {
    this.#compared += patternCharacters * (pathCharacters + 1);
    if (this.#compared <= MAX_COMPARED) return;
    const message = 'the allowlists and blocklists of the imports are too long for this many projects';
    throw tooMuch(message, where, 'name what is wanted with fewer patterns');
  }

  /** How many milliseconds git may still take. */
  get gitMs(): number {
    return Math.max(0, MAX_GIT_MS - this.#gitMs);
  }

  spendGitTime(ms: number): void {
    this.#gitMs += ms;
  }
}

function tooMuch(message: string, where: SourcePosition, hint: string): BlobsError {
  return new BlobsError('BLOBS_IMPORT_FAILED', message, { hint, ...where });
}
