// SPDX-License-Identifier: Apache-2.0
import type { Sha256 } from '../core/sha256.ts';
import type { TemporaryFile } from '../store/temporary-file.ts';
import { BatchWriter } from './batch-writer.ts';
import type { Body } from './body.ts';
import { LocalFileError } from './local-file-error.ts';

/** A body whose bytes are about to come. */
export interface BegunBody {
  /** Where they are written; absent where there is no room for them. */
  readonly file?: TemporaryFile;
  /** So many bytes came before, and lie in the file. */
  readonly presentBytes: number;
  readonly body: Body;
}

/**
 * One who reads a download while it arrives. Where there is one, a full disk does not end the download: what has no room
 * is handed on and forgotten, and the download ends with {@link Relayed}.
 */
export interface Follower {
  /** A body begins: the first one, or another in its place, whose bytes need not be the same. */
  begin(begun: BegunBody): Promise<void>;
  /** The file of the body that began last has so many bytes now. */
  wrote(bytes: number): void;
  /** Nothing is written any more: the file stays as it is, with so many bytes, and {@link hand} is told the rest. */
  relay(writtenBytes: number): Promise<void>;
  /** The next bytes of a body that is relayed. The source waits for what it returns. */
  hand(chunk: Uint8Array): Promise<void> | undefined;
}

/** All bytes came, but there was no room to keep them: whoever followed them has had them. */
export class Relayed extends LocalFileError {
  readonly sha256: Sha256;
  readonly bytes: number;

  constructor({ sha256, bytes }: { readonly sha256: Sha256; readonly bytes: number }) {
    super('BLOBS_NO_SPACE', 'there was no room to keep it');
    this.sha256 = sha256;
    this.bytes = bytes;
  }
}

/** Writes a body into its file for as long as there is room, and hands it on from then on. */
export class FollowedWriter {
  readonly #follower: Follower;
  readonly #file: BatchWriter | undefined;
  #relaying: Promise<void> | undefined;

  constructor(follower: Follower, file: TemporaryFile | undefined, presentBytes: number) {
    this.#follower = follower;
    this.#file = file && new BatchWriter(file, presentBytes, (bytes) => follower.wrote(bytes));
    if (file === undefined) this.#relaying = follower.relay(presentBytes);
  }

  /** Whether not all of it is in the file. */
  get isRelayed(): boolean {
    return this.#relaying !== undefined;
  }

  /** Takes a chunk. A promise is to be waited for before the next one. @throws LocalFileError, by the promise */
  add(chunk: Uint8Array): Promise<void> | undefined {
    if (this.#relaying) return this.#relaying.then(() => this.#follower.hand(chunk));
    return this.#file?.add(chunk)?.catch((error: unknown) => this.#relayInstead(error));
  }

  /** Writes what is left. @throws LocalFileError */
  async end(): Promise<void> {
    if (this.#relaying) return this.#relaying;
    await this.#file?.end().catch((error: unknown) => this.#relayInstead(error));
  }

  #relayInstead(error: unknown): Promise<void> {
    const file = this.#file;
    if (!(error instanceof LocalFileError && error.code === 'BLOBS_NO_SPACE' && file)) throw error;
    const rest = [...file.unwritten];
    this.#relaying ??= this.#follower.relay(file.writtenBytes).then(async () => {
      for (const chunk of rest) await this.#follower.hand(chunk);
    });
    return this.#relaying;
  }
}
