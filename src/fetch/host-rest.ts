// SPDX-License-Identifier: Apache-2.0
import type { Dispatcher } from 'undici';
import type { Clock } from '../core/deps.ts';
import { count } from '../core/text.ts';
import { FinalError } from './final-error.ts';
import { isRefusingStatus, MAX_RETRY_AFTER_MS, parseRetryAfter, retryDelayMs } from './retry.ts';
import type { Transport } from './transport.ts';

// As long as the longest Retry-After that one download obeys.
const MAX_REST_MS = MAX_RETRY_AFTER_MS;

export interface HostRestOptions {
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  /** Downloads at once. */
  readonly jobs: number;
  /** Attempts after the first at one URL. */
  readonly retries: number;
  /**
   * For a program that runs on and on: after so long without a refusal, what a host did is forgotten, also that it is not
   * asked again. In milliseconds.
   */
  readonly forgetAfterMs?: number;
  /**
   * Answers of one host that may be under way at once, for a program that does not limit its downloads itself: the others
   * wait here, not timed, first come first served. No matter how many by default.
   */
  readonly maxAtOnce?: number;
  /** Told when a host is to rest. */
  readonly trace?: (line: string) => void;
}

/** What is known of one host. */
interface Host {
  /** Answers that are under way. */
  active: number;
  /** How many may be; fewer once it refused. */
  limit: number;
  /** Before this moment nothing is asked, in milliseconds since the epoch. */
  restsUntilMs: number;
  /** How often it had to rest. */
  rests: number;
  /** The same since its last answer that was no refusal, and how long that was together. */
  restsInARow: number;
  restedMs: number;
  /** Those who wait for another answer to end, first come first served. */
  readonly queue: (() => void)[];
}

/**
 * `transport`, for all downloads of a run, such that a host that answers 429 or 503 rests: until the moment of its
 * Retry-After (at most a minute), else for a delay that grows, nobody asks it. Afterwards half as many downloads as
 * before are under way there at once, at least one. Who waits is not timed, and ends when its signal is aborted.
 *
 * A host that did nothing but refuse for a minute for each attempt that a download has is not asked again: requests
 * reject with FinalError, BLOBS_HTTP_STATUS.
 */
export function letHostsRest(transport: Transport, options: HostRestOptions): Transport {
  const hosts = new Map<string, Host>();
  return {
    request: async (url, request) => {
      const host = hosts.get(url.host) ?? newHost(options);
      hosts.set(url.host, host);
      await enter(host, url.host, { ...options, signal: request.signal });
      const restsBefore = host.rests;
      let response: Dispatcher.ResponseData;
      try {
        response = await transport.request(url, request);
      } catch (error) {
        leave(host);
        throw error;
      }
      if (response.body.closed) leave(host);
      else response.body.once('close', () => leave(host));
      note(response, { host, restsBefore, name: url.host }, options);
      return response;
    },
    close: () => transport.close(),
  };
}

function newHost({ maxAtOnce = Number.POSITIVE_INFINITY }: Pick<HostRestOptions, 'maxAtOnce'>): Host {
  return {
    active: 0,
    limit: maxAtOnce,
    restsUntilMs: 0,
    rests: 0,
    restsInARow: 0,
    restedMs: 0,
    queue: [],
  };
}

/** Waits until `host` may be asked, and counts as active there from then on. */
async function enter(
  host: Host,
  name: string,
  options: HostRestOptions & { readonly signal: AbortSignal },
): Promise<void> {
  try {
    while (!(await tryToEnter(host, name, options)));
  } catch (error) {
    // The turn that this one had is somebody else's now.
    host.queue.shift()?.();
    throw error;
  }
}

/** Counts as active at `host` if that may be now; else waits for what is in the way, and gives false. */
async function tryToEnter(
  host: Host,
  name: string,
  {
    clock,
    retries,
    signal,
    forgetAfterMs = Number.POSITIVE_INFINITY,
    maxAtOnce = Number.POSITIVE_INFINITY,
  }: HostRestOptions & { readonly signal: AbortSignal },
): Promise<boolean> {
  signal.throwIfAborted();
  if (clock.now() - host.restsUntilMs >= forgetAfterMs) {
    host.limit = maxAtOnce;
    host.restsInARow = 0;
    host.restedMs = 0;
  }
  if (host.restedMs > MAX_REST_MS * (retries + 1)) {
    throw new FinalError('BLOBS_HTTP_STATUS', `${name} did nothing but refuse, and is not asked again`);
  }
  const untilMs = host.restsUntilMs;
  const restMs = untilMs - clock.now();
  if (restMs > 0) {
    await clock.sleep(Math.min(restMs, MAX_REST_MS), signal);
    // Also where the clock was set back meanwhile.
    if (host.restsUntilMs === untilMs) host.restsUntilMs = clock.now();
    return false;
  }
  if (host.active < host.limit) {
    host.active += 1;
    return true;
  }
  await turn(host, signal);
  return false;
}

/** Resolves when an answer has ended; rejects with the signal's reason. */
function turn(host: Host, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const wake = (): void => {
      signal.removeEventListener('abort', abort);
      resolve();
    };
    const abort = (): void => {
      host.queue.splice(host.queue.indexOf(wake), 1);
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    host.queue.push(wake);
  });
}

function leave(host: Host): void {
  host.active -= 1;
  host.queue.shift()?.();
}

/** Draws the conclusions from an answer. */
function note(
  { statusCode, headers }: Dispatcher.ResponseData,
  { host, restsBefore, name }: { host: Host; restsBefore: number; name: string },
  { clock, random, jobs, trace }: HostRestOptions,
): void {
  if (!isRefusingStatus(statusCode)) {
    host.restsInARow = 0;
    host.restedMs = 0;
    return;
  }
  const nowMs = clock.now();
  const wish = parseRetryAfter([headers['retry-after']].flat()[0], nowMs);
  // Several that were asked before the rest began are refused for one and the same reason.
  const isNew = restsBefore === host.rests;
  const restMs = retryDelayMs(isNew ? host.restsInARow : Math.max(0, host.restsInARow - 1), random(), wish);
  host.restsUntilMs = Math.max(host.restsUntilMs, nowMs + restMs);
  if (!isNew) return;
  host.rests += 1;
  host.restsInARow += 1;
  host.restedMs += restMs;
  host.limit = Math.max(1, Math.floor(Math.min(host.limit, jobs) / 2));
  trace?.(`${name} rests for ${restMs / 1000} s, then has at most ${count(host.limit, 'answer')} at once`);
}
