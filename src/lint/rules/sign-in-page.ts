// SPDX-License-Identifier: Apache-2.0
import { findUrl, redactUrl } from '../../core/url.ts';
import { HttpStatusError } from '../../fetch/http-status-error.ts';
import { type AskedUrl, askAll } from '../remote-files.ts';
import type { Finding, Rule } from '../rule.ts';
import type { RemoteAnswer } from '../url-probe.ts';

/** A page instead of a file, or a door. */
export const signInPage: Rule = {
  id: 'sign-in-page',
  severity: 'error',
  checks: 'each `url` leads to a file without signing in, not to a web page',
  why: 'Vendors put files behind an account or a licence page, which answers "200 OK" with HTML: everybody but those who are signed in gets a wrong checksum.',
  mend: 'Write an address from which the file comes without an account. For a licence to be accepted there is "click-through: true".',
  needs: 'online',
  async check(module, tools) {
    const answers = await askAll(module, tools, (probe, files) => probe.ask(files));
    return answers.flatMap(([asked, answer]): Finding[] => {
      const problem = findProblem(asked, answer);
      return problem === undefined ? [] : [{ entry: asked.entry, at: asked.at, ...problem }];
    });
  },
};

const HINT = 'write an address from which the file comes without an account';

function findProblem(asked: AskedUrl, answer: RemoteAnswer): Omit<Finding, 'entry' | 'at'> | undefined {
  if (answer.kind === 'skipped') return undefined;
  if (answer.kind === 'failed') {
    const { error } = answer;
    if (!(error instanceof HttpStatusError) || ![401, 403].includes(error.status)) return undefined;
    const { message } = error;
    // A server that knows this program for one may refuse what it gives to a browser.
    return { message, hint: HINT, ...(error.status === 403 ? { severity: 'warning' } : {}) };
  }
  const { isPage, url } = answer;
  const isMeant = /\.x?html?$/i.test(asked.entry.blob.path);
  if (isMeant || (!isPage && !leadsToSignIn(asked.url, url))) return undefined;
  const where = findUrl(asked.url)?.href === url ? '' : ` at ${redactUrl(url)}`;
  const what = leadsToSignIn(asked.url, url) ? 'a sign-in page' : 'a web page';
  return { message: `the URL leads to ${what} instead of a file${where}`, hint: HINT };
}

const SIGN_IN = /(?:^|[/._-])(?:log-?in|sign-?in|sso|saml2?|oauth2?|auth|authorize|adfs)(?:[/._-]|$)/i;

/** Whether redirects ended where people sign in. Only the last part of a path tells: files may lie below such names. */
function leadsToSignIn(from: string, to: string): boolean {
  const url = findUrl(to);
  if (url === undefined || findUrl(from)?.href === url.href) return false;
  const isFile = /\.(?:a|bin|elf|hex|o|img|fw|zip|gz|tgz|xz|bz2|ucode|clm_blob|txt)$/i.test(url.pathname);
  if (isFile) return false;
  return SIGN_IN.test(url.pathname) || /^(?:login|signin|accounts|sso|auth|idp)\./.test(url.hostname);
}
