// SPDX-License-Identifier: Apache-2.0
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openServeLog } from '../../../src/cli/serve-log.ts';
import type { Session } from '../../../src/cli/session.ts';

/** The log of a server, and what it wrote. */
function open({ isTerminal = false } = {}) {
  const writes: string[] = [];
  const session = {
    config: { colorStderr: false, debug: false, verbosity: 'normal' },
    stderr: { write: (text: string) => void (text === '' || writes.push(text)) },
    terminals: { stdin: false, stdout: false, stderr: isTerminal },
  } as unknown as Session;
  const { log, flush } = openServeLog(session);
  const words = () =>
    writes
      .join('')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line).msg);
  return { log, flush, writes, words };
}

describe('the log of serve', () => {
  it('writes at once what came within some milliseconds', async () => {
    const { log, writes, words } = open();
    for (const word of ['one', 'two', 'three']) log.info(word);
    expect(writes).toEqual([]);
    while (writes.length === 0) await setTimeout(5);
    expect(writes).toHaveLength(1);
    expect(words()).toEqual(['one', 'two', 'three']);
  });

  it('keeps the order of lines, however many and long they are, and every character of them', () => {
    const { log, flush, words } = open();
    const said = Array.from({ length: 2000 }, (_, n) => `${n} ${'ü€🦀'.repeat(n % 90)}`);
    for (const long of [100, 700, 1500]) said[long] = `${long} ${'€'.repeat(20_000 + long * 50)}`;
    for (const word of said) log.info(word);
    flush();
    expect(words()).toEqual(said);
  });

  it('writes nothing twice, and what comes later as well', () => {
    const { log, flush, words } = open();
    log.info('one');
    flush();
    flush();
    log.warn('two');
    flush();
    expect(words()).toEqual(['one', 'two']);
  });

  it('writes what waits when the process ends', () => {
    const { log, words } = open();
    log.info('last words');
    for (const listener of process.listeners('exit').slice(-1)) listener(0);
    expect(words()).toEqual(['last words']);
  });

  it('is in words on a terminal', () => {
    const { log, flush, writes } = open({ isTerminal: true });
    log.info({ at: 'x' }, 'begun');
    flush();
    expect(writes.join('')).toMatch(/^\d\d:\d\d:\d\d begun at=x\n$/);
  });
});
