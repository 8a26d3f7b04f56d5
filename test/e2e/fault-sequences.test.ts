// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Behaviour, type FaultServer, startFaultServer } from '../support/fault-server.ts';
import { type BlobSpec, type MadeModule, makeModule } from '../support/modules.ts';
import { type JsonDocument, runCli } from '../support/run-cli.ts';
import {
  filesBelow,
  sha256,
  sha256OfFile,
  someBytes,
  tempDir,
  temporaryFilesBelow,
  withDirectory,
} from '../support/temp.ts';

const SEQUENCES = process.env['BLOBS_TEST_FULL'] === '1' ? 504 : 14;
/** Sequences of one test, which share a server. */
const PER_TEST = Math.min(SEQUENCES, 63);
/** They wait for silence most of the time. */
const AT_ONCE = 12;
/** One job, three blobs, three URLs and four attempts may all stall, and wait before they are asked again. */
const MAX_RUN_MS = 120_000;
const OLD = Buffer.from('what was here before');
const MAX_REDIRECTS = 10;

/** Those after which a candidate may have been complete, and wrong in its hash or size. */
const WRONG_KINDS: ReadonlySet<Behaviour['kind']> = new Set([
  'wrong-bytes',
  'sign-in-page',
  'wrong-content-length',
  'larger',
  'endless',
  'huge',
  'shifted-range',
]);

/** Choices that depend on the seed alone. */
class Choices {
  readonly #seed: string;
  #made = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  /** An integer from 0 to `limit - 1`. */
  below(limit: number): number {
    this.#made += 1;
    return Math.floor(
      (Number.parseInt(sha256(`${this.#seed}/${this.#made}`).slice(0, 8), 16) / 2 ** 32) * limit,
    );
  }

  oneOf<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] ?? items[0];
  }

  /** More often one after which a download can be resumed than one that ends it. */
  behaviour(sizeBytes: number): Behaviour {
    const afterBytes = this.below(sizeBytes);
    return this.oneOf([
      () => this.sound(),
      () => this.sound(),
      () => this.cut(afterBytes),
      () => this.cut(afterBytes),
      () => this.later(),
      () => this.wrong(afterBytes),
      () => this.strange(afterBytes),
    ])();
  }

  private sound(): Behaviour {
    return this.oneOf<Behaviour>([
      { kind: 'ok' },
      { kind: 'ok' },
      { kind: 'ok', ranges: false },
      { kind: 'gzip' },
      { kind: 'new-etag', etag: '"new"' },
      { kind: 'new-etag', etag: 'W/"new"' },
      { kind: 'redirect-chain', hops: this.oneOf([1, 3, MAX_REDIRECTS]) },
      { kind: 'throttle', bytesPerSecond: 200_000 },
    ]);
  }

  private cut(afterBytes: number): Behaviour {
    return this.oneOf<Behaviour>([
      { kind: 'truncate', afterBytes },
      { kind: 'truncate', afterBytes },
      { kind: 'truncate', afterBytes, headers: { etag: '"old"' }, wrong: true },
      { kind: 'truncate', afterBytes, headers: {} },
      { kind: 'truncate', afterBytes, wrong: true },
      { kind: 'reset', afterBytes },
      { kind: 'stall', afterBytes },
      { kind: 'stall-before-headers' },
      { kind: 'drip', bytes: 2 },
    ]);
  }

  private later(): Behaviour {
    const status = this.oneOf([429, 503]);
    return this.oneOf<Behaviour>([
      { kind: 'status', status, headers: { 'retry-after': '0' } },
      { kind: 'status', status, headers: { 'retry-after': '1' } },
      { kind: 'status', status, headers: { 'retry-after': new Date(Date.now() + 1000).toUTCString() } },
      { kind: 'status', status, headers: { 'retry-after': new Date(0).toUTCString() } },
      { kind: 'status', status, headers: { 'retry-after': 'soon' } },
      { kind: 'status', status: 500 },
    ]);
  }

  private wrong(afterBytes: number): Behaviour {
    return this.oneOf<Behaviour>([
      { kind: 'wrong-bytes' },
      { kind: 'sign-in-page' },
      { kind: 'wrong-content-length', declaredBytes: afterBytes },
      { kind: 'larger', extraBytes: 1 + afterBytes },
      { kind: 'endless' },
      { kind: 'huge' },
      { kind: 'shifted-range' },
    ]);
  }

  private strange(afterBytes: number): Behaviour {
    return this.oneOf<Behaviour>([
      { kind: 'status', status: this.oneOf([401, 403, 404, 410]) },
      { kind: 'status', status: 416, headers: { 'content-range': `bytes */${afterBytes}` } },
      { kind: 'status', status: 206 },
      { kind: 'redirect-loop' },
      { kind: 'redirect-chain', hops: MAX_REDIRECTS + 1 },
      { kind: 'garbage' },
      { kind: 'wrong-content-range' },
      { kind: 'new-etag', etag: '"new"', ignoresIfRange: true },
    ]);
  }
}

interface SequenceBlob extends BlobSpec {
  readonly bytes: Buffer;
  readonly url: readonly string[];
  /** Whether another file stood in its place before. */
  readonly old: boolean;
}

/** A few blobs, their URLs that misbehave in turn, and two fetches of them. */
interface Sequence {
  readonly name: string;
  readonly server: FaultServer;
  readonly blobs: readonly SequenceBlob[];
  readonly module: MadeModule;
  readonly home: string;
  readonly retries: number;
}

function makeBlobs(seed: number, choices: Choices, server: FaultServer): SequenceBlob[] {
  return Array.from({ length: 1 + choices.below(3) }, (_, i) => {
    const bytes = someBytes(`${seed}/${i}`, 1 + choices.below(choices.oneOf([4, 5000, 200_000])));
    const url = Array.from({ length: 1 + choices.below(3) }, (_, copy) => {
      const behaviours = Array.from({ length: 1 + choices.below(5) }, () => choices.behaviour(bytes.length));
      return server.serve(`/${seed}/${i}/${copy}`, bytes, behaviours);
    });
    const size = choices.oneOf<{ size?: number }>([{}, { size: bytes.length }, { size: bytes.length + 1 }]);
    return { path: `${i}.bin`, bytes, url, old: choices.oneOf([true, false]), ...size };
  });
}

async function runSequence(seed: number, server: FaultServer): Promise<void> {
  const name = `sequence ${seed}`;
  const choices = new Choices(name);
  const retries = choices.below(3);
  const blobs = makeBlobs(seed, choices, server);
  const entries = blobs.map(({ old: _, ...entry }) => entry);
  const module = makeModule(tempDir(), { name: 'hal_x', blobs: entries });
  for (const { path, old } of blobs) if (old) writeFileSync(withDirectory(module.blobFile(path)), OLD);
  const sequence = { name, server, blobs, module, home: tempDir(), retries };
  for (const run of [1, 2]) {
    const store = choices.oneOf([[], [], [], ['--no-store']]);
    const jobs = choices.oneOf([[], [], ['--jobs', '1']]);
    await runOnce({ ...sequence, name: `${name}, run ${run}` }, [...store, ...jobs]);
  }
}

async function runOnce(sequence: Sequence, args: readonly string[]): Promise<void> {
  const { name, server, blobs, module, home, retries } = sequence;
  const before = new Set(blobs.filter((blob) => isThere(module, blob)));
  const pathsOf = ({ url }: SequenceBlob): string[] => url.map((one) => new URL(one).pathname);
  const askedBefore = new Map(blobs.flatMap(pathsOf).map((path) => [path, server.requestsFor(path).length]));
  const answeredBefore = new Map(
    blobs.flatMap(pathsOf).map((path) => [path, server.answersFor(path).length]),
  );

  const partialBefore = partialFiles(sequence);

  const limits = ['--timeout', '1', '--retries', String(retries), '--max-size', '1M'];
  const result = await runCli(['fetch', '-m', module.directory, '--json', ...limits, ...args], {
    home,
    timeoutMs: MAX_RUN_MS,
  });

  const document = result.json();
  const failed = new Set(blobs.filter((blob) => !isThere(module, blob)));
  expectReported(sequence, document, failed);
  const kindsOf = (blob: SequenceBlob): readonly Behaviour['kind'][] =>
    pathsOf(blob).flatMap((path) => server.answersFor(path).slice(answeredBefore.get(path)));
  const isWrong = (path: string): boolean =>
    document.issues.some((issue) => issue.path === path && /^BLOBS_(HASH|SIZE)_MISMATCH$/.test(issue.code));
  const wrong = [...failed].filter(({ path }) => isWrong(path));
  expect(result.code, name).toBe(failed.size === 0 ? 0 : wrong.length > 0 ? 65 : 1);
  for (const blob of wrong)
    expect(
      kindsOf(blob).some((kind) => WRONG_KINDS.has(kind)),
      name,
    ).toBe(true);

  expect(temporaryFilesBelow(module.directory), name).toEqual([]);
  expectSoundEntries(sequence);
  // Without the store nothing of it is touched.
  if (args.includes('--no-store')) expect(partialFiles(sequence), name).toEqual(partialBefore);
  else expectOnlyOf(sequence, failed);
  for (const blob of blobs) {
    for (const path of pathsOf(blob)) {
      // So many attempts, and one more from zero where what was resumed turned out to be wrong: after that a URL is not
      // resumed again in this run. Each follows so many redirects.
      const most = before.has(blob) ? 0 : retries + 2;
      const answers = server.answersFor(path).length - (answeredBefore.get(path) ?? 0);
      const requests = server.requestsFor(path).length - (askedBefore.get(path) ?? 0);
      expect(answers, `${name}: ${path}`).toBeLessThanOrEqual(most);
      expect(requests, `${name}: ${path}`).toBeLessThanOrEqual(most * (1 + MAX_REDIRECTS));
    }
  }
}

function isThere(module: MadeModule, { path, bytes }: SequenceBlob): boolean {
  return sha256OfFile(module.blobFile(path)) === sha256(bytes);
}

/** What is not right is as it was before, and reported; nothing else is. */
function expectReported(
  { name, module }: Sequence,
  { blobs, issues }: JsonDocument,
  failed: ReadonlySet<SequenceBlob>,
): void {
  for (const { path, old } of failed)
    expect(sha256OfFile(module.blobFile(path)), `${name}: ${path}`).toBe(old ? sha256(OLD) : undefined);
  const paths = [...failed].map(({ path }) => path);
  expect(
    blobs.flatMap(({ result, path }) => (result === 'failed' ? [path] : [])),
    name,
  ).toEqual(paths);
  const errors = issues.filter(({ severity }) => severity === 'error');
  expect([...new Set(errors.map(({ path }) => path))], name).toEqual(paths);
}

function storeOf({ home }: Sequence): string {
  return join(home, '.cache', 'zephyr-blobs', 'v1');
}

function partialFiles(sequence: Sequence): string[] {
  return filesBelow(join(storeOf(sequence), 'partial'));
}

function expectSoundEntries(sequence: Sequence): void {
  const directory = join(storeOf(sequence), 'sha256');
  for (const path of filesBelow(directory))
    expect(path.slice(3), sequence.name).toBe(sha256OfFile(join(directory, path)));
}

/** What is unfinished in the store is of what failed, and told where it came from. */
function expectOnlyOf(sequence: Sequence, failed: ReadonlySet<SequenceBlob>): void {
  const files = partialFiles(sequence);
  const expected = [...failed]
    .map(({ bytes }) => `${sha256(bytes)}.part`)
    .filter((name) => files.includes(name));
  expect(files, sequence.name).toEqual(expected.flatMap((name) => [name, `${name}.json`]).sort());
}

test.for(Array.from({ length: SEQUENCES / PER_TEST }, (_, i) => i * PER_TEST))(
  'nothing but the old file, nothing or the right bytes is left after faults: sequences from %i',
  { timeout: PER_TEST * 10_000 },
  async (first) => {
    const server = await startFaultServer();
    const left = Array.from({ length: PER_TEST }, (_, i) => first + i);
    const work = async (): Promise<void> => {
      for (let seed = left.shift(); seed !== undefined; seed = left.shift()) await runSequence(seed, server);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  },
);
