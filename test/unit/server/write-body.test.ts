// SPDX-License-Identifier: Apache-2.0
import type { ServerResponse } from 'node:http';
import { Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { writeBody } from '../../../src/server/write-body.ts';

const LISTENED = ['drain', 'error'] as const;

/** An answer whose client takes a piece whenever `take` is called, and nothing before. */
function slowAnswer() {
  const taken: string[] = [];
  const waiting: (() => void)[] = [];
  const stream = new Writable({
    highWaterMark: 1,
    write(chunk: Buffer, _encoding, done) {
      waiting.push(() => {
        taken.push(chunk.toString());
        done();
      });
    },
  });
  const own = LISTENED.map((name) => stream.listenerCount(name));
  return {
    response: stream as unknown as ServerResponse,
    stream,
    taken,
    take: () => waiting.shift()?.(),
    listenersLeft: () => LISTENED.map((name, index) => stream.listenerCount(name) - (own[index] ?? 0)),
  };
}

/** Pieces that say how many were asked for, and whether they were given back. */
function pieces(texts: readonly string[], { failure }: { failure?: Error } = {}) {
  const state = { asked: 0, isReturned: false };
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      for (const text of texts) {
        state.asked += 1;
        yield Buffer.from(text);
      }
      if (failure) throw failure;
    } finally {
      state.isReturned = true;
    }
  }
  return { state, iterator: all() };
}

async function begin(
  answer: ReturnType<typeof slowAnswer>,
  given: ReturnType<typeof pieces>,
  signal = new AbortController().signal,
) {
  const written: number[] = [];
  const first = await given.iterator.next();
  const onWritten = (bytes: number): void => void written.push(bytes);
  const done = writeBody(answer.response, first, given.iterator, { signal, onWritten });
  // Looked at later.
  done.catch(() => undefined);
  return { done, written };
}

describe('writeBody', () => {
  it('asks for a piece when the client took the one before, and ends behind the last', async () => {
    const answer = slowAnswer();
    const given = pieces(['one', 'two', 'three']);
    const { done, written } = await begin(answer, given);
    for (const asked of [1, 2, 3]) {
      await setImmediate();
      expect(given.state.asked).toBe(asked);
      expect(answer.stream.writableEnded).toBe(false);
      answer.take();
    }
    await done;
    expect(answer.taken).toEqual(['one', 'two', 'three']);
    expect(written).toEqual([3, 3, 5]);
    expect(answer.stream.writableEnded).toBe(true);
    expect(answer.listenersLeft()).toEqual([0, 0]);
  });

  it('ends at once where there are no pieces', async () => {
    const answer = slowAnswer();
    const { done, written } = await begin(answer, pieces([]));
    await done;
    expect(written).toEqual([]);
    expect(answer.stream.writableEnded).toBe(true);
  });

  it('ends nothing where the pieces fail', async () => {
    const failure = new Error('the disk is gone');
    const answer = slowAnswer();
    const { done } = await begin(answer, pieces(['one'], { failure }));
    await setImmediate();
    answer.take();
    await expect(done).rejects.toBe(failure);
    expect(answer.stream.writableEnded).toBe(false);
    expect(answer.listenersLeft()).toEqual([0, 0]);
  });

  it('gives the pieces back when its client goes away while it takes nothing', async () => {
    const answer = slowAnswer();
    const given = pieces(['one', 'two']);
    const client = new AbortController();
    const { done } = await begin(answer, given, client.signal);
    const reason = new Error('gone');
    client.abort(reason);
    await expect(done).rejects.toBe(reason);
    expect(given.state).toEqual({ asked: 1, isReturned: true });
    expect(answer.stream.writableEnded).toBe(false);
    expect(answer.listenersLeft()).toEqual([0, 0]);
  });

  it('writes nothing for a client that went away before', async () => {
    const answer = slowAnswer();
    const reason = new Error('gone');
    const { done, written } = await begin(answer, pieces(['one']), AbortSignal.abort(reason));
    await expect(done).rejects.toBe(reason);
    expect(written).toEqual([]);
  });

  it('writes nothing more where the answer fails while a piece is waited for', async () => {
    const answer = slowAnswer();
    let come = (_piece: IteratorResult<Uint8Array>): void => {};
    let isReturned = false;
    const rest: AsyncIterator<Uint8Array> = {
      next: () => new Promise((resolve) => (come = resolve)),
      return: async () => {
        isReturned = true;
        return { done: true, value: undefined };
      },
    };
    const written: number[] = [];
    const done = writeBody(answer.response, { done: false, value: Buffer.from('one') }, rest, {
      signal: new AbortController().signal,
      onWritten: (bytes) => void written.push(bytes),
    });
    answer.take();
    await setImmediate();
    const failure = new Error('reset');
    answer.stream.emit('error', failure);
    come({ done: false, value: Buffer.from('two') });
    await expect(done).rejects.toBe(failure);
    expect([written, isReturned, answer.stream.writableEnded]).toEqual([[3], true, false]);
  });

  it('throws what the answer emits, and gives the pieces back', async () => {
    const answer = slowAnswer();
    const given = pieces(['one', 'two']);
    const { done } = await begin(answer, given);
    const failure = new Error('reset');
    answer.stream.destroy(failure);
    await expect(done).rejects.toBe(failure);
    expect(given.state.isReturned).toBe(true);
    expect(answer.listenersLeft()).toEqual([0, 0]);
  });
});
