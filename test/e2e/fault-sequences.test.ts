// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { hasOption } from '../support/built.ts';
import { type Behaviour, type FaultServer, startFaultServer } from '../support/fault-server.ts';
import { type BlobSpec, makeModule } from '../support/modules.ts';
import { runCli } from '../support/run-cli.ts';
import {
  sha256,
  sha256OfFile,
  someBytes,
  tempDir,
  temporaryFilesBelow,
  withDirectory,
} from '../support/temp.ts';

const SEQUENCES = process.env['BLOBS_TEST_FULL'] === '1' ? 400 : 25;
const AT_ONCE = 5;
/** One job, four blobs, three URLs and three attempts may all stall, and wait before they are asked again. */
const MAX_SEQUENCE_MS = 90_000;
const BLOBS = 4;
const OLD = Buffer.from('what was here before');

/** Numbers in [0, 1) that depend on `seed` alone. */
function randomNumbers(seed: string): () => number {
  let i = 0;
  return () => Number.parseInt(sha256(`${seed}/${i++}`).slice(0, 8), 16) / 2 ** 32;
}

class Choices {
  readonly #next: () => number;

  constructor(seed: string) {
    this.#next = randomNumbers(seed);
  }

  /** An integer from 0 to `limit - 1`. */
  below(limit: number): number {
    return Math.floor(this.#next() * limit);
  }

  oneOf<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] ?? items[0];
  }

  behaviour(sizeBytes: number): Behaviour {
    const afterBytes = this.below(sizeBytes);
    return this.oneOf<Behaviour>([
      { kind: 'ok' },
      { kind: 'ok' },
      { kind: 'ok', ranges: false },
      { kind: 'truncate', afterBytes },
      { kind: 'reset', afterBytes },
      { kind: 'stall', afterBytes },
      { kind: 'wrong-bytes' },
      { kind: 'sign-in-page' },
      { kind: 'status', status: 500 },
      { kind: 'status', status: 503, headers: { 'retry-after': '0' } },
      { kind: 'status', status: 404 },
      { kind: 'redirect-loop' },
      { kind: 'redirect-chain', hops: 3 },
      { kind: 'wrong-content-length', declaredBytes: afterBytes },
      { kind: 'larger', extraBytes: 1 + afterBytes },
      { kind: 'endless' },
      { kind: 'shifted-range' },
      { kind: 'garbage' },
    ]);
  }
}

interface SequenceBlob extends BlobSpec {
  readonly bytes: Buffer;
  readonly url: readonly string[];
  /** Whether another file stood in its place before. */
  readonly old: boolean;
}

/** Serves the blobs of one sequence, each with a few URLs that misbehave in turn. */
function makeBlobs(seed: number, choices: Choices, server: FaultServer): SequenceBlob[] {
  return Array.from({ length: BLOBS }, (_, i) => {
    const bytes = someBytes(`${seed}/${i}`, 1 + choices.below(200_000));
    const url = Array.from({ length: 1 + choices.below(3) }, (_, copy) => {
      const behaviours = Array.from({ length: 1 + choices.below(3) }, () => choices.behaviour(bytes.length));
      return server.serve(`/${seed}/${i}/${copy}`, bytes, behaviours);
    });
    const size = choices.oneOf([{}, { size: bytes.length }]);
    return { path: `${i}.bin`, bytes, url, old: choices.oneOf([true, false]), ...size };
  });
}

async function runSequence(seed: number, server: FaultServer): Promise<void> {
  const name = `sequence ${seed}`;
  const choices = new Choices(name);
  const retries = choices.below(3);
  const blobs = makeBlobs(seed, choices, server);
  const module = makeModule(tempDir(), {
    name: 'hal_x',
    blobs: blobs.map(({ old: _, ...entry }) => entry),
  });
  for (const { path, old } of blobs) if (old) writeFileSync(withDirectory(module.blobFile(path)), OLD);
  const store = choices.oneOf([[], hasOption('fetch', '--no-store') ? ['--no-store'] : []]);
  const jobs = choices.oneOf([[], ['--jobs', '1']]);
  const limits = ['--timeout', '1', '--retries', String(retries), '--max-size', '1M'];

  const result = await runCli(['fetch', '-m', module.directory, '--json', ...limits, ...store, ...jobs], {
    home: tempDir(),
    timeoutMs: MAX_SEQUENCE_MS,
  });

  const document = result.json();
  const failed = new Set<string>();
  for (const { path, bytes, old } of blobs) {
    const found = sha256OfFile(module.blobFile(path));
    if (found === sha256(bytes)) continue;
    failed.add(path);
    expect(found, `${name}: ${path}`).toBe(old ? sha256(OLD) : undefined);
  }
  expect(temporaryFilesBelow(module.directory), name).toEqual([]);
  const reported = document.blobs.filter((blob) => blob.result === 'failed').map(({ path }) => path);
  expect(new Set(reported), name).toEqual(failed);
  const errors = document.issues.filter(({ severity }) => severity === 'error');
  expect(new Set(errors.map(({ path }) => path)), name).toEqual(failed);
  // A wrong candidate of a blob that was fetched in the end is a warning and decides nothing.
  const wrong = document.issues.some(
    ({ code, path }) => failed.has(path ?? '') && /^BLOBS_(HASH|SIZE)_MISMATCH$/.test(code),
  );
  expect(result.code, name).toBe(failed.size === 0 ? 0 : wrong ? 65 : 1);
  for (const url of blobs.flatMap((blob) => blob.url)) {
    // Each attempt follows at most 10 redirects; one more is allowed from zero after a resumed download.
    const requests = server.requestsFor(new URL(url).pathname).length;
    expect(requests, name).toBeLessThanOrEqual((retries + 2) * 11);
  }
}

test.for(Array.from({ length: SEQUENCES / AT_ONCE }, (_, i) => i * AT_ONCE))(
  'nothing but the old file, nothing or the right bytes is left after faults: sequences from %i',
  { timeout: MAX_SEQUENCE_MS },
  async (first) => {
    const server = await startFaultServer();
    await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => runSequence(first + i, server)));
  },
);
