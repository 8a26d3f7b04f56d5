// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { listRefs, parseRefs } from '../../../src/fetch/pin/list-refs.ts';
import { UrlPinner } from '../../../src/fetch/pin/pin-url.ts';
import { findPinnableUrl } from '../../../src/fetch/pin/pinnable-url.ts';
import { git, makeRepository, needGitHttp, startGitServer } from '../../support/git-server.ts';
import { tempDir } from '../../support/temp.ts';

const HASH = 'a'.repeat(40);
const environment = { PATH: process.env['PATH'], HOME: '/nonexistent' };
const { signal } = new AbortController();

function pin(url: string): Promise<{ url: string; ref?: string }> {
  return new UrlPinner({ environment, signal }).pin(url);
}

describe('the shapes of forges', () => {
  it.each([
    [
      'https://github.com/o/r/raw/main/a/b.bin',
      'https://github.com/o/r.git',
      `https://github.com/o/r/raw/${HASH}/b.bin`,
    ],
    [
      'https://github.com/o/r/raw/refs/heads/x/a/b.bin',
      'https://github.com/o/r.git',
      `https://github.com/o/r/raw/${HASH}/b.bin`,
    ],
    [
      'https://raw.githubusercontent.com/o/r/x/a/b.bin',
      'https://github.com/o/r.git',
      `https://raw.githubusercontent.com/o/r/${HASH}/b.bin`,
    ],
    [
      'https://media.githubusercontent.com/media/o/r/x/a/b.bin',
      'https://github.com/o/r.git',
      `https://media.githubusercontent.com/media/o/r/${HASH}/b.bin`,
    ],
    [
      'https://git.h.invalid/g/s/r/-/raw/x/a/b.bin?ref_type=heads&inline=false',
      'https://git.h.invalid/g/s/r.git',
      `https://git.h.invalid/g/s/r/-/raw/${HASH}/b.bin?inline=false`,
    ],
    [
      'https://codeberg.org/o/r/raw/branch/x/a/b.bin',
      'https://codeberg.org/o/r.git',
      `https://codeberg.org/o/r/raw/commit/${HASH}/b.bin`,
    ],
    [
      'https://bitbucket.org/o/r/raw/x/a/b.bin',
      'https://bitbucket.org/o/r.git',
      `https://bitbucket.org/o/r/raw/${HASH}/b.bin`,
    ],
    [
      'https://huggingface.co/o/r/resolve/x/a/b.bin?download=true',
      'https://huggingface.co/o/r',
      `https://huggingface.co/o/r/resolve/${HASH}/b.bin?download=true`,
    ],
    [
      'https://huggingface.co/datasets/o/r/resolve/x/a/b%20c',
      'https://huggingface.co/datasets/o/r',
      `https://huggingface.co/datasets/o/r/resolve/${HASH}/b%20c`,
    ],
  ])('are known: %s', (url, repository, pinned) => {
    const found = findPinnableUrl(url);
    expect(found?.repository).toBe(repository);
    expect(found?.at(HASH, found.rest.slice(2))).toBe(pinned);
  });

  it.each([
    'https://h.invalid/a.bin',
    'https://github.com/o/r/releases/download/v1/a',
    'https://github.com/o/r/blob/main/a',
    'ftp://github.com/o/r/raw/main/a',
    'x',
  ])('are not seen in %s', async (url) => {
    expect(findPinnableUrl(url)).toBeUndefined();
    await expect(pin(url)).rejects.toMatchObject({ code: 'BLOBS_CANNOT_PIN' });
  });

  it.each([`https://github.com/o/r/raw/${HASH}/a`, `https://codeberg.org/o/r/raw/commit/${HASH}/a`])(
    'that name a commit already stay, and nobody is asked: %s',
    async (url) => {
      expect(await pin(url)).toEqual({ url });
    },
  );

  it('over plain http, or with a password, are not asked', async () => {
    for (const url of ['http://h.invalid/o/r/-/raw/main/a', 'https://u:secret@h.invalid/o/r/-/raw/main/a']) {
      const error = await pin(url).catch((reason: Error) => reason);
      expect(error).toMatchObject({ code: 'BLOBS_CANNOT_PIN' });
      expect(String(error)).not.toContain('secret');
    }
  });
});

describe('what git lists', () => {
  it('is read without trust: only commits of branches and tags count', () => {
    const refs = parseRefs(
      [
        `${HASH}\tHEAD`,
        `${HASH}\trefs/heads/-x`,
        `${HASH}\trefs/heads/a'; rm -rf /`,
        `${'b'.repeat(40)}\trefs/tags/v1`,
        `${'c'.repeat(40)}\trefs/tags/v1^{}`,
        `${HASH}\trefs/pull/1/head`,
        'zzz\trefs/heads/bad',
        '../../etc\trefs/heads/worse',
        `ref: refs/heads/main\tHEAD`,
      ].join('\n'),
    );
    expect([...refs.branches]).toEqual([
      ['-x', HASH],
      ["a'; rm -rf /", HASH],
    ]);
    expect([...refs.tags]).toEqual([['v1', 'c'.repeat(40)]]);
    expect(refs.head).toBe(HASH);
  });

  it('comes from a repository, annotated tags as their commits, names as hostile as git allows', async () => {
    const directory = join(tempDir(), 'r.git');
    const commits = makeRepository(directory, {
      branches: ['main', 'release/1.0', '-u', '$(id)'],
      tags: ['v1'],
    });
    const refs = await listRefs(pathToFileURL(directory).href, { environment, signal, protocol: 'file' });
    expect(Object.fromEntries([...refs.branches, ...refs.tags])).toEqual(commits);
    expect(refs.head).toBe(commits['main']);
  });

  it('does not depend on a repository or on settings around, and no other protocol is used', async () => {
    const directory = join(tempDir(), 'r.git');
    makeRepository(directory, { branches: ['main'] });
    const other = tempDir();
    git(other, 'init', '--quiet');
    writeFileSync(join(other, '.git/config'), '[url "file:///nowhere/"]\n\tinsteadOf = file:///\n');
    const url = pathToFileURL(directory).href;
    const set = {
      ...environment,
      GIT_DIR: join(other, '.git'),
      GIT_WORK_TREE: other,
      GIT_SSH_COMMAND: 'false',
    };
    expect((await listRefs(url, { environment: set, signal, protocol: 'file' })).head).toBeDefined();
    for (const bad of [url, 'ext::sh -c id', 'ssh://h.invalid/r', '--upload-pack=id']) {
      await expect(listRefs(bad, { environment, signal, protocol: 'https' })).rejects.toMatchObject({
        name: 'GitReadError',
      });
    }
  });

  it('is not waited for without end, and an interruption counts at once', async () => {
    const { createServer } = await import('node:net');
    const server = createServer(() => undefined).listen(0, '127.0.0.1');
    const port = await new Promise<number>((resolve) => {
      server.once('listening', () => resolve((server.address() as { port: number }).port));
    });
    const url = `http://127.0.0.1:${port}/r.git`;
    try {
      const slow = listRefs(url, { environment, signal, protocol: 'http', timeoutMs: 300 });
      await expect(slow).rejects.toMatchObject({ kind: 'timeout' });
      const stop = new AbortController();
      server.once('connection', () => stop.abort(new Error('stopped')));
      await expect(listRefs(url, { environment, signal: stop.signal, protocol: 'http' })).rejects.toThrow(
        'stopped',
      );
    } finally {
      server.close();
    }
  });
});

describe('a URL on a git server', () => {
  it('gets the commit of the longest ref that it begins with; the server is asked once', async (context) => {
    needGitHttp(context);
    const server = await startGitServer(() => undefined);
    const commits = makeRepository(join(server.directory, 'g/r.git'), {
      branches: ['main', 'rel/1.0', 'rel-2'],
      tags: ['v1', 'rel/tag'],
    });
    const pinner = new UrlPinner({ environment, signal });
    const base = `${server.origin}/g/r/-/raw`;
    for (const [ref, path] of [
      ['main', 'a.bin'],
      ['rel/1.0', 'rel/a%20b.bin'],
      ['v1', 'a.bin'],
      ['rel/tag', 'x/y'],
    ] as const) {
      expect(await pinner.pin(`${base}/${ref}/${path}`)).toEqual({
        url: `${base}/${commits[ref]}/${path}`,
        ref,
      });
    }
    expect(await pinner.pin(`${base}/rel%2F1.0/a`)).toEqual({
      url: `${base}/${commits['rel/1.0']}/a`,
      ref: 'rel/1.0',
    });
    expect(await pinner.pin(`${base}/HEAD/a`)).toEqual({ url: `${base}/${commits['main']}/a`, ref: 'HEAD' });
    await expect(pinner.pin(`${base}/gone/a`)).rejects.toThrow('no branch or tag "gone"');
    await expect(pinner.pin(`${base}/abc1234/a`)).rejects.toMatchObject({
      details: { hint: expect.stringContaining('shortened hash') },
    });
    const asked = server.requests.filter((path) => path.includes('/info/refs'));
    expect(asked).toHaveLength(1);
  });

  it('is left alone where a name is both branch and tag, and where the server knows no repository', async (context) => {
    needGitHttp(context);
    const server = await startGitServer(() => undefined);
    const directory = join(server.directory, 'g/r.git');
    const commits = makeRepository(directory, { branches: ['main', 'other'] });
    git(directory, 'tag', 'main', commits['other'] ?? '');
    await expect(pin(`${server.origin}/g/r/-/raw/main/a`)).rejects.toThrow('both a branch and a tag');
    expect((await pin(`${server.origin}/g/r/-/raw/refs/heads/main/a`)).url).toContain(commits['main']);
    await expect(pin(`${server.origin}/g/none/-/raw/main/a`)).rejects.toMatchObject({
      code: 'BLOBS_CANNOT_PIN',
    });
  });
});
