// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { UrlAsker, type UrlAskerOptions } from '../../../src/app/url-asker.ts';
import { BlobsError } from '../../../src/core/errors.ts';
import type { RemoteAnswer, RemoteFile } from '../../../src/lint/url-probe.ts';
import { startFaultServer } from '../../support/fault-server.ts';
import { digestOf, FakeClock } from '../../unit/samples.ts';
import { httpOptions } from '../fetch/network.ts';

function askerWith(changes: Partial<UrlAskerOptions> = {}): UrlAsker {
  return new UrlAsker({
    ...httpOptions(changes),
    clock: new FakeClock(),
    random: () => 0,
    mirrors: [],
    maxSizeBytes: 10_000,
    ...changes,
  });
}

function fileAt(url: string, bytes?: number): RemoteFile {
  return { url, digest: digestOf('x'), isLfs: false, ...(bytes === undefined ? {} : { bytes }) };
}

function codeOf(answer: RemoteAnswer | undefined): string {
  return answer?.kind === 'failed' ? answer.error.code : (answer?.kind ?? 'none');
}

describe('UrlAsker', () => {
  it('asks a host that never answers a few times, not for every URL', async () => {
    const server = await startFaultServer();
    const files = Array.from({ length: 20 }, (_, index) =>
      fileAt(server.serve(`/${index}`, '', { kind: 'stall-before-headers' })),
    );
    const answers = await askerWith({ timeoutMs: 50 }).ask(files);
    expect(new Set(answers.map(codeOf))).toEqual(new Set(['BLOBS_TIMEOUT']));
    // By HEAD and by GET for each that was under way until the fourth timeout.
    expect(server.requests.length).toBeLessThan(20);
  });

  it('leaves a host alone that answers 429 or 503, also for downloads', async () => {
    for (const status of [429, 503]) {
      const server = await startFaultServer();
      const refusal = { kind: 'status', status, headers: { 'retry-after': '0' } } as const;
      const files = Array.from({ length: 20 }, (_, index) =>
        fileAt(server.serve(`/${index}`, 'x', index === 0 ? { kind: 'ok' } : refusal)),
      );
      const [good] = files;
      if (good === undefined) throw new Error('no file');
      const asker = askerWith();
      const answers = await asker.ask(files);
      expect(answers.slice(1).map(codeOf)).toEqual(Array(19).fill('BLOBS_HTTP_STATUS'));
      // Those that were under way at once, and none of them by GET.
      expect(server.requests.length).toBeLessThanOrEqual(5);
      expect(new Set(server.requests.map(({ method }) => method))).toEqual(new Set(['HEAD']));
      const before = server.requests.length;
      const [bytes] = await asker.download([good]);
      expect(bytes).toMatchObject({ kind: 'failed', error: { code: 'BLOBS_HTTP_STATUS' } });
      expect(server.requests).toHaveLength(before);
    }
  });

  it('asks each URL once in a run, whoever asks again', async () => {
    const server = await startFaultServer();
    const file = fileAt(server.serve('/a', 'x'), 1);
    const asker = askerWith();
    const [first] = await asker.ask([file, file]);
    expect(await asker.ask([file])).toEqual([first]);
    expect(await asker.download([file])).toEqual(await asker.download([file]));
    expect(server.requests.map(({ method }) => method)).toEqual(['HEAD', 'GET']);
  });

  it('learns the size of a file behind a redirect, and of an empty one', async () => {
    const server = await startFaultServer();
    const moved = server.serve('/to', Buffer.alloc(5000));
    const url = server.serve('/from', '', { kind: 'redirect', to: moved });
    const empty = server.serve('/empty', '', {
      kind: 'answer',
      answer: ({ method }) =>
        method === 'HEAD' ? { status: 501 } : { status: 416, headers: { 'content-range': 'bytes */0' } },
    });
    const answers = await askerWith().ask([fileAt(url, 1), fileAt(empty)]);
    expect(answers).toMatchObject([
      { kind: 'found', url: moved, bytes: 5000, isPage: false },
      { kind: 'found', bytes: 0 },
    ]);
  });

  it('reads no more than the beginning of what has no end', async () => {
    const server = await startFaultServer();
    const [answer] = await askerWith({ timeoutMs: 2000 }).ask([
      fileAt(server.serve('/a', '', { kind: 'endless' }), 7),
    ]);
    expect(answer).toMatchObject({ kind: 'found', isPage: false });
    const url = server.serve('/b', 'x', [{ kind: 'ok' }, { kind: 'endless' }]);
    const [bytes] = await askerWith().download([fileAt(url)]);
    expect(bytes).toMatchObject({ kind: 'failed', error: { code: 'BLOBS_TOO_LARGE' } });
  });

  it('ends with what the user said, not with a finding', async () => {
    const server = await startFaultServer();
    const user = new AbortController();
    const url = server.serve('/a', '', { kind: 'stall-before-headers' });
    const asking = askerWith({ signal: user.signal }).ask([fileAt(url)]);
    await server.whenStalled('/a');
    const reason = new BlobsError('BLOBS_INTERRUPTED', 'enough');
    user.abort(reason);
    await expect(asking).rejects.toBe(reason);
  });
});
