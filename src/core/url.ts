// SPDX-License-Identifier: Apache-2.0
import { escapeControls } from './text.ts';

const SECRET_NAME =
  /token|secret|signature|sig$|password|passwd|credential|auth|api[-_]?key|^key$|^code$|session/i;
// What no version, path or file name looks like: a long run of random letters and digits.
const SECRET_VALUE = /^(?=.*\d)(?=.*[A-Za-z])[\w.~+/=-]{32,}$/;
const REDACTED = 'REDACTED';

/** The URL that `text` spells, if it is absolute and well-formed (WHATWG URL). */
export function findUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** `text` fit to be shown: no user name, no password, no query value that looks like a token, no control character. */
export function redactUrl(text: string): string {
  const url = findUrl(text);
  if (url === undefined) return redactMalformed(text);
  const search = redactSearch(url.search);
  // What holds no secret is shown as it was spelt.
  if (url.username === '' && url.password === '' && url.search === search) return escapeControls(text);
  url.username = '';
  url.password = '';
  url.search = search;
  return escapeControls(url.href);
}

/** As much as can be told apart in what is no URL: everything up to the last "@" may be credentials. */
function redactMalformed(text: string): string {
  const [, head = '', search = ''] = /^([^?]*)(\?.*)?$/s.exec(text) ?? [];
  return escapeControls(head.replace(/\/\/.*@/s, '//') + redactSearch(search));
}

function redactSearch(search: string): string {
  if (search === '') return search;
  const pairs = search.slice(1).split('&');
  return `?${pairs.map(redactPair).join('&')}`;
}

function redactPair(pair: string): string {
  const equals = pair.indexOf('=');
  if (equals === -1) return pair;
  const name = pair.slice(0, equals);
  const isSecret =
    SECRET_NAME.test(safeDecode(name)) || SECRET_VALUE.test(safeDecode(pair.slice(equals + 1)));
  return isSecret ? `${name}=${REDACTED}` : pair;
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
