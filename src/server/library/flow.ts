// SPDX-License-Identifier: Apache-2.0
import type { Sha256 } from '../../core/sha256.ts';
import type { Body } from '../../fetch/body.ts';
import type { BegunBody, Follower } from '../../fetch/follower.ts';
import type { TemporaryFile } from '../../store/temporary-file.ts';
import { upstreamChanged } from './changed.ts';
import type { ByteRange } from './content.ts';
import { FlowBytes } from './flow-bytes.ts';
import { FlowReader } from './flow-reader.ts';
import type { PieceBudget } from './shared-pieces.ts';

/** So small a body is waited for as a whole, so that what is wrong with it can still be told by a status. */
const WAITED_FOR_BYTES = 256 * 1024;
const MAX_WAIT_MS = 1000;
/** So often, or for so many bytes, a crowd of readers is told of news. */
const CROWD = 16;
const CROWD_MS = 5;
const CROWD_BYTES = 256 * 1024;

export interface FlowOptions {
  /** What the bytes must have, where that is known. */
  readonly declared: Sha256 | undefined;
  readonly budget: PieceBudget;
  /** How long a reader may hold up a relay to the others, in milliseconds. */
  readonly stallMs: number;
  /** Aborted when the download is to end. */
  readonly signal: AbortSignal;
  /** Called when the last reader leaves. */
  readonly onDeserted: () => void;
}

type State =
  | { readonly kind: 'on-its-way' }
  | { readonly kind: 'complete'; readonly digest: Sha256; readonly bytes: number }
  | { readonly kind: 'failed'; readonly error: Error };

/**
 * One download, read by any number of readers while it arrives, each from its own beginning and at its own pace. The last
 * byte is held back until all are there and verified.
 */
export class Flow implements Follower {
  readonly #options: FlowOptions;
  readonly #bytes: FlowBytes;
  readonly #readers = new Set<FlowReader>();
  #state: State = { kind: 'on-its-way' };
  #body: Body | undefined;
  #file: TemporaryFile | undefined;
  #announcedBytes: number | undefined;
  #waitUntilMs = 0;
  #toldBytes = 0;
  #telling: NodeJS.Timeout | undefined;

  constructor(options: FlowOptions) {
    this.#options = options;
    this.#bytes = new FlowBytes(this.#readers, {
      ...options,
      onNews: () => this.#tell(),
    });
  }

  /** Undefined while nobody knows. */
  get digest(): Sha256 | undefined {
    return this.#state.kind === 'complete' ? this.#state.digest : this.#options.declared;
  }

  /** As far as it is known. */
  get totalBytes(): number | undefined {
    return this.#state.kind === 'complete' ? this.#state.bytes : this.#announcedBytes;
  }

  get isComplete(): boolean {
    return this.#state.kind === 'complete';
  }

  /** What upstream said of the body that began last. */
  get body(): Body | undefined {
    return this.#body;
  }

  get readerCount(): number {
    return this.#readers.size;
  }

  /** Whether one who comes now can still have the first byte. */
  get canBeJoined(): boolean {
    return this.#state.kind !== 'failed' && this.#bytes.hasFirst;
  }

  /** Whether any came. */
  get hasBytes(): boolean {
    return this.#bytes.readableBytes > 0;
  }

  get isRelayed(): boolean {
    return this.#bytes.isRelayed;
  }

  join(): FlowReader {
    const reader = new FlowReader();
    this.#readers.add(reader);
    return reader;
  }

  /** Never throws. */
  async leave(reader: FlowReader): Promise<void> {
    if (!this.#readers.delete(reader)) return;
    this.#bytes.noteProgress();
    if (this.#readers.size > 0) return;
    if (this.#state.kind === 'on-its-way') this.#options.onDeserted();
    else await this.#bytes.close();
  }

  /**
   * Resolves when there is something to be handed to `reader`, or all is there.
   *
   * @throws why the flow failed; the signal's reason when it is aborted
   */
  async whenReady(reader: FlowReader, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      if (this.#state.kind === 'failed') throw this.#state.error;
      if (reader.failure) throw reader.failure;
      if (this.#state.kind === 'complete') return;
      const isWaitedFor =
        (this.#announcedBytes ?? 0) <= WAITED_FOR_BYTES && performance.now() < this.#waitUntilMs;
      if (this.#bytes.readableBytes > 1 && !isWaitedFor) return;
      await reader.wait(signal);
    }
  }

  /** As {@link Content.read}. */
  async *read(
    reader: FlowReader,
    { from, to = Number.POSITIVE_INFINITY }: ByteRange,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    reader.position = from;
    reader.end = Math.min(to, reader.promisedBytes ?? to);
    reader.held = undefined;
    for (;;) {
      signal.throwIfAborted();
      if (reader.failure) throw reader.failure;
      if (this.#state.kind === 'failed') throw this.#state.error;
      const end = this.#endFor(reader, to);
      const { held } = reader;
      if (this.#state.kind === 'complete' && held) {
        reader.held = undefined;
        yield held;
      }
      if (this.#state.kind === 'complete' && reader.position >= end) {
        if (reader.position < Math.min(to, this.#state.bytes)) throw upstreamChanged();
        return;
      }
      const piece = reader.position < end ? await this.#bytes.take(reader, end) : undefined;
      if (piece) yield piece;
      else if (reader.position >= this.#endFor(reader, to)) await this.#waitUnlessComplete(reader, signal);
    }
  }

  async begin({ file, presentBytes, body }: BegunBody): Promise<void> {
    const { length } = body;
    this.#body = body;
    this.#file = file;
    this.#announcedBytes = length === undefined ? undefined : presentBytes + length;
    if ((this.#announcedBytes ?? Number.POSITIVE_INFINITY) <= WAITED_FOR_BYTES && this.#waitUntilMs === 0) {
      this.#waitUntilMs = performance.now() + MAX_WAIT_MS;
      setTimeout(() => this.#tellNow(), MAX_WAIT_MS + 1).unref();
    }
    await this.#bytes.begin(file?.path, presentBytes);
  }

  /** The whole lies in `file`, of which it need not have been told. @throws the system's error */
  async adopt(file: TemporaryFile, bytes: number): Promise<void> {
    if (this.#file !== file) await this.#bytes.begin(file.path, bytes);
  }

  wrote(bytes: number): void {
    this.#bytes.wrote(bytes);
  }

  async relay(writtenBytes: number): Promise<void> {
    await this.#bytes.relay(writtenBytes);
    if (this.#readers.size === 0) this.#options.onDeserted();
  }

  hand(chunk: Uint8Array): Promise<void> | undefined {
    return this.#bytes.hand(chunk);
  }

  /** All bytes came, and are right. Who was told another length, or has other bytes, gets no more. Never throws. */
  async complete({ digest, bytes }: { readonly digest: Sha256; readonly bytes: number }): Promise<void> {
    if (this.#state.kind !== 'on-its-way') return;
    await this.#bytes.end();
    for (const reader of this.#readers) {
      if (reader.promisedBytes !== undefined && reader.promisedBytes !== bytes)
        reader.failure ??= upstreamChanged();
    }
    this.#state = { kind: 'complete', digest, bytes };
    await this.#settle();
  }

  /** The rest does not come. Never throws. */
  async fail(error: Error): Promise<void> {
    if (this.#state.kind !== 'on-its-way') return;
    this.#state = { kind: 'failed', error };
    await this.#settle();
  }

  /** Before which byte a reader has to stop for now. */
  #endFor({ promisedBytes = Number.POSITIVE_INFINITY }: FlowReader, to: number): number {
    const readable = this.#bytes.readableBytes;
    if (this.#state.kind === 'complete') return Math.min(to, readable, this.#state.bytes);
    // A part counts as a whole: what may turn out to be wrong does not end well.
    const until = this.#options.declared === undefined ? to : to - 1;
    return Math.min(until, readable - 1, promisedBytes - 1);
  }

  async #waitUnlessComplete(reader: FlowReader, signal: AbortSignal): Promise<void> {
    if (this.#state.kind !== 'on-its-way') return;
    const { position, end } = reader;
    if (!(this.#bytes.isRelayed && position === end - 1 && position < this.#bytes.readableBytes)) {
      return reader.wait(signal);
    }
    // Others need not wait for it, for it only waits for them. A copy, so that nothing else stays in memory.
    const piece = await this.#bytes.take(reader, end);
    reader.held = piece && Uint8Array.from(piece);
  }

  async #settle(): Promise<void> {
    this.#tellNow();
    if (this.#readers.size === 0) await this.#bytes.close();
  }

  /** Wakes the readers: many of them not for each packet. */
  #tell(): void {
    const { readableBytes } = this.#bytes;
    if (this.#readers.size <= CROWD || readableBytes - this.#toldBytes >= CROWD_BYTES) this.#tellNow();
    else this.#telling ??= setTimeout(() => this.#tellNow(), CROWD_MS).unref();
  }

  #tellNow(): void {
    clearTimeout(this.#telling);
    this.#telling = undefined;
    this.#toldBytes = this.#bytes.readableBytes;
    for (const reader of this.#readers) reader.wake();
  }
}
