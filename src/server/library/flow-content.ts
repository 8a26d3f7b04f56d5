// SPDX-License-Identifier: Apache-2.0

import type { Sha256 } from '../../core/sha256.ts';
import type { Body } from '../../fetch/body.ts';
import { conditionsOf } from '../../fetch/range.ts';
import type { ByteRange, Content, ContentOrigin, UrlFacts } from './content.ts';
import type { Flow } from './flow.ts';
import type { FlowReader } from './flow-reader.ts';

/** How long a body that is known by its URL alone is given without asking again. */
export interface UrlTerms {
  readonly nowMs: number;
  readonly ttlMs: number;
}

/** A body that may still be on its way. */
export class FlowContent implements Content {
  readonly origin: ContentOrigin;
  readonly url: UrlFacts | undefined;
  readonly file = undefined;
  readonly #flow: Flow;
  readonly #reader: FlowReader;

  /** @param reader One of the flow, which is ready for it, and which goes with this content. */
  constructor(
    flow: Flow,
    reader: FlowReader,
    { origin, terms }: { origin: ContentOrigin; terms: UrlTerms | undefined },
  ) {
    this.#flow = flow;
    this.#reader = reader;
    this.origin = origin;
    this.url = terms && urlFacts(flow.body, terms);
    // A body that begins anew may have another length, which this reader cannot be told any more.
    reader.promisedBytes = flow.totalBytes;
  }

  get digest(): Sha256 | undefined {
    return this.#flow.digest;
  }

  get bytes(): number | undefined {
    return this.#reader.promisedBytes ?? (this.isComplete ? this.#flow.totalBytes : undefined);
  }

  get isComplete(): boolean {
    return this.#flow.isComplete;
  }

  wholeBuffer(): undefined {
    return undefined;
  }

  read(range: ByteRange, signal: AbortSignal): AsyncIterable<Uint8Array> {
    return this.#flow.read(this.#reader, range, signal);
  }

  release(): Promise<void> {
    return this.#flow.leave(this.#reader);
  }
}

/** What can be said of a content without having its bytes, for the answer to a HEAD. */
export class LookedAtContent implements Content {
  readonly origin = 'look';
  readonly isComplete = false;
  readonly file = undefined;
  readonly digest: Sha256 | undefined;
  readonly bytes: number | undefined;
  readonly url: UrlFacts | undefined;

  constructor(facts: Partial<Pick<Content, 'digest' | 'bytes' | 'url'>>) {
    this.digest = facts.digest;
    this.bytes = facts.bytes;
    this.url = facts.url;
  }

  wholeBuffer(): undefined {
    return undefined;
  }

  async *read(): AsyncGenerator<Uint8Array> {
    yield* [];
    throw new Error('what was only looked at has no bytes');
  }

  async release(): Promise<void> {}
}

/** What upstream just said of a body. */
export function urlFacts(body: Body | undefined, { nowMs, ttlMs }: UrlTerms): UrlFacts {
  return { validatedAtMs: nowMs, ttlMs, ...conditionsOf(body ?? {}) };
}
