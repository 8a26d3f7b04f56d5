// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';
import { schemaErrors } from '../support/schema.ts';
import { filesBelow, sha256, tempDir, withDirectory } from '../support/temp.ts';

const DAY_MS = 86_400_000;

/** A store with these contents, each used so many days ago. */
function makeStore(contents: Readonly<Record<string, number>>): string {
  const store = tempDir();
  writeFileSync(join(store, 'CACHEDIR.TAG'), tagText());
  for (const [content, days] of Object.entries(contents)) {
    const digest = sha256(content);
    const file = withDirectory(join(store, 'v1', 'sha256', digest.slice(0, 2), digest));
    writeFileSync(file, content);
    const used = new Date(Date.now() - days * DAY_MS);
    utimesSync(file, used, used);
  }
  return store;
}

function tagText(): string {
  return 'Signature: 8a477f597d28d172789f06886806bc55\n# This file marks a cache of blobs, made by zephyr-blobs. Delete the directory whenever you like;\n# "blobs cache prune" deletes a part of it.\n';
}

function cache(store: string, ...args: string[]) {
  return runCli(['cache', ...args], { env: { BLOBS_STORE: store } });
}

function contentsOf(store: string): number {
  return filesBelow(join(store, 'v1', 'sha256')).length;
}

describe('blobs cache', () => {
  test('tells where the store is, and that it is switched off', async () => {
    expect((await cache('/some/where', 'dir')).stdout).toBe('/some/where\n');
    const off = await cache('off', 'dir');
    expect([off.stdout, off.code]).toEqual(['', 0]);
    expect(off.stderr).toContain('switched off');
  });

  test('lists entries, and nothing that is none', async () => {
    const store = makeStore({ one: 1, twenty: 2 });
    writeFileSync(join(store, 'v1', 'sha256', 'notes.txt'), 'x');
    mkdirSync(join(store, 'v1', 'sha256', 'zz'));
    const { stdout, stderr } = await cache(store, 'list');
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split(' ').slice(0, 2)),
    ).toEqual(
      [
        [sha256('one'), '3'],
        [sha256('twenty'), '6'],
      ].sort(),
    );
    expect(stderr).toContain('2 entries, 9 B');
  });

  test('prints documents that agree with their schema', async () => {
    const store = makeStore({ one: 1 });
    for (const args of [['dir'], ['list'], ['verify'], ['prune', '--unused-for', '1h', '-n']]) {
      const result = await cache(store, ...args, '--json');
      expect(schemaErrors('cache', result.json())).toEqual([]);
    }
    const failed = await cache(store, 'prune', '--json');
    expect(failed.code).toBe(2);
    expect(schemaErrors('cache', failed.json())).toEqual([]);
  });

  test('verify finds a damaged entry, names it, and leaves it', async () => {
    const store = makeStore({ good: 1, bad: 1 });
    const digest = sha256('bad');
    writeFileSync(join(store, 'v1', 'sha256', digest.slice(0, 2), digest), 'tampered');
    const result = await cache(store, 'verify');
    expect(result.code).toBe(65);
    expect(result.stderr).toContain(digest);
    expect(result.stderr).toContain('BLOBS_HASH_MISMATCH');
    expect(contentsOf(store)).toBe(2);
    expect((await cache(makeStore({ good: 1 }), 'verify')).code).toBe(0);
  });

  test('prune removes what was not used for so long', async () => {
    const store = makeStore({ old: 40, new: 1 });
    const dry = await cache(store, 'prune', '--unused-for', '30d', '-n');
    expect(dry.stdout).toBe(`would remove ${sha256('old')} (3 B)\n`);
    expect(contentsOf(store)).toBe(2);
    const result = await cache(store, 'prune', '--unused-for', '30d');
    expect([result.stdout, result.code]).toEqual([`removed ${sha256('old')} (3 B)\n`, 0]);
    expect(contentsOf(store)).toBe(1);
  });

  test('prune to a size keeps what was used last', async () => {
    const store = makeStore({ aaaa: 3, bbbb: 1, cccc: 2 });
    await cache(store, 'prune', '--max-size', '8');
    const left = (await cache(store, 'list')).stdout;
    expect(left).toContain(sha256('bbbb'));
    expect(left).toContain(sha256('cccc'));
    expect(left).not.toContain(sha256('aaaa'));
  });

  test('prune to a size of 0 leaves nothing', async () => {
    const store = makeStore({ one: 1, two: 0 });
    expect((await cache(store, 'prune', '--max-size', '0')).code).toBe(0);
    expect(contentsOf(store)).toBe(0);
  });

  test('prune removes unfinished downloads that no process has', async () => {
    const store = makeStore({ one: 0 });
    const partial = join(store, 'v1', 'partial');
    const [mine, foreign] = [`${sha256('mine')}.${process.pid}-.1.part`, `${sha256('x')}.partial`];
    for (const name of [`${sha256('a')}.part`, mine, foreign])
      writeFileSync(withDirectory(join(partial, name)), '12345');
    writeFileSync(join(partial, `${sha256('a')}.part.json`), '{}');

    expect((await cache(store, 'prune', '--unused-for', '1d')).stderr).toContain(
      'removed 0 entries, 0 B freed',
    );
    const dry = await cache(store, 'prune', '--max-size', '1k', '-n');
    expect(dry.stderr).toContain('0 entries and 1 unfinished download would be removed, 5 B freed');
    expect(filesBelow(partial)).toHaveLength(4);
    const document = (await cache(store, 'prune', '--max-size', '1k', '--json')).json();

    expect(schemaErrors('cache', document)).toEqual([]);
    expect(document.summary).toMatchObject({ removed: 0, unfinished: 1, freed: 5 });
    expect(filesBelow(partial)).toEqual([mine, foreign].sort());
  });

  test('prune touches no directory that it did not mark, and no file that is no entry', async () => {
    const store = makeStore({ one: 40 });
    writeFileSync(join(store, 'precious.txt'), 'x');
    writeFileSync(join(store, 'CACHEDIR.TAG'), 'Signature: 8a477f597d28d172789f06886806bc55\n');
    const refused = await cache(store, 'prune', '--unused-for', '1d');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('BLOBS_STORE_UNUSABLE');
    expect(contentsOf(store)).toBe(1);
    writeFileSync(join(store, 'CACHEDIR.TAG'), tagText());
    expect((await cache(store, 'prune', '--unused-for', '1d')).code).toBe(0);
    expect(existsSync(join(store, 'precious.txt'))).toBe(true);
    expect(contentsOf(store)).toBe(0);
  });

  test.each([
    ['a file', (at: string) => writeFileSync(at, 'x'), ''],
    ['a path below a file', (at: string) => writeFileSync(at, 'x'), 'below'],
    ['a link that leads nowhere', (at: string) => symlinkSync('nowhere', at), ''],
  ])('cannot use %s, which is named by dir alone', async (_what, make, below) => {
    const at = join(tempDir(), 'at');
    make(at);
    const store = join(at, below);
    for (const args of [['list'], ['verify'], ['prune', '--max-size', '0']]) {
      const { json, code } = await cache(store, ...args, '--json');
      expect([code, json().issues[0]?.code]).toEqual([1, 'BLOBS_STORE_UNUSABLE']);
    }
    expect(await cache(store, 'dir')).toMatchObject({ code: 0, stdout: `${store}\n`, stderr: '' });
  });

  test('says that there is no store yet, and makes none', async () => {
    const store = join(tempDir(), 'later');
    for (const args of [['list'], ['verify'], ['prune', '--max-size', '0']]) {
      const { stderr, code } = await cache(store, ...args);
      expect([code, stderr.includes(`there is no local store at ${store} yet`)]).toEqual([0, true]);
    }
    expect(existsSync(store)).toBe(false);
  });

  test('says of a directory that it has not the mark of a store', async () => {
    const store = makeStore({ one: 1 });
    expect((await cache(store, 'list')).stderr).not.toContain('CACHEDIR.TAG');
    rmSync(join(store, 'CACHEDIR.TAG'));
    for (const command of ['list', 'verify']) {
      const { json, code } = await cache(store, command, '--json');
      expect(code).toBe(0);
      expect(json().issues).toMatchObject([{ severity: 'info', code: 'BLOBS_STORE_UNUSABLE' }]);
      expect(json().summary).toMatchObject({ total: 1 });
    }
  });

  test.each(['sha256', `sha256/${sha256('one').slice(0, 2)}`, `sources/${sha256('one').slice(0, 2)}`])(
    'neither lists nor removes what a link at v1/%s leads to',
    async (place) => {
      const [store, elsewhere] = [makeStore({}), makeStore({ one: 40 })];
      const record = `v1/sources/${sha256('one').slice(0, 2)}/${sha256('one')}.json`;
      writeFileSync(withDirectory(join(elsewhere, record)), '{}');
      const link = withDirectory(join(store, 'v1', place));
      symlinkSync(join(elsewhere, 'v1', place), link);
      const before = filesBelow(elsewhere);
      expect((await cache(store, 'list')).stdout).toBe('');
      expect((await cache(store, 'prune', '--max-size', '0')).code).toBe(0);
      expect(filesBelow(elsewhere)).toEqual(before);
    },
  );

  test('asks for no other setting than the store', async () => {
    const store = makeStore({ one: 1 });
    const env = { BLOBS_STORE: store, BLOBS_JOBS: 'many', BLOBS_OFFLINE: 'perhaps' };
    for (const command of ['dir', 'list', 'verify'])
      expect(await runCli(['cache', command], { env })).toMatchObject({ code: 0 });
  });

  test.each([[['prune', '--unused-for', '30']], [['prune', '--max-size', 'much']], [['sweep']], [[]]])(
    '%j is wrong usage',
    async (args) => {
      expect((await cache(tempDir(), ...args)).code).toBe(2);
    },
  );
});
