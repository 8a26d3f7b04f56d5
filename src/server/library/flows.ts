// SPDX-License-Identifier: Apache-2.0
import { setMaxListeners } from 'node:events';
import { BlobsError } from '../../core/errors.ts';
import { followSignal } from '../../core/follow-signal.ts';
import type { Sha256 } from '../../core/sha256.ts';
import { Flow } from './flow.ts';
import type { FlowReader } from './flow-reader.ts';
import type { PieceBudget } from './shared-pieces.ts';

/** How long a download goes on that nobody waits for any more, so that the next has its bytes. */
const LINGER_MS = 10 * 60 * 1000;
const STALL_MS = 30_000;
/** Downloads at once, those that wait for their turn at a host included. */
const MAX_FLOWS = 256;

/** How to get the bytes that are asked for. */
export interface FlowPlan {
  /** What the bytes must have. */
  readonly declared: Sha256 | undefined;
  /** Whether it goes on for a while when nobody waits for it any more, once it has bytes. */
  readonly lingers: boolean;
  /**
   * Downloads them into the flow, and keeps them where that can be.
   *
   * @throws Error why it could not, which all who wait are told
   */
  readonly run: (
    flow: Flow,
    signal: AbortSignal,
  ) => Promise<{ readonly digest: Sha256; readonly bytes: number }>;
}

/** A flow that has something for its reader, who leaves it in the end. */
export interface JoinedFlow {
  readonly flow: Flow;
  readonly reader: FlowReader;
  readonly isNew: boolean;
}

interface Running {
  readonly flow: Flow;
  readonly ended: Promise<void>;
  readonly abort: () => void;
  linger: NodeJS.Timeout | undefined;
  isAborted: boolean;
}

export interface FlowsOptions {
  readonly budget: PieceBudget;
  /** Ends them all. */
  readonly signal: AbortSignal;
  readonly lingerMs?: number;
  readonly stallMs?: number;
  readonly maxFlows?: number;
}

/** The downloads under way: one for each key, however many wait for it. */
export class Flows {
  readonly #options: FlowsOptions;
  readonly #running = new Map<string, Running>();
  /** Those that nobody can join any more, too. */
  readonly #all = new Set<Running>();
  #isDraining = false;

  constructor(options: FlowsOptions) {
    this.#options = options;
    setMaxListeners(0, options.signal);
  }

  get count(): number {
    return this.#all.size;
  }

  /**
   * Joins the download of `key`, or begins it, and waits until there is something of it.
   *
   * @throws why there will be nothing; the signal's reason when it is aborted
   */
  async join(key: string, plan: FlowPlan, signal: AbortSignal): Promise<JoinedFlow> {
    signal.throwIfAborted();
    const found = this.#running.get(key);
    const isNew = !found?.flow.canBeJoined;
    const running = isNew ? this.#begin(key, plan) : found;
    const { flow } = running;
    clearTimeout(running.linger);
    const reader = flow.join();
    try {
      await flow.whenReady(reader, signal);
      return { flow, reader, isNew };
    } catch (error) {
      await flow.leave(reader);
      throw error;
    }
  }

  /** Begins no further download; those under way go on. */
  drain(): void {
    this.#isDraining = true;
  }

  /** Resolves when the signal has ended all downloads. */
  async ended(): Promise<void> {
    await Promise.all([...this.#all].map(({ ended }) => ended));
  }

  #begin(key: string, { declared, lingers, run }: FlowPlan): Running {
    if (this.#isDraining || this.#options.signal.aborted) throw ending();
    this.#makeRoom();
    const { budget, stallMs = STALL_MS, lingerMs = LINGER_MS } = this.#options;
    const own = new AbortController();
    const { signal } = own;
    const end = followSignal(this.#options.signal, own);
    setMaxListeners(0, signal);
    const forget = (): void => {
      clearTimeout(running.linger);
      if (this.#running.get(key) === running) this.#running.delete(key);
    };
    const abort = (): void => {
      running.isAborted = true;
      forget();
      own.abort(new BlobsError('BLOBS_INTERRUPTED', 'nobody waits for it any more'));
    };
    const onDeserted = (): void => {
      clearTimeout(running.linger);
      if (!lingers || !flow.hasBytes || flow.isRelayed) abort();
      else running.linger = setTimeout(abort, lingerMs).unref();
    };
    const flow = new Flow({ declared, budget, stallMs, signal, onDeserted });
    const ended = this.#run(() => run(flow, signal), flow, forget);
    const running: Running = { flow, ended, abort, linger: undefined, isAborted: false };
    this.#running.set(key, running);
    this.#all.add(running);
    void ended.then(() => {
      end();
      this.#all.delete(running);
    });
    return running;
  }

  /** @throws BlobsError `BLOBS_BUSY` where there are too many, and somebody waits for each */
  #makeRoom(): void {
    const active = [...this.#all].filter(({ isAborted }) => !isAborted);
    if (active.length < (this.#options.maxFlows ?? MAX_FLOWS)) return;
    const deserted = active.find(({ flow }) => flow.readerCount === 0);
    if (deserted === undefined) throw new BlobsError('BLOBS_BUSY', 'there are too many downloads at once');
    deserted.abort();
  }

  /** Nobody joins a flow that has ended: who comes then finds what was kept. Never throws. */
  async #run(run: () => ReturnType<FlowPlan['run']>, flow: Flow, forget: () => void): Promise<void> {
    try {
      const whole = await run();
      forget();
      await flow.complete(whole);
    } catch (error) {
      forget();
      await flow.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

function ending(): BlobsError {
  return new BlobsError('BLOBS_INTERRUPTED', 'the server is about to end, and begins no download');
}
