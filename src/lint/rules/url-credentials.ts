// SPDX-License-Identifier: Apache-2.0
import { findUrl } from '../../core/url.ts';
import type { Finding, Rule } from '../rule.ts';
import { shownUrl, writtenUrls } from '../url/written-urls.ts';

// Names as programs spell them: parts of names would catch "author" and "design".
const SECRET_NAME =
  /^(?:(?:x-amz-|x-goog-)?(?:signature|credential|security-token)|sig|(?:[\w-]+[-_.])?(?:token|secret|password|passwd|pwd|pass|api[-_]?key|apikey|access[-_]?key|auth|jwt)|accesstoken|authtoken|privatetoken|key|sessionid|session|code)$/i;
const SECRET_VALUE =
  /^(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|hf_\w{20,}|AKIA[0-9A-Z]{16}|eyJ[\w-]{10,}\.[\w-]+\..*)$/;

/** A secret that everybody who reads module.yml has. */
export const urlCredentials: Rule = {
  id: 'url-credentials',
  severity: 'error',
  checks: '`url` and `doc-url` hold no user name, password, token or signature',
  why: 'Whoever can read module.yml can use the secret, also after it was removed, since git remembers it. Signed URLs stop working by themselves.',
  mend: 'Withdraw the secret where it was issued, then write a URL that works without. Users who need credentials have netrc.',
  check: (module) => {
    const urls = [
      ...writtenUrls(module),
      ...module.allEntries.map((entry) => ({ entry, at: ['doc-url'], url: entry.value['doc-url'] })),
    ];
    return urls.flatMap(({ entry, at, url }): Finding[] => {
      const what = typeof url === 'string' ? findSecret(url) : undefined;
      if (typeof url !== 'string' || what === undefined) return [];
      return [
        {
          entry,
          at,
          message: `the URL holds ${what}: ${shownUrl(url)}`,
          hint: 'withdraw it where it was issued: git remembers it, even when it is removed here',
        },
      ];
    });
  },
};

/** What kind of secret a URL holds, without the secret. */
function findSecret(text: string): string | undefined {
  const url = findUrl(text);
  if (url === undefined) return hasUserInfo(text) ? 'a user name or a password' : undefined;
  if (url.password !== '') return 'a password';
  if (url.username !== '') return 'a user name';
  if (url.search === '' && url.hash === '') return undefined;
  const fragment = url.hash.includes('=') ? new URLSearchParams(url.hash.slice(1)) : [];
  for (const [name, value] of [...url.searchParams, ...fragment]) {
    const isSecret = SECRET_NAME.test(name) || SECRET_VALUE.test(value);
    // Signing names what it signs with, too; one finding says it all.
    if (isSecret && value !== '') return 'what looks like a token or a signature';
  }
  return undefined;
}

/** Whether what is no URL has an "@" where the user and the password would stand before one. */
function hasUserInfo(text: string): boolean {
  const slashes = text.search(/:[/\\]{2}/);
  if (slashes === -1) return false;
  const [authority = ''] = text.slice(slashes + ':xx'.length).split(/[/?#]/, 1);
  return authority.includes('@');
}
