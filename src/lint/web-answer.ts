// SPDX-License-Identifier: Apache-2.0
import { findUrl } from '../core/url.ts';
import type { AskedUrl } from './remote-files.ts';
import type { RemoteAnswer } from './url-probe.ts';

/** What came instead of a file: a place where people sign in, or any other page. */
export type WebAnswer = 'sign-in-page' | 'web-page';

/** Whether a page came although a file was asked for; of a blob that is HTML by its name, none does. */
export function findWebAnswer(asked: AskedUrl, answer: RemoteAnswer): WebAnswer | undefined {
  if (answer.kind !== 'found' || /\.x?html?$/i.test(asked.entry.blob.path)) return undefined;
  if (leadsToSignIn(asked.url, answer.url)) return 'sign-in-page';
  return answer.isPage ? 'web-page' : undefined;
}

const SIGN_IN = /(?:^|[/._-])(?:log[_-]?in|sign[_-]?in|sso|saml2?|oauth2?|auth|authorize|adfs)(?:[/._-]|$)/i;

/** Whether redirects ended where people sign in. Only the last part of a path tells: files may lie below such names. */
function leadsToSignIn(from: string, to: string): boolean {
  const url = findUrl(to);
  if (url === undefined || findUrl(from)?.href === url.href) return false;
  const isFile = /\.(?:a|bin|elf|hex|o|img|fw|zip|gz|tgz|xz|bz2|ucode|clm_blob|txt)$/i.test(url.pathname);
  if (isFile) return false;
  return SIGN_IN.test(url.pathname) || /^(?:login|signin|accounts|sso|auth|idp)\./.test(url.hostname);
}
