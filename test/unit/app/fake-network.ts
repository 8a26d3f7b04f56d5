// SPDX-License-Identifier: Apache-2.0
import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { fetchBlobs } from '../../../src/app/fetch-blobs.ts';
import type { FetchEvent } from '../../../src/app/fetch-events.ts';
import type { FetchDeps, FetchOptions } from '../../../src/app/fetch-options.ts';
import type { FetchReport } from '../../../src/core/report.ts';
import { tempDir } from '../../support/temp.ts';
import { FakeClock, FakePrompt, NEVER, queryFor } from '../samples.ts';

/** What a URL gives: bytes, or a status. */
export type FakeAnswer = string | number;

export interface FakeRun {
  readonly report: FetchReport;
  /** Every URL that was asked, in order. */
  readonly asked: readonly string[];
  readonly events: readonly FetchEvent[];
  readonly prompt: FakePrompt;
}

export interface FakeRunOptions extends Partial<FetchOptions> {
  /** What each URL gives; a function may look at the world first. Others give 404. */
  readonly web?: Readonly<Record<string, FakeAnswer | (() => FakeAnswer)>>;
  readonly answers?: readonly boolean[];
  readonly signal?: AbortSignal;
}

/** Fetches for these modules from a network that is not there. */
export async function runFetch(
  directories: readonly string[],
  options: FakeRunOptions = {},
): Promise<FakeRun> {
  const { web = {}, answers, signal = NEVER, ...changes } = options;
  const asked: string[] = [];
  const events: FetchEvent[] = [];
  const prompt = new FakePrompt(answers);
  const request = async (url: URL): Promise<Dispatcher.ResponseData> => {
    asked.push(url.href);
    const found = web[url.href] ?? 404;
    const answer = typeof found === 'function' ? found() : found;
    const body = Readable.from(typeof answer === 'string' ? [Buffer.from(answer)] : []);
    const response = {
      statusCode: typeof answer === 'number' ? answer : 200,
      headers: {},
      body: Object.assign(body, { dump: async () => void body.destroy() }),
    };
    return response as unknown as Dispatcher.ResponseData;
  };
  const deps: FetchDeps = {
    clock: new FakeClock(),
    prompt,
    random: () => 0,
    openNetwork: async () => ({ transport: { request, close: async () => undefined }, userAgent: 'test/1' }),
    observe: (event) => void events.push(event),
  };
  const report = await fetchBlobs(
    {
      ...queryFor(directories),
      licenses: { autoAccept: false, acceptedTexts: new Set(), answersFile: `${tempDir()}/licenses.json` },
      jobs: 1,
      dryRun: false,
      keepModified: false,
      failFast: false,
      mirrors: [],
      caches: { cacheDirectories: [] },
      offline: false,
      timeoutMs: 1000,
      retries: 0,
      maxSizeBytes: 1000,
      ...changes,
    },
    deps,
    signal,
  );
  return { report, asked, events, prompt };
}

/** Each row as "path status result". */
export function results({ rows }: FetchReport): string[] {
  return rows.map(({ blob, status, result }) => `${blob.path} ${status} ${result}`);
}
