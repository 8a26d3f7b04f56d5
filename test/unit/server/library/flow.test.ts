// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Sha256 } from '../../../../src/core/sha256.ts';
import type { Body } from '../../../../src/fetch/body.ts';
import { Flow } from '../../../../src/server/library/flow.ts';
import { FlowContent } from '../../../../src/server/library/flow-content.ts';
import { Flows } from '../../../../src/server/library/flows.ts';
import { PieceBudget } from '../../../../src/server/library/shared-pieces.ts';
import { TemporaryFile } from '../../../../src/store/temporary-file.ts';
import { someBytes, tempDir } from '../../../support/temp.ts';
import { digestOf, NEVER } from '../../samples.ts';

const ONE = someBytes('one', 1000);
const TWO = someBytes('two', 1000);

interface TestFlow {
  readonly flow: Flow;
  /** How often the last reader left. */
  readonly deserted: () => number;
}

function makeFlow(declared?: Sha256): TestFlow {
  let count = 0;
  const flow = new Flow({
    declared,
    budget: new PieceBudget(),
    stallMs: 3_600_000,
    signal: NEVER,
    onDeserted: () => {
      count += 1;
    },
  });
  onTestFinished(() => flow.fail(new Error('the test is over')));
  return { flow, deserted: () => count };
}

/** Begins a body of which `bytes` are there at once; its length is said unless it is to stay unknown. */
async function begin(flow: Flow, bytes: Buffer, length?: number): Promise<void> {
  await beginIn(flow, await fileOf(bytes), { bytes, length });
}

async function fileOf(bytes: Buffer): Promise<TemporaryFile> {
  const file = await TemporaryFile.create(tempDir());
  await file.handle.writeFile(bytes);
  onTestFinished(() => file.discard());
  return file;
}

async function beginIn(
  flow: Flow,
  file: TemporaryFile,
  { bytes, length }: { readonly bytes: Buffer; readonly length?: number | undefined },
): Promise<void> {
  const body = length === undefined ? {} : { length };
  await flow.begin({ file, presentBytes: 0, body: body as Body });
  flow.wrote(bytes.length);
}

/** A reader of `flow`, from byte `from` on. */
function read(flow: Flow, from = 0, to?: number): AsyncIterator<Uint8Array> {
  const range = { from, ...(to === undefined ? {} : { to }) };
  const reader = flow.join();
  onTestFinished(() => flow.leave(reader));
  return flow.read(reader, range, NEVER)[Symbol.asyncIterator]();
}

async function rest(iterator: AsyncIterator<Uint8Array>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let next = await iterator.next(); !next.done; next = await iterator.next())
    parts.push(Buffer.from(next.value));
  return Buffer.concat(parts);
}

function whole(bytes: Buffer): { readonly digest: Sha256; readonly bytes: number } {
  return { digest: digestOf(bytes), bytes: bytes.length };
}

describe('a body that begins in the place of another', () => {
  it('is never mixed with bytes of the other that were being read', async () => {
    const { flow } = makeFlow();
    await begin(flow, ONE);
    const two = await fileOf(TWO);
    const reader = read(flow);
    const first = reader.next();
    await beginIn(flow, two, { bytes: TWO });
    await flow.complete(whole(TWO));
    const { value } = await first;
    const all = Buffer.concat([(value as Uint8Array | undefined) ?? Buffer.alloc(0), await rest(reader)]);
    expect(digestOf(all)).toBe(digestOf(TWO));
  });

  it('is none for a reader that has more than all of it', async () => {
    const { flow } = makeFlow();
    await begin(flow, ONE);
    const [early, late] = [read(flow), read(flow)];
    expect((await early.next()).value?.length).toBe(999);
    const shorter = ONE.subarray(0, 500);
    await begin(flow, shorter);
    await flow.complete(whole(shorter));
    await expect(early.next()).rejects.toThrow('upstream began anew with other bytes');
    expect(digestOf(await rest(late))).toBe(digestOf(shorter));
  });

  it('is none for a reader that was told another length, but for others', async () => {
    const { flow } = makeFlow();
    await begin(flow, ONE, ONE.length);
    const told = new FlowContent(flow, flow.join(), { origin: 'miss', terms: undefined });
    expect(told.bytes).toBe(ONE.length);
    const longer = Buffer.concat([ONE, TWO]);
    await begin(flow, longer, longer.length);
    const other = read(flow);
    await flow.complete(whole(longer));
    await expect(rest(told.read({ from: 0 }, NEVER)[Symbol.asyncIterator]())).rejects.toThrow(
      'upstream began anew with other bytes',
    );
    expect(digestOf(await rest(other))).toBe(digestOf(longer));
  });
});

describe('a flow', () => {
  it('does not end well where it was told of fewer bytes than the whole has', async () => {
    const { flow } = makeFlow();
    await begin(flow, ONE.subarray(0, 900));
    const [all, part] = [read(flow), read(flow, 100, 900)];
    await flow.complete(whole(ONE));
    await expect(rest(all)).rejects.toMatchObject({ code: 'BLOBS_NETWORK' });
    // What there is of it is right.
    expect(digestOf(await rest(part))).toBe(digestOf(ONE.subarray(100, 900)));
  });

  it('holds back the last byte of a part with a digest until all are verified', async () => {
    const { flow } = makeFlow(digestOf(ONE));
    await begin(flow, ONE);
    const [good, tiny] = [read(flow, 100, 200), read(flow, 100, 101)];
    expect((await good.next()).value?.length).toBe(99);
    let isOver = false;
    const last = Promise.all([good.next(), tiny.next()]).finally(() => {
      isOver = true;
    });
    await new Promise(setImmediate);
    expect(isOver).toBe(false);
    await flow.complete(whole(ONE));
    const bytes = (await last).map(({ value }) => [...((value as Uint8Array | undefined) ?? [])]);
    expect(bytes).toEqual([[ONE[199]], [ONE[100]]]);
    expect((await rest(good)).length).toBe(0);
  });
});

describe('a relay', () => {
  it('hands on a part’s last byte when all are verified, though it is gone from memory by then', async () => {
    const { flow } = makeFlow(digestOf(ONE));
    await flow.begin({ presentBytes: 0, body: {} as Body });
    await flow.relay(0);
    const part = read(flow, 100, 200);
    const all = read(flow);
    const wholeRead = rest(all);
    const big = someBytes('big', 3 * 1024 * 1024);
    const chunks = Array.from({ length: 48 }, (_, index) =>
      big.subarray(index * 65_536, (index + 1) * 65_536),
    );
    await flow.hand(ONE);
    expect(Buffer.from((await part.next()).value ?? []).equals(ONE.subarray(100, 199))).toBe(true);
    const last = part.next();
    for (const piece of chunks) await flow.hand(piece);
    const got = Buffer.concat([ONE, big]);
    await flow.complete(whole(got));
    expect([...((await last).value ?? [])]).toEqual([ONE[199]]);
    expect(digestOf(await wholeRead)).toBe(digestOf(got));
  });

  it('that nobody reads any more is of no use', async () => {
    const { flow, deserted } = makeFlow(digestOf(ONE));
    await begin(flow, ONE.subarray(0, 500));
    await flow.leave(flow.join());
    expect(deserted()).toBe(1);
    await flow.relay(500);
    expect(deserted()).toBe(2);
  });

  it('ends at once when its last reader leaves, where another download would go on for a while', async () => {
    const isEnded: boolean[] = [];
    for (const isRelayed of [false, true]) {
      const flows = new Flows({ budget: new PieceBudget(), signal: NEVER });
      let ends: AbortSignal = NEVER;
      const { flow, reader } = await flows.join(
        'key',
        {
          declared: digestOf(ONE),
          lingers: true,
          run: async (begun, signal) => {
            ends = signal;
            await begin(begun, ONE.subarray(0, 500));
            if (isRelayed) await begun.relay(500);
            return new Promise((_resolve, reject) => {
              signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
            });
          },
        },
        NEVER,
      );
      await expect.poll(() => flow.isRelayed).toBe(isRelayed);
      await flow.leave(reader);
      isEnded.push(ends.aborted);
    }
    expect(isEnded).toEqual([false, true]);
  });
});
