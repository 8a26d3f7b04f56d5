// SPDX-License-Identifier: Apache-2.0
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { toIssue } from '../../../src/cli/session.ts';
import { Output } from '../../../src/cli/streams.ts';
import { BlobsError } from '../../../src/core/errors.ts';
import { NEVER } from '../samples.ts';

/** A stream that fails with this code at the first write, or remembers what was written. */
class FakeStream extends Writable {
  written = '';
  readonly #code: string | undefined;

  constructor(code?: string) {
    super();
    this.#code = code;
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    this.written += chunk.toString();
    const error =
      this.#code === undefined ? undefined : Object.assign(new Error('failed'), { code: this.#code });
    setImmediate(() => done(error));
  }
}

describe('Output', () => {
  it('has written everything when it is flushed', async () => {
    const stream = new FakeStream();
    const output = new Output(() => stream);
    output.write('one');
    output.write('');
    output.write('two');
    await output.flush();
    expect([stream.written, output.isClosed, output.failure]).toEqual(['onetwo', false, undefined]);
  });

  it('takes a reader that went away for no error, and stops writing', async () => {
    const stream = new FakeStream('EPIPE');
    const output = new Output(() => stream);
    output.write('one');
    await output.flush();
    output.write('two');
    await output.flush();
    expect([stream.written, output.isClosed, output.failure]).toEqual(['one', true, undefined]);
  });

  it('takes a full disk for one', async () => {
    const output = new Output(() => new FakeStream('ENOSPC'));
    output.write('one');
    await output.flush();
    expect(output).toMatchObject({ isClosed: true, failure: { code: 'ENOSPC' } });
  });
});

describe('an Output that is never written to', () => {
  it('does not open its stream', async () => {
    let opened = 0;
    const output = new Output(() => {
      opened += 1;
      return new FakeStream();
    });
    output.write('');
    await output.flush();
    expect([opened, output.isClosed, output.failure]).toEqual([0, false, undefined]);
  });
});

describe('toIssue', () => {
  it('keeps what a BlobsError knows', () => {
    expect(toIssue(new BlobsError('BLOBS_USAGE', 'm', { hint: 'h', cause: 1 }), NEVER)).toEqual({
      severity: 'error',
      code: 'BLOBS_USAGE',
      message: 'm',
      hint: 'h',
    });
  });

  it.each([new TypeError('x is not a function'), 'text', undefined, null])(
    'takes %s for a defect',
    (thrown) => {
      expect(toIssue(thrown, NEVER)).toMatchObject({ severity: 'error', code: 'BLOBS_INTERNAL' });
    },
  );

  it('takes whatever is thrown after a signal for the interruption', () => {
    expect(toIssue(new TypeError('x'), AbortSignal.abort())).toMatchObject({ code: 'BLOBS_INTERRUPTED' });
  });
});
