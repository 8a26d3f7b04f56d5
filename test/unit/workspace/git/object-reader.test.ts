// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { GitReadError } from '../../../../src/workspace/git/git-read-error.ts';
import { GitObjectReader, type GitReaderOptions } from '../../../../src/workspace/git/object-reader.ts';
import { parseTree } from '../../../../src/workspace/git/tree.ts';
import { tempDir, testHome } from '../../../support/temp.ts';

const onPosix = it.skipIf(process.platform === 'win32');
const MANIFEST = 'refs/heads/manifest-rev:west.yml';
const TEXT = 'manifest:\n  projects: []\n';

function environment(extra: Readonly<Record<string, string>> = {}): Record<string, string | undefined> {
  const identity = { NAME: 'a', EMAIL: 'a@example.com', DATE: '2020-01-01T00:00:00Z' };
  const people = ['AUTHOR', 'COMMITTER'].flatMap((role) =>
    Object.entries(identity).map(([what, value]) => [`GIT_${role}_${what}`, value]),
  );
  const home = { HOME: testHome(), USERPROFILE: testHome(), GIT_CONFIG_NOSYSTEM: '1' };
  return { ...process.env, ...Object.fromEntries(people), ...home, ...extra };
}

function git(directory: string, given: string | readonly string[], input: string | Buffer = ''): string {
  const words = typeof given === 'string' ? given.split(' ') : given;
  return execFileSync('git', words, { cwd: directory, input, env: environment(), stdio: 'pipe' })
    .toString()
    .trim();
}

/** A repository whose branch manifest-rev has `files` (path → content). */
function repository(files: Readonly<Record<string, string>> = { 'west.yml': TEXT }, options = ''): string {
  const directory = path.join(tempDir(), 'repository');
  mkdirSync(directory);
  git(directory, `init -q ${options}`.trim());
  commit(directory, files);
  return directory;
}

function commit(directory: string, files: Readonly<Record<string, string>>): void {
  const lines = Object.entries(files).flatMap(([name, text]) => [
    `M 100644 inline ${name}`,
    `data ${Buffer.byteLength(text)}`,
    text,
  ]);
  const head = ['commit refs/heads/manifest-rev', 'committer a <a@example.com> 0 +0000', 'data 1', 'x'];
  git(directory, 'fast-import --quiet', [...head, ...lines, ''].join('\n'));
}

function open(directory: string, rest: Partial<GitReaderOptions> = {}): GitObjectReader {
  const reader = new GitObjectReader({
    directory,
    environment: environment(),
    maxObjectBytes: 100_000,
    ...rest,
  });
  onTestFinished(() => reader.close());
  return reader;
}

async function textOf(reader: GitObjectReader, name = MANIFEST): Promise<string | undefined> {
  return (await reader.read(name))?.content.toString();
}

/** What `kind` the error of a promise has. */
async function kindOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: GitReadError) => reason,
  );
  return error?.kind ?? `no GitReadError: ${error}`;
}

/** The environment in which git is a shell script, which gets the path of the real one as $git. */
function withGit(script: string): Record<string, string | undefined> {
  const bin = tempDir();
  const real = execFileSync('sh', ['-c', 'command -v git']).toString().trim();
  executable(path.join(bin, 'git'), `git=${real}; cd ${bin}\n${script}`);
  return environment({ PATH: `${bin}${path.delimiter}${process.env['PATH']}`, BIN: bin });
}

function executable(file: string, script: string): string {
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a reader of git objects', () => {
  it('gives blobs, trees and commits by any name that git knows', async () => {
    const directory = repository({ 'west.yml': TEXT, 'sub dir/ü.yml': 'x' });
    const reader = open(directory);
    const blob = await reader.read(MANIFEST);
    expect(blob).toMatchObject({ type: 'blob', oid: git(directory, `rev-parse ${MANIFEST}`) });
    expect(blob?.content.toString()).toBe(TEXT);
    expect(await textOf(reader, 'manifest-rev:sub dir/ü.yml')).toBe('x');
    const tree = await reader.read('manifest-rev^{tree}');
    expect(tree?.type).toBe('tree');
    expect(parseTree(tree?.content ?? Buffer.alloc(0), 20)).toEqual([
      { mode: '40000', name: 'sub dir', oid: git(directory, ['rev-parse', 'manifest-rev:sub dir']) },
      { mode: '100644', name: 'west.yml', oid: blob?.oid },
    ]);
    const commit = await reader.read('manifest-rev');
    expect(commit).toMatchObject({ type: 'commit', oid: git(directory, 'rev-parse manifest-rev') });
    expect(commit?.content.toString()).toMatch(/^tree [0-9a-f]{40}\n/);
  });

  it('gives nothing for what is not there', async () => {
    const directory = repository();
    git(directory, `update-index --add --cacheinfo 160000,${'1'.repeat(40)},submodule`);
    const names = [
      'manifest-rev:no',
      'no:west.yml',
      '0'.repeat(40),
      `${'1'.repeat(40)} blob 3`,
      '',
      ':submodule',
    ];
    const reader = open(directory);
    expect(await Promise.all(names.map((name) => reader.read(name)))).toEqual(names.map(() => undefined));
    expect(await textOf(reader)).toBe(TEXT);
    const empty = path.join(directory, 'empty');
    git(directory, 'init -q empty');
    expect(await textOf(open(empty))).toBeUndefined();
  });

  it('keeps every byte of the content, also where it looks like an answer', async () => {
    const content = Buffer.from(`\n\n\0\r\n${'1'.repeat(40)} blob 3\nabc\nx missing\n\xff\n`, 'latin1');
    const large = Buffer.alloc(5_000_000, content);
    const directory = repository();
    const oids = [content, large, Buffer.alloc(0)].map((bytes) =>
      git(directory, 'hash-object -w --stdin', bytes),
    );
    const reader = open(directory, { maxObjectBytes: large.length });
    const objects = await Promise.all([...oids, ...oids].map((oid) => reader.read(oid)));
    expect(objects.map((object) => object?.oid)).toEqual([...oids, ...oids]);
    expect(objects[0]?.content.equals(content)).toBe(true);
    expect(objects[4]?.content.equals(large)).toBe(true);
    expect(objects[5]?.content).toHaveLength(0);
  });

  it('answers many requests at once in order, with one process', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `file-${index}`);
    const directory = repository(Object.fromEntries(names.map((name) => [name, `content of ${name}`])));
    const reader = open(directory);
    const settled: string[] = [];
    const texts = await Promise.all(
      names.map(async (name) => {
        const text = await textOf(reader, `manifest-rev:${name}`);
        settled.push(name);
        return text;
      }),
    );
    expect(texts).toEqual(names.map((name) => `content of ${name}`));
    expect(settled).toEqual(names);
  });

  it('reads packed objects and refs', async () => {
    const directory = repository();
    git(directory, 'pack-refs --all');
    git(directory, 'repack -adq');
    expect(await textOf(open(directory))).toBe(TEXT);
  });

  it('follows a .git file, also of a work tree beside the first', async () => {
    const outside = path.join(tempDir(), 'elsewhere.git');
    const directory = repository({ 'west.yml': TEXT }, `--separate-git-dir=${outside}`);
    expect(await textOf(open(directory))).toBe(TEXT);
    git(directory, 'worktree add -q ../second manifest-rev');
    expect(await textOf(open(path.join(directory, '../second')))).toBe(TEXT);
  });

  it('reads a SHA-256 repository', async () => {
    const reader = open(repository({ 'west.yml': TEXT }, '--object-format=sha256'));
    const blob = await reader.read(MANIFEST);
    expect(blob?.oid).toHaveLength(64);
    const tree = await reader.read('manifest-rev^{tree}');
    expect(parseTree(tree?.content ?? Buffer.alloc(0), 32)).toEqual([
      { mode: '100644', name: 'west.yml', oid: blob?.oid },
    ]);
  });

  it('refuses names that are no single line, and goes on', async () => {
    const reader = open(repository());
    for (const name of ['a\nb', 'a\r', 'a\0', 'a'.repeat(10_000)])
      expect(await kindOf(reader.read(name))).toBe('bad-name');
    expect(await textOf(reader)).toBe(TEXT);
  });

  it('says that a short name is ambiguous, and goes on', async () => {
    const directory = repository();
    const seen = new Map<string, string>();
    const shortOf = (text: string): string =>
      createHash('sha1').update(`blob ${text.length}\0${text}`).digest('hex').slice(0, 4);
    let text = '0';
    for (; !seen.has(shortOf(text)); text = `${Number(text) + 1}`) seen.set(shortOf(text), text);
    for (const each of [text, seen.get(shortOf(text)) ?? '']) git(directory, 'hash-object -w --stdin', each);
    const reader = open(directory);
    expect(await kindOf(reader.read(shortOf(text)))).toBe('failed');
    expect(await textOf(reader)).toBe(TEXT);
  });
});

describe('a reader of a hostile repository', () => {
  onPosix('refuses a large object before its content, and stays so', async () => {
    const directory = repository();
    const oid = git(directory, 'hash-object -w --stdin', Buffer.alloc(200_000));
    const reader = open(directory);
    const requests = [MANIFEST, oid, MANIFEST].map((name) => reader.read(name));
    const kinds = await Promise.all(requests.map(kindOf));
    expect(kinds).toEqual(['no GitReadError: undefined', 'too-large', 'too-large']);
    expect(await kindOf(reader.read(MANIFEST))).toBe('too-large');
    // This git never sends the content.
    const script = `read name; echo ${oid} blob 99999999999999999999; exec sleep 100`;
    expect(await kindOf(open(directory, { environment: withGit(script) }).read(oid))).toBe('too-large');
  });

  onPosix('runs nothing that the repository names, and fetches nothing', async () => {
    const origin = repository({ 'west.yml': TEXT, other: 'x' });
    git(origin, 'config uploadpack.allowFilter true');
    const directory = path.join(tempDir(), 'partial');
    git(origin, `clone -q --filter=blob:none --no-checkout -b manifest-rev file://${origin} ${directory}`);
    const marker = path.join(origin, 'marker');
    const trap = executable(path.join(origin, 'trap'), `echo "$0 $@" >> ${marker}`);
    setTraps(directory, trap);
    // The trap works: git itself would run it.
    spawnSync('git', ['cat-file', '--batch'], { cwd: directory, env: environment(), input: MANIFEST });
    expect(existsSync(marker)).toBe(true);
    rmSync(marker);
    const names = [MANIFEST, git(origin, `rev-parse ${MANIFEST}`), 'manifest-rev', ':west.yml', 'HEAD:other'];
    for (const name of names) {
      const reader = open(directory);
      await reader.read(name).catch(() => undefined);
      await reader.close();
    }
    expect(existsSync(marker)).toBe(false);
    expect((await open(directory).read('manifest-rev'))?.type).toBe('commit');
  });

  it('does not follow replacement objects', async () => {
    const directory = repository();
    const other = git(directory, 'hash-object -w --stdin', 'other');
    git(directory, `replace ${git(directory, `rev-parse ${MANIFEST}`)} ${other}`);
    expect(git(directory, `cat-file blob ${MANIFEST}`)).toBe('other');
    expect(await textOf(open(directory))).toBe(TEXT);
  });

  it('asks no repository around the directory, and none that lies bare in it', async () => {
    const outer = repository();
    const inner = path.join(outer, 'inner');
    mkdirSync(inner);
    const reading = open(inner).read(MANIFEST);
    expect(await kindOf(reading)).toBe('failed');
    await expect(reading).rejects.toThrow('not a git repository');
    git(outer, ['clone', '-q', '--bare', outer, path.join(outer, 'bare')]);
    expect(await kindOf(open(path.join(outer, 'bare')).read(MANIFEST))).toBe('refused');
    expect(await kindOf(open(path.join(outer, 'gone')).read(MANIFEST))).toBe('failed');
  });

  onPosix('fails where git cannot be kept from looking further up', async () => {
    const inner = path.join(repository(), 'a:b', 'c');
    mkdirSync(inner, { recursive: true });
    expect(await kindOf(open(inner).read(MANIFEST))).toBe('failed');
  });

  it('is not led to another repository by the environment', async () => {
    const other = path.join(repository({ 'west.yml': 'other' }), '.git');
    const extra = { GIT_DIR: other, GIT_OBJECT_DIRECTORY: path.join(other, 'objects'), GIT_NAMESPACE: 'x' };
    const reader = open(repository(), { environment: environment({ ...extra, GIT_COMMON_DIR: other }) });
    expect(await textOf(reader)).toBe(TEXT);
  });

  it('is refused by a repository of another owner, unless the user trusts it', async () => {
    const directory = repository();
    const foreign = { GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' };
    const reading = open(directory, { environment: environment(foreign) }).read(MANIFEST);
    expect(await kindOf(reading)).toBe('refused');
    await expect(reading).rejects.toThrow(/dubious ownership|unsafe repository/);
    const trust = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' };
    expect(await textOf(open(directory, { environment: environment({ ...foreign, ...trust }) }))).toBe(TEXT);
  });

  onPosix('gives up on a git that hangs, and ends it', async () => {
    const directory = repository();
    const config = path.join(directory, '.git', 'config');
    rmSync(config);
    execFileSync('mkfifo', [config]);
    const given = withGit('echo $$ > pid; exec "$git" "$@"');
    const reader = open(directory, { environment: given, timeoutMs: 300 });
    const requests = [reader.read(MANIFEST), reader.read(MANIFEST)];
    expect(await Promise.all(requests.map(kindOf))).toEqual(['timeout', 'timeout']);
    await reader.close();
    const pid = Number(readFileSync(path.join(given['BIN'] ?? '', 'pid'), 'utf8'));
    expect(isRunning(pid)).toBe(false);
    expect(await kindOf(reader.read(MANIFEST))).toBe('timeout');
  });
});

/** Makes everything in a repository that git could run be `trap`. */
function setTraps(directory: string, trap: string): void {
  const hooks = path.join(directory, '.git', 'hooks');
  const names = readdirSync(hooks).map((name) => name.replace(/\.sample$/, ''));
  for (const name of [...names, 'reference-transaction', 'post-checkout', 'post-index-change', 'pre-auto-gc'])
    executable(path.join(hooks, name), `exec ${trap} ${name}`);
  const programs =
    'core.fsmonitor core.pager pager.cat-file core.sshCommand core.askPass core.editor diff.external';
  const shells = ['alias.cat-file', 'credential.helper'];
  for (const name of programs.split(' ')) git(directory, ['config', name, trap]);
  for (const name of shells) git(directory, ['config', name, `!${trap}`]);
  git(directory, ['config', 'core.hooksPath', hooks]);
  git(directory, ['config', 'protocol.ext.allow', 'always']);
  git(directory, ['config', 'remote.origin.url', `ext::${trap}`]);
}

describe('the process of a reader', () => {
  onPosix('is missed when there is no git', async () => {
    const reader = open(repository(), { environment: environment({ PATH: tempDir() }) });
    const requests = [reader.read(MANIFEST), reader.read(MANIFEST)];
    expect(await Promise.all(requests.map(kindOf))).toEqual(['no-git', 'no-git']);
    expect(await kindOf(reader.read(MANIFEST))).toBe('no-git');
  });

  onPosix.each([
    ['ends at once', 'exit 0'],
    ['ends with many lines', 'yes warning | head -10000 >&2; echo fatal: no luck >&2; exit 128'],
    ['answers with something else', 'echo hello; exec sleep 100'],
    ['answers without end', 'yes "" | tr "\\n" x | head -c 100000; exec sleep 100'],
    ['sends more than it said', `echo ${'1'.repeat(40)} blob 1; echo abc; exec sleep 100`],
  ])('fails all requests when it %s', async (_, script) => {
    const reader = open(repository(), { environment: withGit(script) });
    const requests = Array.from({ length: 5000 }, () => reader.read('a'.repeat(100)));
    expect(new Set(await Promise.all(requests.map(kindOf)))).toEqual(new Set(['failed']));
    expect(await kindOf(reader.read(MANIFEST))).toBe('failed');
  });

  onPosix('is told what git said about its end', async () => {
    const script = 'echo warning: one >&2; echo fatal: two >&2; echo three >&2; exit 128';
    const reading = open(repository(), { environment: withGit(script) }).read(MANIFEST);
    await expect(reading).rejects.toMatchObject({ kind: 'failed', detail: 'two' });
  });

  onPosix('ends when the signal is aborted', async () => {
    const directory = repository();
    const controller = new AbortController();
    const { signal } = controller;
    const reason = new Error('interrupted');
    const reader = open(directory, { environment: withGit('exec sleep 100'), signal });
    const reading = reader.read(MANIFEST);
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
    await reader.close();
    await expect(reader.read(MANIFEST)).rejects.toBe(reason);
    await expect(open(directory, { signal }).read(MANIFEST)).rejects.toBe(reason);
  });

  it('answers what was asked before it is closed, and nothing after', async () => {
    const reader = open(repository());
    const reading = textOf(reader);
    const closing = [reader.close(), reader.close()];
    expect(await kindOf(reader.read(MANIFEST))).toBe('failed');
    expect(await reading).toBe(TEXT);
    await Promise.all(closing);
    await reader.close();
    expect(await kindOf(reader.read(MANIFEST))).toBe('failed');
    const unused = open('nowhere');
    await unused.close();
    expect(await kindOf(unused.read(MANIFEST))).toBe('failed');
  });

  onPosix('is ended by force when it does not heed close(), whatever it has started', async () => {
    const given = withGit('sleep 100 & echo $! > pid; exec sleep 100');
    const reader = open(repository(), { environment: given });
    const reading = kindOf(reader.read(MANIFEST));
    await reader.close();
    expect(await reading).toBe('failed');
    const started = Number(readFileSync(path.join(given['BIN'] ?? '', 'pid'), 'utf8'));
    expect(isRunning(started)).toBe(true);
    process.kill(started);
  });

  it('does not keep the program alive when it is left open', () => {
    const source = new URL('../../../../src/workspace/git/object-reader.ts', import.meta.url);
    const outfile = path.join(tempDir(), 'program.mjs');
    const contents = `import { GitObjectReader } from ${JSON.stringify(fileURLToPath(source))};
      const [directory] = process.argv.slice(2);
      const reader = new GitObjectReader({ directory, environment: process.env, maxObjectBytes: 1000 });
      const { content } = await reader.read(${JSON.stringify(MANIFEST)});
      process.stdout.write(content);`;
    const stdin = { contents, resolveDir: path.dirname(outfile) };
    buildSync({ stdin, outfile, bundle: true, platform: 'node', format: 'esm' });
    const options = { env: environment(), timeout: 20_000, encoding: 'utf8' } as const;
    const { status, stdout } = spawnSync(process.execPath, [outfile, repository()], options);
    expect({ status, stdout }).toEqual({ status: 0, stdout: TEXT });
  });
});
