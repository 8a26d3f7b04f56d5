// SPDX-License-Identifier: Apache-2.0
import type { Inspection } from '../binary/inspect.ts';
import type { Blob } from '../core/blob.ts';
import { systemCode } from '../core/errors.ts';
import type { BlobRow } from '../core/report.ts';
import type { LintTools } from '../lint/tools.ts';
import { type BlobState, findBlobState } from './blob-state.ts';

/** What lint asks about the blobs' files; remembers each answer for the run. */
export class LintFiles implements Pick<LintTools, 'findFile' | 'inspect'> {
  readonly #signal: AbortSignal;
  readonly #states = new Map<Blob, Promise<BlobState>>();
  readonly #inspections = new Map<Blob, Promise<Inspection | undefined>>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  findFile: LintTools['findFile'] = async (blob) => {
    const { row, sha256, issue } = await this.#findState(blob);
    return {
      status: row.status,
      ...(row.bytes === undefined ? {} : { bytes: row.bytes }),
      ...(sha256 === undefined ? {} : { sha256 }),
      ...(issue === undefined ? {} : { problem: issue.message }),
    };
  };

  inspect: LintTools['inspect'] = (blob) =>
    remembered(this.#inspections, blob, async () => {
      const { sha256 } = await this.#findState(blob);
      return sha256 === undefined ? undefined : await this.#inspect(blob);
    });

  /** The rows of a report about `blobs`. */
  async rowsOf(blobs: readonly Blob[]): Promise<BlobRow[]> {
    const rows: BlobRow[] = [];
    for (const blob of blobs) rows.push((await this.#findState(blob)).row);
    return rows;
  }

  #findState(blob: Blob): Promise<BlobState> {
    return remembered(this.#states, blob, () => findBlobState(blob, this.#signal));
  }

  async #inspect(blob: Blob): Promise<Inspection | undefined> {
    // What looks into files is loaded with the first one.
    const { inspectBlob } = await import('../lint/inspect-blob.ts');
    try {
      return await inspectBlob(blob, this.#signal);
    } catch (error) {
      this.#signal.throwIfAborted();
      // It was there a moment ago, when its state was looked at; the next run will tell what has become of it.
      if (systemCode(error) !== undefined) return undefined;
      throw error;
    }
  }
}

function remembered<T>(known: Map<Blob, Promise<T>>, blob: Blob, find: () => Promise<T>): Promise<T> {
  const before = known.get(blob);
  if (before !== undefined) return before;
  const found = find();
  known.set(blob, found);
  return found;
}
