// SPDX-License-Identifier: Apache-2.0
import { BlobsError, describeError, systemCode } from '../core/errors.ts';
import { readRegularFile } from '../store/regular-file.ts';

const MAX_NETRC_BYTES = 1024 * 1024;

/** User name and password for one host. */
export interface Login {
  readonly login: string;
  readonly password: string;
}

/** What a netrc file says. */
export interface Netrc {
  /** By host, in lower case. */
  readonly logins: ReadonlyMap<string, Login>;
  /** Why the file could not be used; it holds nothing of its content. */
  readonly problem?: string;
}

/**
 * The first of `files` that exists. One that cannot be read or understood counts as empty, and `problem` says why: what
 * needs no password is fetched all the same.
 */
export function readNetrc(files: readonly string[]): Netrc {
  for (const file of files) {
    try {
      return { logins: parseNetrc(readRegularFile(file, MAX_NETRC_BYTES).toString('utf8')) };
    } catch (error) {
      if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') continue;
      const reason = error instanceof BlobsError ? error.message : describeError(error);
      return { logins: new Map(), problem: `${file} was not used: ${reason}` };
    }
  }
  return { logins: new Map() };
}

/**
 * The logins in a netrc file (the format of ftp(1), with comments and quoted words as curl reads them). Of two entries
 * for one host the first counts; `default` and macros are skipped.
 *
 * @throws BlobsError `BLOBS_BAD_CONFIG` with the line, for what is no netrc file.
 */
export function parseNetrc(text: string): ReadonlyMap<string, Login> {
  const logins = new Map<string, Login>();
  let current: { host: string | undefined; login?: string; password?: string } | undefined;
  const finish = (): void => {
    if (current?.host === undefined || current.password === undefined) return;
    if (!logins.has(current.host))
      logins.set(current.host, { login: current.login ?? '', password: current.password });
  };
  const words = new Words(text);
  for (let keyword = words.nextKeyword(); keyword !== undefined; keyword = words.nextKeyword()) {
    if (keyword === 'macdef') words.skipMacro();
    else if (keyword === 'machine' || keyword === 'default') {
      finish();
      current = { host: keyword === 'machine' ? words.value().toLowerCase() : undefined };
    } else if (current === undefined || !['login', 'password', 'account'].includes(keyword)) {
      throw words.bad('a word that is not expected here');
    } else {
      const value = words.value();
      if (keyword === 'login') current.login ??= value;
      else if (keyword === 'password') current.password ??= value;
    }
  }
  finish();
  return logins;
}

/** The words of a netrc file, one after the other. */
class Words {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text.replace(/^\uFEFF/, '');
  }

  /** Undefined at the end. Comments stand where a keyword might. */
  nextKeyword(): string | undefined {
    for (;;) {
      const word = this.#next();
      if (word === undefined || !word.startsWith('#')) return word;
      this.#skipPast(/\n/g);
    }
  }

  value(): string {
    const word = this.#next();
    if (word === undefined) throw this.bad('the value of the last word is missing');
    return word;
  }

  /** A macro ends with the first empty line. */
  skipMacro(): void {
    this.#skipPast(/\n[ \t]*\r?\n/g);
  }

  bad(problem: string): BlobsError {
    const line = this.#text.slice(0, this.#at).split('\n').length;
    return new BlobsError('BLOBS_BAD_CONFIG', `line ${line} holds ${problem}`);
  }

  #next(): string | undefined {
    const space = this.#match(/\s*/y);
    this.#at += space.length;
    if (this.#at >= this.#text.length) return undefined;
    const word = this.#match(this.#text[this.#at] === '"' ? /"(?:[^"\\\n]|\\[^\n])*"/y : /\S+/y);
    if (word === '') throw this.bad('a quotation mark without its end');
    this.#at += word.length;
    return word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/g, unescapeOne) : word;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text)?.[0] ?? '';
  }

  #skipPast(pattern: RegExp): void {
    // The line break that ends the current line may be the first half of what is looked for.
    pattern.lastIndex = this.#at;
    this.#at = pattern.exec(this.#text) === null ? this.#text.length : pattern.lastIndex;
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

function unescapeOne(_: string, escaped: string): string {
  return ESCAPES[escaped] ?? escaped;
}
