// SPDX-License-Identifier: Apache-2.0
import { onTestFinished } from 'vitest';
import type { BlobsError } from '../../../src/core/errors.ts';
import type { DownloadOptions, DownloadProgress } from '../../../src/fetch/attempt.ts';
import type { HttpOptions } from '../../../src/fetch/http.ts';
import type { Job, Source } from '../../../src/fetch/plan.ts';
import { openTransport } from '../../../src/fetch/transport.ts';
import { tempDir } from '../../support/temp.ts';
import { digestOf, FakeClock, NEVER } from '../../unit/samples.ts';

/** Options for the real transport, which ends with the running test. */
export function httpOptions(changes: Partial<HttpOptions> = {}): HttpOptions {
  const timeoutMs = changes.timeoutMs ?? 5000;
  const transport = openTransport({ jobs: 4, timeoutMs });
  onTestFinished(() => transport.close());
  return { transport, timeoutMs, signal: NEVER, userAgent: 'test/1', ...changes };
}

/** Options for `download` with a fake clock, into a directory of its own. */
export function downloadOptions(changes: Partial<DownloadOptions> = {}): DownloadOptions & {
  readonly clock: FakeClock;
  readonly events: DownloadProgress[];
} {
  const events: DownloadProgress[] = [];
  return {
    ...httpOptions(changes),
    directory: tempDir(),
    copyDirectory: tempDir(),
    retries: 2,
    maxSizeBytes: 1_000_000,
    random: () => 0,
    onProgress: (event) => void events.push(event),
    ...changes,
    clock: new FakeClock(),
    events,
  };
}

/** A download of bytes from these URLs or sources. */
export function jobFor(
  content: Uint8Array | string,
  sources: readonly (string | Source)[],
  size?: number,
): Job {
  return {
    digest: digestOf(content),
    blobs: [],
    sources: sources.map((source) => (typeof source === 'string' ? { kind: 'url', url: source } : source)),
    ...(size === undefined ? {} : { size }),
  };
}

/** The codes of what failed, in order. */
export function codes(failed: readonly { readonly error: BlobsError }[]): string[] {
  return failed.map(({ error }) => error.code);
}
