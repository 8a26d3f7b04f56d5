// SPDX-License-Identifier: Apache-2.0
import { GitReadError } from './git-read-error.ts';

const MAX_OUTPUT_BYTES = 512 * 1024 * 1024;
const MAX_PATHS = 1_000_000;
const MAX_PATH_BYTES = 64 * 1024;
const NUL = 0;

/** Takes paths that end with NUL out of a stream, in memory that only the wanted ones need. */
export class PathParser {
  readonly #paths: Buffer[] = [];
  readonly #isWanted: (path: Buffer) => boolean;
  #rest: Buffer = Buffer.alloc(0);
  #bytes = 0;

  constructor(isWanted: (path: Buffer) => boolean) {
    this.#isWanted = isWanted;
  }

  /** All of them, once git has ended. */
  finish(): Buffer[] {
    if (this.#rest.length > 0) throw new GitReadError('failed', 'git ended within an answer');
    return this.#paths;
  }

  add(chunk: Buffer): void {
    this.#bytes += chunk.length;
    const text = Buffer.concat([this.#rest, chunk]);
    let start = 0;
    for (let end = text.indexOf(NUL); end !== -1; end = text.indexOf(NUL, start)) {
      const found = text.subarray(start, end);
      // A copy, so that the chunk need not be kept for it.
      if (this.#isWanted(found)) this.#paths.push(Buffer.from(found));
      start = end + 1;
    }
    this.#rest = Buffer.from(text.subarray(start));
    if (
      this.#bytes > MAX_OUTPUT_BYTES ||
      this.#paths.length > MAX_PATHS ||
      this.#rest.length > MAX_PATH_BYTES
    ) {
      throw new GitReadError('too-large', 'git names more than can be looked at');
    }
  }
}
