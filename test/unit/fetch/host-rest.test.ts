// SPDX-License-Identifier: Apache-2.0
import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/core/deps.ts';
import { letHostsRest } from '../../../src/fetch/host-rest.ts';
import type { Transport } from '../../../src/fetch/transport.ts';
import { caught, NEVER } from '../samples.ts';

/** One request that the test answers when it likes. */
interface Asked {
  readonly url: string;
  answer(status: number, retryAfter?: string): void;
  fail(error: Error): void;
}

/** Time that passes when the test says so. */
class ManualClock implements Clock {
  nowMs = 1_000_000;
  readonly sleepers: { readonly untilMs: number; readonly wake: () => void }[] = [];

  now(): number {
    return this.nowMs;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(signal.reason);
      const wake = (): void => {
        signal.removeEventListener('abort', abort);
        resolve();
      };
      signal.addEventListener('abort', abort);
      this.sleepers.push({ untilMs: this.nowMs + ms, wake });
    });
  }

  async pass(ms: number): Promise<void> {
    this.nowMs += ms;
    for (const sleeper of this.sleepers) if (sleeper.untilMs <= this.nowMs) sleeper.wake();
    await settled();
  }
}

/** Resolves when everything that can go on has gone on. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

function start({ jobs = 16, retries = 4 } = {}): {
  readonly clock: ManualClock;
  readonly asked: Asked[];
  /** Asks, reads what comes, and gives the status. */
  readonly ask: (url: string, signal?: AbortSignal) => Promise<number>;
} {
  const clock = new ManualClock();
  const asked: Asked[] = [];
  const inner: Transport = {
    request: (url) =>
      new Promise((resolve, reject) => {
        const answer = (statusCode: number, retryAfter?: string): void => {
          const response = { statusCode, headers: { 'retry-after': retryAfter }, body: Readable.from(['x']) };
          resolve(response as unknown as Dispatcher.ResponseData);
        };
        asked.push({ url: url.href, answer, fail: reject });
      }),
    close: async () => undefined,
  };
  const transport = letHostsRest(inner, { clock, random: () => 0, jobs, retries });
  const ask = async (url: string, signal: AbortSignal = NEVER): Promise<number> => {
    const { statusCode, body } = await transport.request(new URL(url), { timeoutMs: 1, signal, headers: {} });
    body.resume();
    return statusCode;
  };
  return { clock, asked, ask };
}

describe('a host that answers 429 or 503', () => {
  it.each([429, 503])('with %i is asked by nobody until its Retry-After is over', async (status) => {
    const { clock, asked, ask } = start();
    const first = ask('http://h/1');
    await settled();
    asked[0]?.answer(status, '7');
    expect(await first).toBe(status);
    const later = [ask('http://h/2'), ask('http://h/3')];
    await clock.pass(6999);
    expect(asked).toHaveLength(1);
    await clock.pass(1);
    expect(asked.map(({ url }) => url)).toEqual(['http://h/1', 'http://h/2', 'http://h/3']);
    for (const one of asked) one.answer(200);
    expect(await Promise.all(later)).toEqual([200, 200]);
  });

  it('rests for a minute at most, and for a growing delay where it names no time', async () => {
    const { clock, asked, ask } = start();
    const rest = async (retryAfter?: string): Promise<number> => {
      const index = asked.length;
      const done = ask('http://h/');
      await settled();
      asked[index]?.answer(503, retryAfter);
      await done;
      const next = ask('http://h/next');
      await settled();
      const until = clock.sleepers.at(-1)?.untilMs ?? 0;
      const restMs = until - clock.nowMs;
      await clock.pass(restMs);
      asked[index + 1]?.answer(retryAfter === undefined ? 503 : 200);
      await next;
      await clock.pass(60_000);
      return restMs;
    };
    expect(await rest('86400')).toBe(60_000);
    expect(await rest()).toBe(500);
    expect(await rest()).toBe(2000);
  });

  it.each([200, 404, 500, 302])('is told from one that answers %i, and from other hosts', async (status) => {
    const { asked, ask } = start();
    const refused = ask('http://h/');
    await settled();
    asked[0]?.answer(503, '60');
    await refused;
    for (const url of ['http://other/', 'http://h:8080/']) {
      const before = asked.length;
      const first = ask(url);
      await settled();
      asked[before]?.answer(status);
      await first;
      void ask(url);
      await settled();
      expect(asked).toHaveLength(before + 2);
    }
  });

  it('gets half as many at once each time, down to one, and again when one has ended', async () => {
    const { clock, asked, ask } = start({ jobs: 4 });
    const all = Array.from({ length: 4 }, (_, index) => ask(`http://h/${index}`));
    await settled();
    // What was asked before the rest began is one refusal.
    for (const one of asked) one.answer(429, '1');
    await Promise.all(all);
    const more = Promise.allSettled(Array.from({ length: 4 }, (_, index) => ask(`http://h/again/${index}`)));
    await clock.pass(1000);
    expect(asked).toHaveLength(6);
    asked[4]?.answer(200);
    await settled();
    expect(asked).toHaveLength(7);
    asked[5]?.answer(429, '1');
    await settled();
    await clock.pass(1000);
    expect(asked).toHaveLength(7);
    asked[6]?.fail(new Error('reset'));
    await settled();
    expect(asked).toHaveLength(8);
    asked[7]?.answer(200);
    const ends = await more;
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  });

  it('is not waited for after an interruption, and the turn goes to the next', async () => {
    const { clock, asked, ask } = start({ jobs: 2 });
    const [resting, queued] = [new AbortController(), new AbortController()];
    const refused = ask('http://h/');
    await settled();
    asked[0]?.answer(503, '1');
    await refused;
    const first = ask('http://h/rests', resting.signal);
    resting.abort(new Error('stop'));
    await expect(first).rejects.toThrow('stop');
    const holder = ask('http://h/holds');
    await clock.pass(1000);
    const second = ask('http://h/queued', queued.signal);
    const third = ask('http://h/third');
    await settled();
    asked[1]?.answer(200);
    queued.abort(new Error('stop'));
    await expect(second).rejects.toThrow('stop');
    await holder;
    await settled();
    expect(asked.map(({ url }) => url)).toEqual(['http://h/', 'http://h/holds', 'http://h/third']);
    asked[2]?.answer(200);
    expect(await third).toBe(200);
  });

  it('is given up when it did nothing else for a minute for each attempt', async () => {
    const { clock, asked, ask } = start({ retries: 1 });
    for (let refusals = 1; refusals <= 3; refusals++) {
      const done = ask('http://h/');
      await settled();
      asked.at(-1)?.answer(503, '60');
      await done;
      await clock.pass(60_000);
    }
    const error = await caught(() => ask('http://h/'));
    expect(error.code).toBe('BLOBS_HTTP_STATUS');
    expect(error).not.toHaveProperty('status');
    expect(asked).toHaveLength(3);
  });

  it('is asked in time also when the clock is set back', async () => {
    const { clock, asked, ask } = start();
    const refused = ask('http://h/');
    await settled();
    asked[0]?.answer(503, '5');
    await refused;
    clock.nowMs -= 3_600_000;
    void ask('http://h/2');
    await settled();
    await clock.pass(60_000);
    expect(asked).toHaveLength(2);
  });
});
