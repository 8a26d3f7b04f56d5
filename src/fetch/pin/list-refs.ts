// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from 'node:child_process';
import { devNull } from 'node:os';
import path from 'node:path';
import { endError, GitReadError, MAX_STDERR_LENGTH, startError } from '../../workspace/git/git-read-error.ts';

const DEFAULT_TIMEOUT_MS = 60_000;
const MAX_OUTPUT_LENGTH = 32 * 1024 * 1024;

export interface ListRefsOptions {
  /** The caller's whole environment, of which git does not see what points it at a repository. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** How long git may take in all: a minute by default. */
  readonly timeoutMs?: number;
  /** The one protocol that git may use, also after redirects. */
  readonly protocol: 'https' | 'http' | 'file';
}

/** The commits that the refs of a repository mean; annotated tags are followed to theirs. */
export interface Refs {
  readonly branches: ReadonlyMap<string, string>;
  readonly tags: ReadonlyMap<string, string>;
  readonly head: string | undefined;
}

// No helper is to ask a person, and no redirect to lead to another server than the first one chooses.
const SETTINGS = [
  'core.askPass=',
  'credential.interactive=false',
  'http.followRedirects=initial',
  'protocol.version=2',
];

/**
 * Asks the git server at `repository` for its branches and tags (`git ls-remote`). No repository on this machine, and
 * nothing that one could name, has a say; what the user's own configuration says of proxies and credentials counts.
 *
 * @throws GitReadError where git is missing, fails, or says or takes too much; the signal's reason
 */
export async function listRefs(repository: string, options: ListRefsOptions): Promise<Refs> {
  const output = await runGit(
    ['ls-remote', '--', repository, 'HEAD', 'refs/heads/*', 'refs/tags/*'],
    options,
  );
  return parseRefs(output);
}

/** What `git ls-remote` prints. Lines that name no commit of a branch or tag are left out. */
export function parseRefs(output: string): Refs {
  const branches = new Map<string, string>();
  const tags = new Map<string, string>();
  const peeled = new Map<string, string>();
  let head: string | undefined;
  for (const line of output.split('\n')) {
    const [, commit, ref = ''] = /^([0-9a-f]{40}|[0-9a-f]{64})\t(.+)$/.exec(line) ?? [];
    if (commit === undefined) continue;
    if (ref === 'HEAD') head = commit;
    else if (ref.startsWith('refs/heads/')) branches.set(ref.slice('refs/heads/'.length), commit);
    else if (ref.startsWith('refs/tags/')) {
      const name = ref.slice('refs/tags/'.length);
      // No ref name holds "^": it marks what an annotated tag leads to.
      if (name.endsWith('^{}')) peeled.set(name.slice(0, -'^{}'.length), commit);
      else tags.set(name, commit);
    }
  }
  for (const [name, commit] of peeled) tags.set(name, commit);
  return { branches, tags, head };
}

function runGit(args: readonly string[], options: ListRefsOptions): Promise<string> {
  const { signal, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const child = startGit(args, options);
    let stdout = '';
    let stderr = '';
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      endGroup(child);
      for (const stream of child.stdio) stream?.destroy();
      settle();
    };
    const fail = (reason: unknown): void => end(() => reject(reason));
    const abort = (): void => fail(signal.reason);
    const giveUp = (): void => fail(new GitReadError('timeout', `git took longer than ${timeoutMs} ms`));
    const timer = setTimeout(giveUp, timeoutMs);
    signal.addEventListener('abort', abort);
    child.on('error', (error) => fail(startError(error)));
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
      if (stdout.length > MAX_OUTPUT_LENGTH) fail(new GitReadError('too-large', 'git names too many refs'));
    });
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      stderr = (stderr + chunk).slice(0, MAX_STDERR_LENGTH);
    });
    child.on('close', (code) => {
      if (code === 0) end(() => resolve(stdout));
      else fail(endError(stderr));
    });
  });
}

function startGit(args: readonly string[], { environment, protocol }: ListRefsOptions): ChildProcess {
  const kept = Object.entries(environment).filter(
    ([name]) => !/^(?:GIT|SSH)_/i.test(name) || KEPT.test(name),
  );
  const settings = SETTINGS.flatMap((setting) => ['-c', setting]);
  const env = {
    ...Object.fromEntries(kept),
    GIT_ALLOW_PROTOCOL: protocol,
    GIT_ASKPASS: '',
    // A place that is no repository, so that none around the current directory counts.
    GIT_DIR: devNull,
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
  };
  try {
    return spawn('git', ['--no-pager', ...settings, ...args], {
      // On Windows, a program in the current directory comes before those on the PATH.
      cwd: path.dirname(process.execPath),
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      // Git leaves the talking to a child, which is to end with it.
      detached: process.platform !== 'win32',
    });
  } catch (error) {
    throw startError(error);
  }
}

// What a user or a CI job says of certificates, proxies and settings.
const KEPT =
  /^GIT_(?:SSL_.*|HTTP_.*|PROXY_.*|CONFIG_(?:COUNT|KEY_\d+|VALUE_\d+|GLOBAL|SYSTEM|NOSYSTEM)|EXEC_PATH)$/i;

function endGroup(child: ChildProcess): void {
  if (child.exitCode !== null || child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill('SIGKILL');
    else process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It ended in this moment.
  }
}
