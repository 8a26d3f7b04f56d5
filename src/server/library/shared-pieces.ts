// SPDX-License-Identifier: Apache-2.0
import type { FileHandle } from 'node:fs/promises';
import { LRUCache } from 'lru-cache';

const PIECE_BYTES = 256 * 1024;
/** All of a blob of 20 MB fits, so that a crowd at different places of it reads the file once. */
const BUDGET_BYTES = 24 * 1024 * 1024;

/** Keeps the pieces that were used last in memory, so many bytes in all. */
export class PieceBudget {
  readonly #held: LRUCache<ArrayBufferLike, true>;

  /** @param maxBytes 1 at least */
  constructor(maxBytes = BUDGET_BYTES) {
    this.#held = new LRUCache({ maxSize: maxBytes, sizeCalculation: (_, { byteLength }) => byteLength });
  }

  /** Holds `buffer`, of one byte at least, as the one that was used last. */
  hold(buffer: ArrayBufferLike): void {
    if (this.#held.get(buffer) === undefined) this.#held.set(buffer, true);
  }
}

interface Piece {
  /** Whoever still sends it keeps it, and others can use it too. */
  buffer: WeakRef<ArrayBufferLike>;
  /** So many of its bytes were read. */
  filledBytes: number;
  loading: Promise<Uint8Array> | undefined;
}

/**
 * The bytes of one open file, for any number of readers: each piece is in memory once, however many send it. The file may
 * grow meanwhile, but what was read of it once must stay.
 */
export class SharedPieces {
  readonly #handle: FileHandle;
  readonly #budget: PieceBudget;
  readonly #pieceBytes: number;
  readonly #pieces = new Map<number, Piece>();

  constructor(handle: FileHandle, budget: PieceBudget, pieceBytes = PIECE_BYTES) {
    this.#handle = handle;
    this.#budget = budget;
    this.#pieceBytes = Math.max(1, pieceBytes);
  }

  /** Bytes from `position` on that are in memory, none of them behind `end`; undefined for none. */
  find(position: number, end: number): Uint8Array | undefined {
    const index = Math.floor(position / this.#pieceBytes);
    const piece = this.#pieces.get(index);
    const buffer = piece?.buffer.deref();
    if (piece === undefined || buffer === undefined) return undefined;
    const base = index * this.#pieceBytes;
    const until = Math.min(base + piece.filledBytes, end);
    if (until <= position) return undefined;
    this.#budget.hold(buffer);
    return new Uint8Array(buffer, position - base, until - position);
  }

  /**
   * Bytes from `position` on, one at least, none of them behind `end`, up to which the file must have bytes.
   *
   * @throws the system's error; Error where the file is shorter
   */
  async read(position: number, end: number): Promise<Uint8Array> {
    for (;;) {
      const found = this.find(position, end);
      if (found) return found;
      const base = position - (position % this.#pieceBytes);
      const loaded = await this.#load(base, Math.min(end, base + this.#pieceBytes));
      // Nobody else may hold it by now.
      const rest = loaded.subarray(position - base, end - base);
      if (rest.length > 0) return rest;
    }
  }

  /** What the piece at `base` holds once more was read of it. */
  async #load(base: number, end: number): Promise<Uint8Array> {
    const index = base / this.#pieceBytes;
    let piece = this.#pieces.get(index);
    if (piece?.loading) return piece.loading;
    let buffer = piece?.buffer.deref();
    if (piece === undefined || buffer === undefined) {
      // Not from the pool, of which a view would keep other bytes alive.
      buffer = Buffer.allocUnsafeSlow(this.#pieceBytes).buffer;
      piece = { buffer: new WeakRef(buffer), filledBytes: 0, loading: undefined };
      this.#pieces.set(index, piece);
    }
    piece.loading = this.#fill(piece, new Uint8Array(buffer), { base, end });
    try {
      return await piece.loading;
    } finally {
      piece.loading = undefined;
    }
  }

  async #fill(
    piece: Piece,
    bytes: Uint8Array,
    { base, end }: { base: number; end: number },
  ): Promise<Uint8Array> {
    while (piece.filledBytes < end - base) {
      const { filledBytes } = piece;
      const { bytesRead } = await this.#handle.read(
        bytes,
        filledBytes,
        end - base - filledBytes,
        base + filledBytes,
      );
      if (bytesRead === 0) throw new Error('the file was cut while it was read');
      piece.filledBytes += bytesRead;
    }
    this.#budget.hold(bytes.buffer);
    return bytes.subarray(0, piece.filledBytes);
  }
}
