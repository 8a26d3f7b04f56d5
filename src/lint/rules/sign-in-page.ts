// SPDX-License-Identifier: Apache-2.0
import { findUrl, redactUrl } from '../../core/url.ts';
import { HttpStatusError } from '../../fetch/http-status-error.ts';
import { type AskedUrl, askAll } from '../remote-files.ts';
import type { Finding, Rule } from '../rule.ts';
import type { RemoteAnswer } from '../url-probe.ts';
import { findWebAnswer } from '../web-answer.ts';

/** A page instead of a file, or a door. */
export const signInPage: Rule = {
  id: 'sign-in-page',
  severity: 'error',
  otherwise: { warning: 'a refusal by 403' },
  checks: 'each `url` leads to a file, not to a web page, a refusal or a place to sign in',
  why: 'Servers answer "200 OK" with HTML where the file has moved, or wants an account or a licence to be accepted: whoever fetches it gets a wrong checksum.',
  mend: 'Write the address of the file itself, from which it comes without an account. For a licence to be accepted there is "click-through: true".',
  needs: 'online',
  async check(module, tools) {
    const answers = await askAll(module, tools, (probe, files) => probe.ask(files));
    return answers.flatMap(([asked, answer]): Finding[] => {
      const problem = findProblem(asked, answer);
      return problem === undefined ? [] : [{ entry: asked.entry, at: asked.at, ...problem }];
    });
  },
};

const SIGN_IN_HINT = 'write an address from which the file comes without an account';
const PAGE_HINT =
  'write the address of the file itself, and open it in a private window to see what others get';

function findProblem(asked: AskedUrl, answer: RemoteAnswer): Omit<Finding, 'entry' | 'at'> | undefined {
  if (answer.kind === 'skipped') return undefined;
  if (answer.kind === 'failed') {
    const { error } = answer;
    if (!(error instanceof HttpStatusError) || ![401, 403].includes(error.status)) return undefined;
    const { message } = error;
    // A server that knows this program for one may refuse what it gives to a browser.
    return { message, hint: SIGN_IN_HINT, ...(error.status === 403 ? { severity: 'warning' } : {}) };
  }
  const found = findWebAnswer(asked, answer);
  if (found === undefined) return undefined;
  const where = findUrl(asked.url)?.href === answer.url ? '' : ` at ${redactUrl(answer.url)}`;
  const isSignIn = found === 'sign-in-page';
  return {
    message: `the URL leads to a ${isSignIn ? 'sign-in page' : 'web page'} instead of a file${where}`,
    hint: isSignIn ? SIGN_IN_HINT : PAGE_HINT,
  };
}
