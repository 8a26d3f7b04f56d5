// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { type Credentials, findAuthorization, findToken } from '../../../src/fetch/credentials.ts';
import { parseNetrc } from '../../../src/fetch/netrc.ts';

const NETRC = parseNetrc(
  'machine h.example login me password s machine 127.0.0.1 password l machine ::1 password l machine localhost password l',
);
const CREDENTIALS: Credentials = { netrc: () => ({ logins: NETRC }), githubToken: 'ghp_x' };

function basic(pair: string): string {
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

function valueFor(url: string, isProxied = false): string | undefined {
  return findAuthorization({ url: new URL(url), isProxied }, CREDENTIALS)?.value;
}

describe('credentials of netrc', () => {
  it.each([
    ['https://h.example/x', basic('me:s')],
    ['https://H.EXAMPLE:8443/x', basic('me:s')],
    ['http://h.example/x', undefined],
    ['https://sub.h.example/', undefined],
    ['https://h.example.evil.invalid/', undefined],
    ['https://example/', undefined],
    ['http://127.0.0.1:8000/', basic(':l')],
    ['http://[::1]/', basic(':l')],
    ['http://localhost/', basic(':l')],
    ['https://you:t@h.example/', basic('you:t')],
    ['http://you:t@h.example/', basic('you:t')],
  ])('for %s are %s', (url, expected) => {
    expect(valueFor(url)).toBe(expected);
  });

  it('are kept from a proxy that would read them', () => {
    expect(valueFor('http://127.0.0.1/', true)).toBeUndefined();
    expect(valueFor('https://h.example/', true)).toBe(basic('me:s'));
  });

  it('are not looked for over plain http, nor where the URL has its own', () => {
    const netrc = (): never => {
      throw new Error('was read');
    };
    const ask = (url: string): unknown =>
      findAuthorization({ url: new URL(url), isProxied: false }, { ...CREDENTIALS, netrc });
    expect(ask('http://h.example/')).toBeUndefined();
    expect(ask('https://a:b@h.example/')).toMatchObject({ from: 'the URL' });
    expect(() => ask('https://h.example/')).toThrow('was read');
  });
});

describe('GITHUB_TOKEN', () => {
  it.each<[string, number, boolean]>([
    ['https://github.com/o/r/releases/download/v1/x', 404, true],
    ['https://raw.githubusercontent.com/o/r/main/x', 401, true],
    ['https://api.github.com/x', 403, true],
    ['https://github.com/x', 200, false],
    ['https://github.com/x', 302, false],
    ['https://github.com/x', 429, false],
    ['https://github.com/x', 410, false],
    ['http://github.com/x', 404, false],
    ['https://github.com:8443/x', 404, false],
    ['https://gist.github.com/x', 404, false],
    ['https://objects.githubusercontent.com/x', 403, false],
    ['https://github.com.evil.invalid/x', 404, false],
    ['https://evilgithub.com/x', 404, false],
  ])('for %s after %i: %s', (url, status, expected) => {
    const found = findToken(new URL(url), status, CREDENTIALS);
    expect(found).toEqual(expected ? { value: 'Bearer ghp_x', from: 'GITHUB_TOKEN' } : undefined);
  });

  it('loses the line break that a file gave it, and counts as unset when empty', () => {
    const ask = (githubToken: string | undefined): unknown =>
      findToken(new URL('https://github.com/'), 404, { ...CREDENTIALS, githubToken });
    expect(ask('ghp_x\n')).toMatchObject({ value: 'Bearer ghp_x' });
    expect(ask(' ')).toBeUndefined();
    expect(ask(undefined)).toBeUndefined();
    expect(() => ask('ghp\r\nX-Evil: 1')).toThrow(/^GITHUB_TOKEN holds (?!.*Evil)/);
  });
});
