// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../core/errors.ts';
import type { Sha256 } from '../core/sha256.ts';
import { findUrl, redactText, redactUrl } from '../core/url.ts';

/** A rule that gives another place for URLs with a prefix, or for every blob. */
export interface Mirror {
  /** A normalised URL that ends in "/", or `sha256` for every blob. */
  readonly prefix: string;
  /** An http, https or file URL; may hold `{sha256}` and `{sha256:2}`. */
  readonly replacement: string;
}

const REPLACEMENT_SCHEMES = ['https:', 'http:', 'file:'];

/**
 * The mirror that `FROM=TO` names, parted at the first "=" before a known scheme.
 *
 * @throws BlobsError `BLOBS_USAGE` for a malformed option.
 */
export function parseMirror(text: string): Mirror {
  const [, from, to] = /^(.+?)=((?:https:|http:|file:|oci:).*)$/s.exec(text) ?? [];
  if (from === undefined || to === undefined) {
    throw usage(`--mirror wants FROM=TO, but got "${redactText(text)}"`);
  }
  if (to.startsWith('oci:')) throw usage('--mirror: OCI registries are not supported by this version');
  const template = findUrl(to.replaceAll(/\{sha256(?::2)?\}/g, '0'));
  if (template === undefined || !REPLACEMENT_SCHEMES.includes(template.protocol)) {
    throw usage(`--mirror: ${redactUrl(to)} is not an http, https or file URL`);
  }
  if (from === 'sha256') {
    if (!to.includes('{sha256}')) throw usage('--mirror: a replacement for "sha256" must hold {sha256}');
    return { prefix: from, replacement: to };
  }
  const prefix = findUrl(from);
  if (
    prefix === undefined ||
    !/^https?:$/.test(prefix.protocol) ||
    prefix.search !== '' ||
    prefix.hash !== ''
  ) {
    throw usage(`--mirror: ${redactUrl(from)} is neither "sha256" nor the beginning of an http or https URL`);
  }
  return { prefix: withSlash(prefix.href), replacement: to };
}

/**
 * The places where `mirrors` say that a blob may lie, in order: those for every blob first, then the mirrors of
 * each URL in turn.
 */
export function mirrorUrls(mirrors: readonly Mirror[], urls: readonly string[], digest: Sha256): MirrorUrl[] {
  const byHash = mirrors.filter((mirror) => mirror.prefix === 'sha256');
  const byUrl = mirrors.filter((mirror) => mirror.prefix !== 'sha256');
  return [
    ...byHash.map((mirror) => ({ mirror, url: fill(mirror.replacement, digest) })),
    ...urls.flatMap((text) => {
      const url = findUrl(text)?.href;
      if (url === undefined) return [];
      return byUrl
        .filter((mirror) => url.startsWith(mirror.prefix))
        .map((mirror) => ({ mirror, url: rewrite(mirror, url, digest) }));
    }),
  ];
}

/** The mirrors that stand for none of `urls`, perhaps for a slip of the pen. */
export function unusedMirrors(mirrors: readonly Mirror[], urls: readonly string[]): Mirror[] {
  const known = urls.map((url) => findUrl(url)?.href ?? '');
  return mirrors.filter(({ prefix }) => prefix !== 'sha256' && !known.some((url) => url.startsWith(prefix)));
}

/** A URL and the rule that it comes from. */
export interface MirrorUrl {
  readonly mirror: Mirror;
  readonly url: string;
}

function rewrite(mirror: Mirror, url: string, digest: Sha256): string {
  const { replacement } = mirror;
  if (replacement.includes('{sha256}')) return fill(replacement, digest);
  const rest = url.slice(mirror.prefix.length);
  const filled = fill(replacement, digest);
  return (filled.includes('?') ? filled : withSlash(filled)) + rest;
}

function fill(template: string, digest: Sha256): string {
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
