// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../../core/errors.ts';
import { escapeControls, shorten } from '../../core/text.ts';
import { findUrl, redactUrl } from '../../core/url.ts';
import { GitReadError } from '../../workspace/git/git-read-error.ts';
import { type ListRefsOptions, listRefs, type Refs } from './list-refs.ts';
import { findPinnableUrl, type PinnableUrl } from './pinnable-url.ts';

export type PinOptions = Pick<ListRefsOptions, 'environment' | 'signal' | 'timeoutMs'>;

/** A URL, and what became of the revision in it. */
export interface PinnedUrl {
  readonly url: string;
  /** The branch or tag that it named before; absent where it named a commit already. */
  readonly ref?: string;
}

const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i;
const MAX_REF_CHARACTERS = 100;
// Servers allow far fewer.
const MAX_REF_SEGMENTS = 100;

/** Pins URLs; each repository is asked once. */
export class UrlPinner {
  readonly #options: PinOptions;
  readonly #refs = new Map<string, Promise<Refs>>();

  constructor(options: PinOptions) {
    this.#options = options;
  }

  /**
   * `url` with the commit in the place of the branch or tag that it names. What names a full commit hash already stays.
   * Of refs with slashes the longest one counts that the URL begins with.
   *
   * @throws BlobsError `BLOBS_CANNOT_PIN` for a URL of no known forge, a ref that the repository does not have or that is
   *   both branch and tag, and where git cannot say; the signal's reason
   */
  async pin(url: string): Promise<PinnedUrl> {
    const found = findPinnableUrl(url);
    if (found === undefined) {
      throw cannotPin(url, 'it is no URL of a file in a repository, of a shape that is known', {
        hint: 'give the URL of the file at a commit, or leave out --pin',
      });
    }
    const [first = ''] = found.rest;
    const mayBeCommit = found.kind === undefined || found.kind === 'commit';
    if (mayBeCommit && COMMIT.test(first) && found.rest.length > 1) return { url };
    const refs = await this.#listRefs(url, found);
    const { commit, ref, used } = findCommit(url, found, refs);
    return { url: found.at(commit, found.rest.slice(used)), ref };
  }

  async #listRefs(url: string, { repository }: PinnableUrl): Promise<Refs> {
    const asked = findUrl(repository);
    if (asked === undefined || findUrl(url)?.username || findUrl(url)?.password) {
      throw cannotPin(url, 'it holds a user name or a password', { hint: 'leave them out of the URL' });
    }
    const isHttps = asked.protocol === 'https:';
    if (!isHttps && !isLoopback(asked.hostname)) {
      throw cannotPin(url, 'over plain http anybody on the way could name another commit', {
        hint: 'use https',
      });
    }
    let refs = this.#refs.get(repository);
    if (refs === undefined) {
      refs = listRefs(repository, { ...this.#options, protocol: isHttps ? 'https' : 'http' });
      this.#refs.set(repository, refs);
    }
    try {
      return await refs;
    } catch (error) {
      this.#options.signal.throwIfAborted();
      if (!(error instanceof GitReadError)) throw error;
      throw cannotPin(url, escapeControls(error.message), {
        facts: [`asked ${redactUrl(repository)}`],
        hint: 'try "git ls-remote" with this address',
      });
    }
  }
}

function findCommit(
  url: string,
  { rest, kind }: PinnableUrl,
  { branches, tags, head }: Refs,
): { readonly commit: string; readonly ref: string; readonly used: number } {
  const segments = rest.map(decode);
  for (let used = Math.min(rest.length - 1, MAX_REF_SEGMENTS); used > 0; used--) {
    const ref = segments.slice(0, used).join('/');
    const branch = kind === undefined || kind === 'branch' ? branches.get(ref) : undefined;
    const tag = kind === undefined || kind === 'tag' ? tags.get(ref) : undefined;
    const commit = branch ?? tag ?? (ref === 'HEAD' ? head : undefined);
    if (commit === undefined) continue;
    if (branch !== undefined && tag !== undefined && branch !== tag) {
      throw cannotPin(url, `"${show(ref)}" is both a branch and a tag`, {
        facts: [`the branch is at ${branch}, the tag at ${tag}`],
        hint: 'put the commit that you mean into the URL',
      });
    }
    return { commit, ref, used };
  }
  const isShort = /^[0-9a-f]{7,39}$/i.test(segments[0] ?? '');
  throw cannotPin(url, `the repository has no branch or tag "${show(segments[0] ?? '')}"`, {
    hint: isShort ? 'it may be a shortened hash: write it in full' : 'look at the URL',
  });
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function show(ref: string): string {
  return escapeControls(shorten(ref, MAX_REF_CHARACTERS));
}

function isLoopback(hostname: string): boolean {
  return /^(?:127(?:\.\d+){3}|localhost|\[::1\])$/.test(hostname);
}

function cannotPin(
  url: string,
  problem: string,
  details: { readonly facts?: readonly string[]; readonly hint: string },
): BlobsError {
  return new BlobsError('BLOBS_CANNOT_PIN', `cannot pin ${redactUrl(url)}: ${problem}`, details);
}
