// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../core/errors.ts';
import type { Sha256 } from '../core/sha256.ts';
import { findUrl, redactText, redactUrl } from '../core/url.ts';
import { isOciUrl, ociBlobUrl, parseOciReference } from './oci/reference.ts';

/** A rule that gives another place for URLs with a prefix, or for every blob. */
export interface Mirror {
  /** A normalised URL that ends in "/", or {@link EVERY_BLOB}. */
  readonly prefix: string;
  /**
   * An http, https or file URL, which may hold `{sha256}` and `{sha256:2}`; `oci://REGISTRY/REPOSITORY`; or {@link ORIGIN}
   * or {@link BLOCK}.
   */
  readonly replacement: string;
  /** Where it is configured, such as `BLOBS_MIRRORS`; absent for an option of the command. */
  readonly configuredIn?: string;
  /** Whether it counts only while no such rule has a longer prefix that matches too. */
  readonly yieldsToLonger?: boolean;
}

/** The prefix that matches every blob. */
export const EVERY_BLOB = 'sha256';
/** The replacement that stands for the original URL. */
export const ORIGIN = 'origin';
/** The replacement behind which nothing is asked any more. */
export const BLOCK = 'block';

const REPLACEMENT_SCHEMES = ['https:', 'http:', 'file:'];

/** A place where a blob may lie: one of its original URLs, or what a rule gives in its place. */
export type Place<Original> =
  | { readonly kind: 'url'; readonly original: Original }
  | {
      readonly kind: 'mirror';
      readonly url: string;
      readonly mirror: Mirror;
      /** What it stands for; absent where the rule is for every blob. */
      readonly original?: Original;
    };

/** An original URL that is not to be asked, and the rule that says so. */
export interface BlockedUrl {
  readonly url: string;
  readonly mirror: Mirror;
}

/** Where to ask for a blob, in order, and where not to. */
export interface Places<Original> {
  readonly places: readonly Place<Original>[];
  readonly blocked: readonly BlockedUrl[];
}

/**
 * The mirror that `FROM=TO` names, parted at the first "=" before a known scheme, in either case.
 *
 * @throws BlobsError `BLOBS_USAGE` for a malformed option.
 */
export function parseMirror(text: string): Mirror {
  const [, from, to] = /^(.+?)=((?:https:|http:|file:|oci:).*)$/is.exec(text) ?? [];
  if (from === undefined || to === undefined) {
    throw usage(`--mirror wants FROM=TO, but got "${redactText(text)}"`);
  }
  const fail = (problem: string): BlobsError => usage(`--mirror: ${problem}`);
  return { prefix: parsePrefix(from, fail), replacement: parseReplacement(from, to, fail) };
}

/** The normalised prefix that `from` spells. What `fail` makes of a problem is thrown. */
export function parsePrefix(from: string, fail: (problem: string) => BlobsError): string {
  if (from === EVERY_BLOB) return from;
  const prefix = findUrl(from);
  if (prefix && (prefix.username !== '' || prefix.password !== '')) {
    throw fail(`${redactUrl(from)} must hold no user name and no password`);
  }
  if (prefix && /^https?:$/.test(prefix.protocol) && prefix.search === '' && prefix.hash === '') {
    return withSlash(prefix.href);
  }
  throw fail(`${redactUrl(from)} is neither "sha256" nor the beginning of an http or https URL`);
}

/**
 * `to`, its scheme in lower case, if it is a URL that can stand in the place of `from`. What `fail` makes of a problem is
 * thrown.
 */
export function parseReplacement(from: string, to: string, fail: (problem: string) => BlobsError): string {
  if (isOciUrl(to)) return parseOciReference(to, fail).text;
  const filled = to.replaceAll(/\{sha256(?::2)?\}/g, '0');
  const [unknown] = /\{[^{}]*\}/.exec(filled) ?? [];
  if (unknown !== undefined) {
    throw fail(`${redactUrl(to)} may hold {sha256} and {sha256:2}, but nothing else in braces`);
  }
  const template = findUrl(filled);
  if (template === undefined || !REPLACEMENT_SCHEMES.includes(template.protocol)) {
    throw fail(`${redactUrl(to)} is not an http, https, file or oci URL`);
  }
  if (template.protocol === 'file:' && template.host !== '') {
    throw fail(
      `${redactUrl(to)} names a host: a file URL has three slashes and an absolute path behind them`,
    );
  }
  if (from === EVERY_BLOB && !to.includes('{sha256}')) {
    throw fail('a replacement for "sha256" must hold {sha256}');
  }
  return to.replace(/^[a-z]+:/i, (scheme) => scheme.toLowerCase());
}

/**
 * The places where a blob with this digest is to be asked for, in order: what rules for every blob say, then what rules
 * say for each of its URLs in turn, then the URLs that none of them named. A place may come twice.
 */
export function findPlaces<Original extends { readonly url: string }>(
  mirrors: readonly Mirror[],
  originals: readonly Original[],
  digest: Sha256,
): Places<Original> {
  const forAll = untilBlock(mirrors.filter(({ prefix }) => prefix === EVERY_BLOB));
  const lists = originals.map((original) => ({ original, ...untilBlock(matching(mirrors, original.url)) }));
  // A URL that its own list blocks is asked nowhere, not even where a list for every blob has "origin".
  const allowed = lists
    .filter(({ block, rules }) => block === undefined || rules.some(isOrigin))
    .map(({ original }): Place<Original> => ({ kind: 'url', original }));
  const first = forAll.rules.flatMap((mirror): readonly Place<Original>[] =>
    isOrigin(mirror) ? allowed : [{ kind: 'mirror', url: fill(mirror.replacement, digest), mirror }],
  );
  const rest = lists.flatMap(({ original, rules }) =>
    rules.map(
      (mirror): Place<Original> =>
        isOrigin(mirror)
          ? { kind: 'url', original }
          : { kind: 'mirror', url: rewrite(mirror, original.url, digest), mirror, original },
    ),
  );
  const places = forAll.block === undefined ? [...first, ...rest, ...allowed] : first;
  const asked = new Set(places.map((place) => (place.kind === 'url' ? place.original : undefined)));
  const blocked = lists.flatMap(({ original, block }): BlockedUrl[] => {
    const mirror = block ?? forAll.block;
    return mirror === undefined || asked.has(original) ? [] : [{ url: original.url, mirror }];
  });
  // Entries of several modules may have a URL in common.
  return { places, blocked: [...new Map(blocked.map((one) => [one.url, one])).values()] };
}

/** The mirrors given as options that stand for none of `urls`, perhaps for a slip of the pen. */
export function unusedMirrors(mirrors: readonly Mirror[], urls: readonly string[]): Mirror[] {
  const known = urls.map((url) => findUrl(url)?.href ?? '');
  return mirrors.filter(
    ({ prefix, configuredIn }) =>
      // What is configured is meant for all workspaces, and need not be of use in each.
      configuredIn === undefined && prefix !== EVERY_BLOB && !known.some((url) => url.startsWith(prefix)),
  );
}

/** A rule as a person reads it, without credentials. */
export function describeMirror({ prefix, replacement }: Mirror): string {
  return `${redactUrl(prefix)} -> ${redactUrl(replacement)}`;
}

/** Whether a mirror is addressed by hash, and has the bytes whatever the URL meant. */
export function isByHash({ replacement }: Mirror): boolean {
  return replacement.includes('{sha256}') || isOciUrl(replacement);
}

/** Whether any of `mirrors` may have a blob whose URLs are of no use. */
export function hasMirrorByDigest(mirrors: readonly Mirror[]): boolean {
  return mirrors.some((mirror) => mirror.prefix === EVERY_BLOB && !isWord(mirror));
}

/** The rules for one URL, in order. */
function matching(mirrors: readonly Mirror[], text: string): readonly Mirror[] {
  const url = findUrl(text);
  if (url === undefined) return [];
  const { href } = url;
  // Nobody gets around a block by a user name in the URL, by the dot that a host name may end in, or by an escape that
  // stands for itself (RFC 3986 §6.2.2.2).
  url.pathname = url.pathname.replace(/%(?:2[de]|3\d|[46][1-9a-f]|[57][0-9a]|5f|7e)/gi, (text) =>
    decodeURIComponent(text),
  );
  url.username = '';
  url.password = '';
  url.hostname = url.hostname.replace(/\.$/, '');
  const found = mirrors.filter(
    (mirror) => href.startsWith(mirror.prefix) || (isWord(mirror) && url.href.startsWith(mirror.prefix)),
  );
  const longest = Math.max(
    ...found.map(({ prefix, yieldsToLonger }) => (yieldsToLonger ? prefix.length : 0)),
  );
  return found.filter(({ prefix, yieldsToLonger }) => !yieldsToLonger || prefix.length === longest);
}

function untilBlock(rules: readonly Mirror[]): { rules: readonly Mirror[]; block: Mirror | undefined } {
  const end = rules.findIndex(({ replacement }) => replacement === BLOCK);
  return end === -1 ? { rules, block: undefined } : { rules: rules.slice(0, end), block: rules[end] };
}

function isOrigin({ replacement }: Mirror): boolean {
  return replacement === ORIGIN;
}

function isWord({ replacement }: Mirror): boolean {
  return replacement === ORIGIN || replacement === BLOCK;
}

function rewrite(mirror: Mirror, text: string, digest: Sha256): string {
  const { replacement } = mirror;
  if (isByHash(mirror)) return fill(replacement, digest);
  const rest = (findUrl(text)?.href ?? '').slice(mirror.prefix.length);
  const filled = fill(replacement, digest);
  return (filled.includes('?') ? filled : withSlash(filled)) + rest;
}

function fill(template: string, digest: Sha256): string {
  if (isOciUrl(template)) return ociBlobUrl(template, digest);
  return template.replaceAll('{sha256}', digest).replaceAll('{sha256:2}', digest.slice(0, 2));
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}

function usage(message: string): BlobsError {
  return new BlobsError('BLOBS_USAGE', message, {
    hint: 'for example --mirror https://github.com/=https://mirror.example/',
  });
}
