// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/core/deps.ts';
import { acquireLock, type DownloadLock, removeAbandonedLocks } from '../../../src/store/download-lock.ts';
import { ownerTag } from '../../../src/store/temporary-names.ts';
import { filesBelow, tempDir } from '../../support/temp.ts';
import { FakeClock, NEVER } from '../samples.ts';

const NAME = 'abcd.lock';
const HOUR_MS = 60 * 60 * 1000;

/** The tag of a process that runs and is not this one. */
const LIVING = ownerTag().replace(/^\d+/, String(process.ppid));

/** Does something on a sleep, such as what another process would do meanwhile; then time has passed. */
class BusyClock extends FakeClock {
  readonly #onSleep: (sleeps: number) => unknown;

  constructor(onSleep: (sleeps: number) => unknown) {
    super();
    this.#onSleep = onSleep;
  }

  override async sleep(ms: number): Promise<void> {
    await super.sleep(ms);
    await this.#onSleep(this.slept.length);
  }
}

/** A clock on which nobody may wait. */
const IMPATIENT = new BusyClock(() => {
  throw new Error('waits');
});

function acquire(file: string, clock: Clock = IMPATIENT, signal = NEVER): Promise<DownloadLock> {
  return acquireLock(file, { clock, signal });
}

/** A lock that somebody left: its text, and how long ago. */
function leave(text: string, ageMs = 0): string {
  const file = join(tempDir(), NAME);
  writeFileSync(file, text);
  const then = new Date(Date.now() - ageMs);
  utimesSync(file, then, then);
  return file;
}

describe('a lock that nobody has', () => {
  it('is taken at once, in a directory that is made, and says whose it is', async () => {
    const directory = join(tempDir(), 'a', 'b');
    const lock = await acquire(join(directory, NAME));
    expect(lock.waited).toBe(false);
    expect(readFileSync(join(directory, NAME), 'utf8')).toBe(ownerTag());
    await lock.release();
    expect(filesBelow(directory)).toEqual([]);
  });

  it('can be taken again once it is released, without a wait', async () => {
    const file = join(tempDir(), NAME);
    for (let i = 0; i < 3; i++) {
      const lock = await acquire(file);
      expect(lock.waited).toBe(false);
      await lock.release();
    }
  });

  it('does not hold up another one in the same directory', async () => {
    const directory = tempDir();
    await acquire(join(directory, 'one.lock'));
    expect((await acquire(join(directory, 'two.lock'))).waited).toBe(false);
  });

  it('cannot be taken where its directory is a file', async () => {
    const file = leave('a file');
    await expect(acquire(join(file, NAME))).rejects.toThrow(/EEXIST|ENOTDIR/);
    expect(readFileSync(file, 'utf8')).toBe('a file');
  });
});

describe('a lock that somebody has', () => {
  it('is waited for until it is released, and then says so', async () => {
    const file = join(tempDir(), NAME);
    const first = await acquire(file);
    const clock = new BusyClock((sleeps) => (sleeps === 5 ? first.release() : undefined));
    const second = await acquire(file, clock);
    expect([second.waited, clock.slept.length]).toEqual([true, 5]);
    expect(Math.max(...clock.slept)).toBeLessThanOrEqual(1000);
    await second.release();
    expect(filesBelow(join(file, '..'))).toEqual([]);
  });

  it('is waited for as long as its process runs, however long that is', async () => {
    const file = leave(LIVING);
    const clock = new BusyClock((sleeps) => (sleeps === 50 ? writeFileSync(file, 'gone') : undefined));
    expect((await acquire(file, clock)).waited).toBe(true);
    expect(clock.slept).toHaveLength(50);
  });

  it('is held by one at a time', async () => {
    const file = join(tempDir(), NAME);
    let [held, most] = [0, 0];
    const waits = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const lock = await acquire(file, new BusyClock(() => new Promise(setImmediate)));
        held += 1;
        most = Math.max(most, held);
        await new Promise(setImmediate);
        held -= 1;
        await lock.release();
        return lock.waited;
      }),
    );
    expect(most).toBe(1);
    expect(waits.filter((waited) => !waited).length).toBeGreaterThanOrEqual(1);
    expect(filesBelow(join(file, '..'))).toEqual([]);
  });

  it('is left to its owner by who gives up', async () => {
    const file = leave(LIVING);
    const abort = new AbortController();
    const reason = new Error('interrupted');
    const clock = new BusyClock((sleeps) => (sleeps === 3 ? abort.abort(reason) : undefined));
    await expect(acquire(file, clock, abort.signal)).rejects.toBe(reason);
    expect(readFileSync(file, 'utf8')).toBe(LIVING);
  });

  it('lets go who waits on a clock that notices the end itself', async () => {
    const file = leave(LIVING);
    const abort = new AbortController();
    const reason = new Error('interrupted');
    const clock: Clock = {
      now: () => 0,
      sleep: (_ms, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
          abort.abort(reason);
        }),
    };
    await expect(acquire(file, clock, abort.signal)).rejects.toBe(reason);
    expect(readFileSync(file, 'utf8')).toBe(LIVING);
  });

  it('is not even looked at when the end came before', async () => {
    const file = join(tempDir(), NAME);
    const reason = new Error('interrupted');
    await expect(acquire(file, IMPATIENT, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(filesBelow(join(file, '..'))).toEqual([]);
  });
});

describe('a lock that was left behind', () => {
  const dead = spawnSync(process.execPath, ['--version']).pid;
  const deadTag = ownerTag().replace(/^\d+/, String(dead));

  it.each([
    ['of a process that is gone', deadTag, 0],
    ['of a process that is gone, from a system without namespaces', `${dead}-`, 0],
    ['of another pid namespace, a day old', '1-n1-', 25 * HOUR_MS],
    ['that is empty, for longer than it takes to write it', '', 60_000],
    ['whose tag is cut off, for longer than it takes to write it', '6', 60_000],
    ['that holds something else', 'not a tag\n', 0],
    ['of a process that runs, but has not touched it for an hour', `${process.ppid}-`, HOUR_MS],
    ['with a number that no process can have', '99999999999999999999-', 0],
  ])('%s is taken over without a wait', async (_what, text, ageMs) => {
    const file = leave(text, ageMs);
    await acquire(file);
    expect(readFileSync(file, 'utf8')).toBe(ownerTag());
    expect(filesBelow(join(file, '..'))).toEqual([NAME]);
  });

  it.each([
    ['of another pid namespace, a minute old', '1-n1-', HOUR_MS / 60],
    ['of another pid namespace, with a number that is free here', `${dead}-n1-`, HOUR_MS / 60],
    ['that is empty and was just made', '', 0],
    ['that is read while its tag is written', '6', 0],
  ])('%s may be in use: it is waited for', async (_what, text, ageMs) => {
    const file = leave(text, ageMs);
    const clock = new BusyClock((sleeps) => (sleeps === 3 ? writeFileSync(file, 'gone') : undefined));
    expect((await acquire(file, clock)).waited).toBe(true);
    expect(clock.slept).toHaveLength(3);
  });

  it.each([
    ['at this moment', 0, 3],
    ['and was killed at it', 60_000, 0],
  ])('is left to who removes it %s', async (_what, ageMs, sleeps) => {
    const file = leave(deadTag);
    const right = `${file}.removing`;
    const then = new Date(Date.now() - ageMs);
    writeFileSync(right, '');
    utimesSync(right, then, then);
    const clock = new BusyClock((slept) => (slept === 3 ? rmSync(right) : undefined));
    await acquire(file, clock);
    expect(clock.slept).toHaveLength(sleeps);
    expect(filesBelow(join(file, '..'))).toEqual([NAME]);
  });

  it('goes with what is left of its removal, and others stay', async () => {
    const directory = tempDir();
    const [one, other] = ['a', 'b'].map((letter) => `${letter.repeat(64)}.lock`);
    const then = new Date(Date.now() - HOUR_MS);
    for (const name of [one, `${one}.removing`, `${other}.removing`, 'x.lock.removing']) {
      writeFileSync(join(directory, name ?? ''), deadTag);
      utimesSync(join(directory, name ?? ''), then, then);
    }
    writeFileSync(join(directory, `${'c'.repeat(64)}.lock.removing`), '');
    await removeAbandonedLocks(directory);
    await removeAbandonedLocks(directory);
    expect(filesBelow(directory).sort()).toEqual([`${'c'.repeat(64)}.lock.removing`, 'x.lock.removing']);
  });

  it('by an earlier process with the number of this one is taken over', async () => {
    const file = leave(ownerTag(), HOUR_MS);
    await acquire(file);
    expect(Date.now() - statSync(file).mtimeMs).toBeLessThan(HOUR_MS / 2);
  });

  it.each<[string, (file: string) => void]>([
    ['a symbolic link to nowhere', (file) => symlinkSync('nowhere', file)],
    ['a symbolic link to itself', (file) => symlinkSync(file, file)],
    ...(process.platform === 'win32'
      ? []
      : [['a FIFO', (file) => void execFileSync('mkfifo', [file])] as [string, (file: string) => void]]),
  ])('is not %s, which nobody will ever release', async (_what, make) => {
    const file = join(tempDir(), NAME);
    make(file);
    const ended = acquire(
      file,
      new BusyClock((sleeps) => sleeps < 100 || Promise.reject('waits for ever')),
    ).then(
      () => 'taken',
      (error) => String(error),
    );
    expect(await ended).toMatch(/^taken$|EINVAL|ELOOP|EEXIST|not a regular file/);
  });

  it('is no directory: that is an error, and it stays', async () => {
    const file = join(tempDir(), NAME);
    mkdirSync(file);
    await expect(acquire(file)).rejects.toThrow('is a directory');
    expect(statSync(file).isDirectory()).toBe(true);
  });
});

describe('a release', () => {
  it('may come twice, and after the lock has vanished', async () => {
    const lock = await acquire(join(tempDir(), NAME));
    await lock.release();
    await expect(lock.release()).resolves.toBeUndefined();
  });

  it('that comes twice does not take the lock from the next owner', async () => {
    const file = join(tempDir(), NAME);
    const first = await acquire(file);
    await first.release();
    await acquire(file);
    await first.release();
    expect(readFileSync(file, 'utf8')).toBe(ownerTag());
  });

  it('never throws, whatever is at the place by then', async () => {
    const file = join(tempDir(), 'sub', NAME);
    const lock = await acquire(file);
    await lock.release();
    mkdirSync(file);
    await expect(lock.release()).resolves.toBeUndefined();
    expect(statSync(file).isDirectory()).toBe(true);
  });
});
