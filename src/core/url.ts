// SPDX-License-Identifier: Apache-2.0
import { escapeControls } from './text.ts';

const SECRET_NAME = /token|secret|sig|pass|pwd|^pw$|jwt|bearer|cred|auth|key|^code$|session/i;
// What no version, path or file name looks like: a long run of random letters and digits.
const SECRET_VALUE = /^(?=.*\d)(?=.*[A-Za-z])[\w.~+/=-]{32,}$/;
const REDACTED = 'REDACTED';

/** The URL that `text` spells, if it is absolute and well-formed (WHATWG URL). */
export function findUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

/**
 * `text` fit to be shown: no user name, no password, no value in query or fragment that looks like a token, no
 * control character. What holds no secret is shown as it was spelt.
 */
export function redactUrl(text: string): string {
  const url = findUrl(text);
  if (url === undefined) return redactMalformed(text);
  const search = redactPairs(url.search);
  const hash = redactPairs(url.hash);
  if (url.username === '' && url.password === '' && url.search === search && url.hash === hash) {
    return escapeControls(text);
  }
  url.username = '';
  url.password = '';
  url.search = search;
  url.hash = hash;
  return escapeControls(url.href);
}

/** `text` without the credentials of the URLs in it. For messages that quote what a file or a user wrote. */
export function redactText(text: string): string {
  return text.replace(/:\/\/[^\s/?#"'<>@]*@/g, '://');
}

/** A line of a file, with every http or https URL in it as {@link redactUrl} shows it. */
export function redactLine(text: string): string {
  // Without a colon there is no URL: most of what is looked at.
  if (!text.includes(':')) return text;
  return redactText(text.replace(/https?:[^\s"'<>]+/gi, (url) => redactUrl(url)));
}

/** `text` with each of its lines as {@link redactLine} shows it. */
export function redactLines(text: string): string {
  return text.split('\n').map(redactLine).join('\n');
}

/** As much as can be told apart in what is no URL: everything up to the last "@" may be credentials. */
function redactMalformed(text: string): string {
  // A password may hold a question mark that was not escaped.
  const question = text.indexOf('?', text.lastIndexOf('@') + 1);
  const head = question === -1 ? text : text.slice(0, question);
  const search = question === -1 ? '' : text.slice(question);
  // Browsers take backslashes for slashes.
  const slashes = head.search(/[/\\]{2}/);
  const at = head.lastIndexOf('@');
  const shown = slashes === -1 || at < slashes ? head : head.slice(0, slashes + 2) + head.slice(at + 1);
  return escapeControls(shown + redactPairs(search));
}

/** Redacts `?a=b&c=d` or `#a=b`; pairs may be parted by ";" too. */
function redactPairs(text: string): string {
  return text
    .split(/([?#&;])/)
    .map((part) => {
      const equals = part.indexOf('=');
      if (equals === -1) return SECRET_VALUE.test(safeDecode(part)) ? REDACTED : part;
      const name = part.slice(0, equals);
      const isSecret =
        SECRET_NAME.test(safeDecode(name)) || SECRET_VALUE.test(safeDecode(part.slice(equals + 1)));
      return isSecret ? `${name}=${REDACTED}` : part;
    })
    .join('');
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
