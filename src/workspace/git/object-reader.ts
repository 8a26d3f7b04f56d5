// SPDX-License-Identifier: Apache-2.0
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { endError, GitReadError, MAX_STDERR_LENGTH, startError } from './git-read-error.ts';
import { spawnGit } from './spawn-git.ts';

const DEFAULT_TIMEOUT_MS = 30_000;
const CLOSE_MS = 1000;
const MAX_NAME_LENGTH = 8192;
const LINE_FEED = 0x0a;
const CLOSED = 'the reader of git objects is closed';
const UNEXPECTED = 'git gave an answer that it should not';

/** An object as git stores it, without its header. */
export interface GitObject {
  /** Lower-case hexadecimal digits: 40 in a SHA-1 repository, 64 in a SHA-256 repository. */
  readonly oid: string;
  readonly type: 'blob' | 'tree' | 'commit' | 'tag';
  readonly content: Buffer;
}

export interface GitReaderOptions {
  /** Top of the work tree. */
  readonly directory: string;
  /** The caller's whole environment, of which git does not see what points it at another repository. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Ends git and all reading when it is aborted. */
  readonly signal?: AbortSignal;
  /** How long to wait for a byte of an answer: 30 seconds by default. */
  readonly timeoutMs?: number;
  /** A larger object is not read. */
  readonly maxObjectBytes: number;
}

interface Request {
  readonly name: string;
  readonly resolve: (object: GitObject | undefined) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Reads objects of one repository through one `git cat-file --batch`, which the first request starts. Nothing that the
 * repository names is run, nothing is fetched, objects are not replaced, and a repository around `directory` is not
 * asked. Git's check of who owns the repository stays on. A request under way keeps the program alive, a reader that
 * is left open does not.
 */
export class GitObjectReader {
  readonly #options: GitReaderOptions;
  readonly #requests: Request[] = [];
  readonly #onAbort = (): void => this.#fail(this.#options.signal?.reason);
  #child: ChildProcess | undefined;
  #ended: Promise<unknown> | undefined;
  #output: Buffer[] = [];
  #missingBytes = 0;
  #stderr = '';
  #timer: NodeJS.Timeout | undefined;
  #failure: { readonly reason: unknown } | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: GitReaderOptions) {
    this.#options = options;
  }

  /**
   * The object that git knows by `name`: `refs/heads/manifest-rev:west.yml`, an object id, `REV^{commit}`. Several may
   * be asked for at once and are answered in order. What is read of a symbolic link is where it leads.
   *
   * @returns undefined where there is no such object, or where a partial clone has left it with its remote.
   * @throws GitReadError, or the reason of the signal. A name that is bad or ambiguous (`failed`) fails alone; anything
   * else ends the reader, and further requests fail for the same reason.
   */
  async read(name: string): Promise<GitObject | undefined> {
    if (name.length > MAX_NAME_LENGTH || /[\0\n\r]/.test(name))
      throw new GitReadError('bad-name', 'a git object name is too long, or has a line break or NUL');
    if (this.#failure) throw this.#failure.reason;
    if (this.#closing) throw new GitReadError('failed', CLOSED);
    this.#options.signal?.throwIfAborted();
    this.#child ??= this.#start();
    return new Promise((resolve, reject) => {
      this.#requests.push({ name, resolve, reject });
      if (this.#requests.length === 1) this.#restartTimer();
      this.#child?.stdin?.write(`${name}\n`);
    });
  }

  /** Lets git answer what was asked, and ends it: by force after a second. Never rejects; may be called again. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const reason = new GitReadError('failed', CLOSED);
    const timer = setTimeout(() => this.#fail(reason), CLOSE_MS);
    this.#child?.stdin?.end();
    // Once the timer has run out, nothing else might keep the program alive until git is gone.
    this.#child?.ref();
    await this.#ended;
    clearTimeout(timer);
    this.#fail(reason);
  }

  #start(): ChildProcess {
    const child = startGit(this.#options);
    this.#ended = once(child, 'close').catch(() => undefined);
    child.on('error', (error) => this.#fail(startError(error)));
    child.on('close', () => this.#fail(endError(this.#stderr)));
    child.stdout?.on('data', (chunk: Buffer) => this.#receive(chunk));
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      this.#stderr = (this.#stderr + chunk).slice(0, MAX_STDERR_LENGTH);
    });
    // What keeps the program alive is the timer alone.
    child.unref();
    for (const stream of child.stdio ?? []) {
      // A broken pipe is no news: the process is over, which "close" tells.
      stream?.on('error', () => undefined);
      if (stream instanceof Socket) stream.unref();
    }
    this.#options.signal?.addEventListener('abort', this.#onAbort);
    return child;
  }

  #receive(chunk: Buffer): void {
    if (this.#failure) return;
    this.#output.push(chunk);
    this.#missingBytes -= chunk.length;
    try {
      if (this.#missingBytes <= 0) this.#takeAnswers();
      this.#restartTimer();
    } catch (error) {
      this.#fail(error);
    }
  }

  #takeAnswers(): void {
    let output = Buffer.concat(this.#output);
    let answer = parseAnswer(output, this.#options.maxObjectBytes);
    while (typeof answer === 'object') {
      settle(this.#requests[0], answer);
      this.#requests.shift();
      output = output.subarray(answer.bytes);
      answer = parseAnswer(output, this.#options.maxObjectBytes);
    }
    this.#output = [output];
    this.#missingBytes = answer - output.length;
  }

  #restartTimer(): void {
    clearTimeout(this.#timer);
    const { timeoutMs = DEFAULT_TIMEOUT_MS } = this.#options;
    const giveUp = (): void => this.#fail(new GitReadError('timeout', `git was silent for ${timeoutMs} ms`));
    if (this.#requests.length > 0) this.#timer = setTimeout(giveUp, timeoutMs);
  }

  /** The end of git and of all requests, now and later. */
  #fail(reason: unknown): void {
    if (this.#failure) return;
    this.#failure = { reason };
    clearTimeout(this.#timer);
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    this.#child?.kill('SIGKILL');
    for (const stream of this.#child?.stdio ?? []) stream?.destroy();
    for (const { reject } of this.#requests.splice(0)) reject(reason);
  }
}

function startGit({ directory, environment }: GitReaderOptions): ChildProcess {
  try {
    return spawnGit(['cat-file', '--batch'], directory, environment);
  } catch (error) {
    throw startError(error);
  }
}

type Answer = { readonly line: string; readonly object?: GitObject; readonly bytes: number };
/** The first answer in `output`; or, if it is not all there, how many bytes must be there to look again. */
function parseAnswer(output: Buffer, maxObjectBytes: number): Answer | number {
  const start = output.indexOf(LINE_FEED) + 1;
  if (start === 0 && output.length > 4 * MAX_NAME_LENGTH) throw new GitReadError('failed', UNEXPECTED);
  if (start === 0) return output.length + 1;
  const line = output.toString('utf8', 0, start - 1);
  const [, oid, type, size] = /^([0-9a-f]{40,64}) (blob|tree|commit|tag) (\d+)$/.exec(line) ?? [];
  if (oid === undefined) return { line, bytes: start };
  if (Number(size) > maxObjectBytes)
    throw new GitReadError('too-large', `a git object has ${size} bytes, more than ${maxObjectBytes}`);
  const end = start + Number(size);
  if (output.length <= end) return end + 1;
  if (output[end] !== LINE_FEED) throw new GitReadError('failed', UNEXPECTED);
  const object = { oid, type: type as GitObject['type'], content: output.subarray(start, end) };
  return { line, object, bytes: end + 1 };
}

function settle(request: Request | undefined, { line, object }: Answer): void {
  // A submodule's commit is in another repository, which recent versions say.
  if (object || / (?:missing|submodule)$/.test(line)) request?.resolve(object);
  else if (!line.endsWith(' ambiguous')) throw new GitReadError('failed', UNEXPECTED);
  else request?.reject(new GitReadError('failed', 'git cannot tell which object is meant', line));
}
