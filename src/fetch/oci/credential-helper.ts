// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { describeError, systemCode } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { escapeControls, shorten } from '../../core/text.ts';
import { parseShallowJson } from '../server-answer.ts';

/** What a registry is told to know who asks. */
export type Login =
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  /** An OAuth 2 refresh token. */
  | { readonly kind: 'identity-token'; readonly token: string };

const NAME = /^[A-Za-z0-9_.-]{1,100}$/;
const MAX_ANSWER_BYTES = 64 * 1024;
const TIMEOUT_MS = 30_000;
/** What docker's own helpers say, with exit code 1, of a server that they do not know. */
const NOT_FOUND = /credentials not found/i;
/** The user name that stands for "the secret is an identity token". */
const TOKEN_USER = '<token>';

/** What is wrong with a credential helper, fit to be shown. */
export class HelperError extends Error {}

export interface HelperRun {
  readonly signal: AbortSignal;
  /** 30 s by default. */
  readonly timeoutMs?: number;
}

/**
 * What the program `docker-credential-<name>` knows for `server` (github.com/docker/docker-credential-helpers): `get`,
 * the server on its stdin, JSON on its stdout. Undefined where it knows nothing. No shell is involved.
 *
 * @throws HelperError where it cannot be run, fails, takes too long or answers something else; the signal's reason
 */
export async function askHelper(name: string, server: string, run: HelperRun): Promise<Login | undefined> {
  if (!NAME.test(name)) throw new HelperError(`"${shorten(escapeControls(name), 40)}" is no name of one`);
  const { code, stdout } = await runHelper(`docker-credential-${name}`, server, run);
  if (code !== 0) {
    // What else it says may hold secrets.
    if (NOT_FOUND.test(stdout)) return undefined;
    throw new HelperError(`docker-credential-${name} failed (exit code ${code})`);
  }
  return parseAnswer(stdout, name);
}

function parseAnswer(text: string, name: string): Login {
  const answer = parseShallowJson(text);
  const { Username: user, Secret: secret } = (isRecord(answer) ? answer : {}) as Record<string, unknown>;
  if (typeof user !== 'string' || typeof secret !== 'string') {
    throw new HelperError(`docker-credential-${name} answered something else than a user name and a secret`);
  }
  return user === TOKEN_USER
    ? { kind: 'identity-token', token: secret }
    : { kind: 'password', user, password: secret };
}

function runHelper(
  program: string,
  server: string,
  { signal, timeoutMs = TIMEOUT_MS }: HelperRun,
): Promise<{ readonly code: number | null; readonly stdout: string }> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    // On Windows, a program in the current directory comes before those on the PATH.
    const child = spawn(program, ['get'], {
      cwd: dirname(process.execPath),
      stdio: ['pipe', 'pipe', 'ignore'],
      windowsHide: true,
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      child.kill('SIGKILL');
      child.stdin.destroy();
      child.stdout.destroy();
      settle();
    };
    const fail = (reason: unknown): void => end(() => reject(reason));
    const abort = (): void => fail(signal.reason);
    const giveUp = (): void => fail(new HelperError(`${program} took longer than ${timeoutMs / 1000} s`));
    const timer = setTimeout(giveUp, timeoutMs);
    signal.addEventListener('abort', abort);
    child.on('error', (error) => {
      const isMissing = systemCode(error) === 'ENOENT';
      fail(new HelperError(isMissing ? `${program} is not installed` : describeError(error)));
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(server);
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes > MAX_ANSWER_BYTES) {
        fail(new HelperError(`${program} answered more than ${MAX_ANSWER_BYTES} bytes`));
      }
    });
    child.on('close', (code) => end(() => resolve({ code, stdout: Buffer.concat(chunks).toString('utf8') })));
  });
}
