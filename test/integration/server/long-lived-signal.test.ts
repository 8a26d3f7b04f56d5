// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { httpExchange } from '../../../src/fetch/http.ts';
import { startFaultServer } from '../../support/fault-server.ts';
import { hangersOn } from '../../support/signals.ts';
import { someBytes } from '../../support/temp.ts';
import { httpOptions } from '../fetch/network.ts';
import { hashOf, openLibrary } from './library-setup.ts';

const TIMES = 12;

test('what is counted here grows where a signal is never let go', () => {
  const { signal } = new AbortController();
  const before = hangersOn(signal);
  AbortSignal.any([signal, new AbortController().signal]);
  signal.addEventListener('abort', () => undefined);
  expect(hangersOn(signal)).toBeGreaterThanOrEqual(before + 2);
});

test('requests leave nothing at a signal that lives on, whole, refused or broken off', async () => {
  const server = await startFaultServer();
  const { signal } = new AbortController();
  const options = httpOptions({ signal });
  const url = server.serve('/fw', someBytes('fw', 1000));
  for (let n = 0; n < TIMES; n++) {
    const { body } = await httpExchange(url, options, {});
    for await (const _ of body.stream);
    await expect(httpExchange(`${server.origin}/none`, options, {})).rejects.toThrow('404');
    const broken = await httpExchange(url, options, {});
    broken.body.stream.on('error', () => undefined).destroy();
  }
  // The one listener that stands for all.
  await expect.poll(() => hangersOn(signal)).toBe(1);
});

test('downloads and looks leave nothing at the signal of a library', async () => {
  const server = await startFaultServer();
  const { signal } = new AbortController();
  const { library } = await openLibrary([], { signal });
  const before = hangersOn(signal);
  for (let n = 0; n < TIMES; n++) {
    const url = server.serve(`/fw${n}`, someBytes(`fw${n}`, 1000));
    await (await library.look({ url }, new AbortController().signal))?.release();
    await hashOf(library, { url });
  }
  expect(hangersOn(signal)).toBe(before);
});
