// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tempDir, withDirectory } from './temp.ts';

/**
 * A directory for PATH that holds links to git and node and nothing else: neither west nor Python can be started.
 * The caller removes it with `remove`.
 */
export function gitAndNodeOnly(): { readonly directory: string; readonly remove: () => void } {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'blobs-path-')));
  const git = execFileSync('/bin/sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  symlinkSync(git, join(directory, 'git'));
  symlinkSync(process.execPath, join(directory, 'node'));
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

/**
 * Makes `directory`, which is made where it is missing, a git repository whose `refs/heads/BRANCH` holds `files`
 * (path → content); nothing is checked out.
 */
export function makeRepository(
  directory: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  branch = 'manifest-rev',
): void {
  const git = join(directory, '.git');
  for (const part of ['objects', 'refs']) mkdirSync(join(git, part), { recursive: true });
  writeFileSync(join(git, 'HEAD'), 'ref: refs/heads/main\n');
  const committer = 'Test <test@example.invalid> 1700000000 +0000';
  const parts: (string | Uint8Array)[] = [
    `commit refs/heads/${branch}\ncommitter ${committer}\ndata 4\ntest\n`,
  ];
  for (const [path, content] of Object.entries(files)) {
    parts.push(`M 100644 inline ${path}\ndata ${Buffer.byteLength(content)}\n`, content, '\n');
  }
  execFileSync('git', ['fast-import', '--quiet', '--done'], {
    cwd: directory,
    input: Buffer.concat([...parts, 'done\n'].map((part) => Buffer.from(part))),
    env: { PATH: process.env['PATH'], HOME: directory, GIT_CONFIG_NOSYSTEM: '1' },
  });
}

/** A new west workspace with these files (path → content), gone after the running test; its manifest is `app/west.yml`. */
export function makeTopdir(files: Readonly<Record<string, string>>): string {
  const topdir = tempDir();
  const all = { '.west/config': '[manifest]\npath = app\n', ...files };
  for (const [path, content] of Object.entries(all))
    writeFileSync(withDirectory(join(topdir, path)), content);
  return topdir;
}

/** Text of a manifest with these keys; JSON is YAML. */
export function manifestText(keys: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ manifest: keys });
}

/** An item of `projects:`. */
export function project(name: string, keys: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { name, url: 'https://projects.invalid/x', ...keys };
}

/** What lies below `directory`: path, mode, size and time of change of each entry, none of them opened. */
export function listingOf(directory: string): string[] {
  return ['.', ...readdirSync(directory, { recursive: true, encoding: 'utf8' })].sort().map((path) => {
    const { mode, size, mtimeMs } = lstatSync(join(directory, path));
    return `${path} ${mode} ${size} ${mtimeMs}`;
  });
}

/** A workspace whose manifest imports from the project `sdk`, in which `files` are committed. */
export function makeImportingTopdir(files: Readonly<Record<string, string | Uint8Array>>): {
  readonly topdir: string;
  /** The project's directory. */
  readonly sdk: string;
  /** Its git directory. */
  readonly git: string;
} {
  const topdir = makeTopdir({
    'app/west.yml': manifestText({ projects: [project('sdk', { import: true })] }),
  });
  const sdk = join(topdir, 'sdk');
  mkdirSync(sdk);
  makeRepository(sdk, files);
  return { topdir, sdk, git: join(sdk, '.git') };
}

/**
 * Configures in a git directory all that git might run, and removes the objects `missing` (by revision), which it
 * might fetch by running something.
 *
 * @returns the file that is there as soon as any of it has run
 */
export function setTraps(git: string, missing: readonly string[] = []): string {
  const directory = tempDir();
  const [marker, trap, hooks] = ['marker', 'trap', 'hooks'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(trap, `#!/bin/sh\n: > ${marker}\n`, { mode: 0o755 });
  for (const place of [hooks, join(git, 'hooks')]) {
    mkdirSync(place, { recursive: true });
    for (const hook of 'post-checkout post-index-change reference-transaction fsmonitor-watchman'.split(
      ' ',
    )) {
      symlinkSync(trap, join(place, hook));
    }
  }
  for (const name of missing) rmSync(objectFile(git, name));
  const programs = 'fsmonitor pager editor sshCommand askPass gitProxy alternateRefsCommand'.split(' ');
  const sections: Record<string, readonly string[]> = {
    core: [
      'repositoryformatversion = 1',
      `hooksPath = ${hooks}`,
      ...programs.map((key) => `${key} = ${trap}`),
    ],
    alias: [`cat-file = !${trap}`],
    pager: [`cat-file = ${trap}`],
    credential: [`helper = !${trap}`],
    diff: [`external = ${trap}`],
    'filter "x"': [`smudge = ${trap}`, `process = ${trap}`, 'required = true'],
    protocol: ['allow = always'],
    'protocol "ext"': ['allow = always'],
    extensions: ['partialClone = origin'],
    'remote "origin"': ['promisor = true', 'partialclonefilter = blob:none', `url = ext::${trap}`],
  };
  const config = Object.entries(sections).map(([name, lines]) => `[${name}]\n\t${lines.join('\n\t')}\n`);
  writeFileSync(join(git, 'config'), config.join(''));
  mkdirSync(join(git, 'info'));
  writeFileSync(join(git, 'info/attributes'), '* filter=x\n');
  return marker;
}

function objectFile(git: string, name: string): string {
  const env = { PATH: process.env['PATH'], HOME: git };
  const oid = execFileSync('git', ['--git-dir', git, 'rev-parse', name], { env, encoding: 'utf8' }).trim();
  return join(git, 'objects', oid.slice(0, 2), oid.slice(2));
}

/** What a node process with the environment `env` costs: after its end, `read` tells. Children do not count. */
export function costMeter(): {
  readonly env: Readonly<Record<string, string>>;
  readonly read: () => { readonly cpuSeconds: number; readonly peakMib: number };
} {
  const [preload, cost] = [join(tempDir(), 'cost.mjs'), join(tempDir(), 'cost.json')];
  // Not resourceUsage().maxRSS, which starts at the size of the process that spawned this one.
  writeFileSync(
    preload,
    `import { readFileSync, writeFileSync } from 'node:fs';
     process.on('exit', () => {
       const peakKib = /^VmHWM:\\s*(\\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1];
       writeFileSync(process.env.COST_FILE, JSON.stringify({ peakKib, ...process.cpuUsage() }));
     });`,
  );
  return {
    env: { NODE_OPTIONS: `--import=${preload}`, COST_FILE: cost },
    read: () => {
      const { peakKib, user, system } = JSON.parse(readFileSync(cost, 'utf8'));
      return { cpuSeconds: (user + system) / 1e6, peakMib: peakKib / 1024 };
    },
  };
}
