// SPDX-License-Identifier: Apache-2.0
import type { Hash } from 'node:crypto';
import { BlobsError } from '../../core/errors.ts';
import { createSha256 } from '../../store/create-hash.ts';
import { upstreamChanged } from './changed.ts';
import type { FlowReader } from './flow-reader.ts';
import { GrowingFile } from './growing-file.ts';
import { RelayPatience } from './relay-patience.ts';
import { RelayWindow } from './relay-window.ts';
import type { PieceBudget } from './shared-pieces.ts';

/** So many bytes a relay keeps for readers that are slower than others. */
const WINDOW_BYTES = 2 * 1024 * 1024;

export interface FlowBytesOptions {
  readonly budget: PieceBudget;
  readonly stallMs: number;
  /** Ends what waits for readers. */
  readonly signal: AbortSignal;
  /** There are more bytes to be read, or it is known whether those of another body are the same. */
  readonly onNews: () => void;
}

/** A body that began in the place of another, of which readers have bytes: are they the same? */
interface Successor {
  readonly file: GrowingFile | undefined;
  readonly handedBytes: number;
  /** Of as many bytes. */
  readonly sha256: string;
  checking: Promise<void> | undefined;
  /** Where it is relayed: the hash of what came of it, and how much that is. */
  relayed: { readonly hash: Hash; bytes: number } | undefined;
}

/**
 * The bytes of a flow: the first in a file, and where the disk is full the next in memory. Where a download begins anew,
 * what readers had of it before is compared with what comes now: they go on with the same bytes, or not at all.
 */
export class FlowBytes {
  readonly #readers: ReadonlySet<FlowReader>;
  readonly #options: FlowBytesOptions;
  readonly #patience: RelayPatience;
  #file: GrowingFile | undefined;
  #window: RelayWindow | undefined;
  #successor: Successor | undefined;
  /** While it is found out what readers have. */
  #isHeld = false;

  constructor(readers: ReadonlySet<FlowReader>, options: FlowBytesOptions) {
    this.#readers = readers;
    this.#options = options;
    this.#patience = new RelayPatience({ ...options, leastBytes: WINDOW_BYTES / 2 });
  }

  /** How many bytes of the body can be read, or could be if they were not in other hands already. */
  get readableBytes(): number {
    if (this.#isHeld || this.#successor) return 0;
    return this.#window?.end ?? this.#file?.bytes ?? 0;
  }

  get hasFirst(): boolean {
    return this.#window === undefined || this.#window.start <= (this.#file?.bytes ?? 0);
  }

  get isRelayed(): boolean {
    return this.#window !== undefined || this.#successor?.relayed !== undefined;
  }

  /** The next bytes for `reader`, none of them behind `end`; undefined where that is to be tried again. @throws the system's error */
  async take(reader: FlowReader, end: number): Promise<Uint8Array | undefined> {
    const { position } = reader;
    const file = this.#file;
    let piece: Uint8Array | undefined;
    if (file && position < file.bytes) {
      const until = Math.min(end, file.bytes);
      try {
        piece = file.pieces.find(position, until) ?? (await file.pieces.read(position, until));
      } catch (error) {
        if (file === this.#file) throw error;
      }
    } else {
      piece = this.#window?.find(position, end);
      if (piece === undefined) reader.failure ??= tooSlow();
    }
    // Another body may have begun meanwhile.
    if (file !== this.#file || this.#isHeld || this.#successor || piece === undefined) return undefined;
    reader.position += piece.length;
    reader.hasAny = true;
    this.noteProgress();
    return piece;
  }

  /** A reader went on, or away. */
  noteProgress(): void {
    this.#patience.noteProgress();
  }

  /** A body begins, of which the first bytes may lie in the file at `path`. @throws the system's error */
  async begin(path: string | undefined, presentBytes: number): Promise<void> {
    this.#isHeld = true;
    try {
      await this.#successor?.checking;
      const before = this.#successor;
      const handed = before ?? (await this.#handed());
      await before?.file?.close();
      this.#successor = undefined;
      const file =
        path === undefined ? undefined : await GrowingFile.open(path, presentBytes, this.#options.budget);
      if (handed === undefined) await this.#replace(file);
      else {
        const { handedBytes, sha256 } = handed;
        this.#successor = { file, handedBytes, sha256, checking: undefined, relayed: undefined };
      }
    } finally {
      this.#isHeld = false;
    }
    if (presentBytes > 0) this.wrote(presentBytes);
  }

  /** The file of the body that began last has so many bytes now. */
  wrote(bytes: number): void {
    const { file = this.#file } = this.#successor ?? {};
    if (file) file.bytes = bytes;
    if (this.#successor === undefined) this.#options.onNews();
    else if (bytes >= this.#successor.handedBytes) void this.#check(this.#successor);
  }

  /** The rest of the body that began last comes by {@link hand}. */
  async relay(writtenBytes: number): Promise<void> {
    const before = this.#successor;
    if (before && writtenBytes >= before.handedBytes) await this.#check(before);
    const successor = this.#successor;
    const file = successor ? successor.file : this.#file;
    const hash = (await file?.hashStart(writtenBytes)) ?? createSha256();
    if (file) file.bytes = writtenBytes;
    if (successor) successor.relayed = { hash, bytes: writtenBytes };
    else this.#window = new RelayWindow(writtenBytes, hash);
  }

  /** Takes bytes that are nowhere else. A promise is to be waited for before the next. @throws BlobsError */
  hand(chunk: Uint8Array): Promise<void> | undefined {
    const rest = this.#successor ? this.#compare(this.#successor, chunk) : chunk;
    this.#window?.push(rest);
    this.#options.onNews();
    return this.#window && this.#window.bytes > WINDOW_BYTES ? this.#makeRoom(this.#window) : undefined;
  }

  /** No more bytes come. Never throws. */
  async end(): Promise<void> {
    const successor = this.#successor;
    if (successor === undefined) return;
    await successor.checking;
    // Shorter than what readers have.
    if (this.#successor === successor) await this.#part(successor);
  }

  /** Never throws. */
  async close(): Promise<void> {
    await this.#successor?.checking;
    await this.#successor?.file?.close();
    await this.#file?.close();
    this.#window = undefined;
  }

  /** How much any reader has of the body as it was, and the hash of that. */
  async #handed(): Promise<Pick<Successor, 'handedBytes' | 'sha256'> | undefined> {
    const handedBytes = Math.max(
      0,
      ...[...this.#readers].map(({ hasAny, position }) => (hasAny ? position : 0)),
    );
    if (handedBytes === 0) return undefined;
    if (this.#window) return { handedBytes: this.#window.end, sha256: this.#window.sha256 };
    const hash = await this.#file?.hashStart(handedBytes);
    return hash && { handedBytes, sha256: hash.digest('hex') };
  }

  #check(successor: Successor): Promise<void> {
    successor.checking ??= this.#checkFile(successor);
    return successor.checking;
  }

  async #checkFile(successor: Successor): Promise<void> {
    const hash = await successor.file?.hashStart(successor.handedBytes).catch(() => undefined);
    if (hash?.digest('hex') !== successor.sha256) return this.#part(successor);
    await this.#replace(successor.file);
    this.#successor = undefined;
    this.#options.onNews();
  }

  /** Lets down those who have bytes of the body as it was. The others go on with the new one. */
  async #part(successor: Successor): Promise<void> {
    for (const reader of this.#readers) if (reader.hasAny) reader.failure ??= upstreamChanged();
    await this.#replace(successor.file);
    this.#successor = undefined;
    for (const reader of this.#readers) reader.wake();
    this.#options.onNews();
  }

  async #replace(file: GrowingFile | undefined): Promise<void> {
    const before = this.#file;
    this.#file = file;
    this.#window = undefined;
    if (before !== file) await before?.close();
  }

  /** What of `chunk` readers do not have. @throws BlobsError where it is about another body */
  #compare(successor: Successor, chunk: Uint8Array): Uint8Array {
    const { relayed, handedBytes, sha256 } = successor;
    if (relayed === undefined) return chunk;
    const known = chunk.subarray(0, Math.max(0, handedBytes - relayed.bytes));
    relayed.hash.update(known);
    relayed.bytes += known.length;
    if (relayed.bytes < handedBytes) return new Uint8Array();
    // What is not kept cannot be had again by those who have none of it yet.
    if (relayed.hash.copy().digest('hex') !== sha256) throw upstreamChanged();
    if (this.#window === undefined) {
      if (this.#file) this.#file.bytes = handedBytes;
      this.#window = new RelayWindow(handedBytes, relayed.hash);
    }
    void successor.file?.close();
    this.#successor = undefined;
    return chunk.subarray(known.length);
  }

  /** Waits for the slowest of the readers that want more, but not for ever. */
  async #makeRoom(window: RelayWindow): Promise<void> {
    while (!this.#options.signal.aborted) {
      const active = [...this.#readers].filter((one) => one.failure === undefined && one.position < one.end);
      const slowest = Math.min(window.end, ...active.map(({ position }) => position));
      window.trim(slowest);
      if (window.bytes <= WINDOW_BYTES) return;
      const late = this.#patience.findLate(window.start, active);
      for (const reader of late) reader.failure = tooSlow();
      if (late.length === 0) await this.#patience.wait();
    }
  }
}

function tooSlow(): BlobsError {
  return new BlobsError(
    'BLOBS_TIMEOUT',
    'the client did not take its bytes for too long, and there is no room to keep them',
  );
}
