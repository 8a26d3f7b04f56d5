// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { findUrl, redactUrl } from '../../../src/core/url.ts';

describe('redactUrl', () => {
  it.each([
    'https://a.invalid/fw.bin',
    'https://a.invalid/fw.bin?raw=true&version=1.2.3&path=lib%2Ffw.bin#part',
    'HTTPS://A.invalid:443/./x',
    'file:///mirror/fw.bin',
    'https://a.invalid/a@b',
    'https://a.invalid/?novalue&empty=',
    'not a URL',
  ])('shows what holds no secret as it was spelt: %s', (text) => {
    expect(redactUrl(text)).toBe(text);
  });

  it.each([
    ['https://user:hunter2@a.invalid/x', 'https://a.invalid/x'],
    ['https://hunter2@a.invalid/x', 'https://a.invalid/x'],
    ['https://:hunter2@a.invalid/x', 'https://a.invalid/x'],
    ['https://us%40er:p%3Ahunter2@a.invalid/x', 'https://a.invalid/x'],
    ['oci://user:hunter2@a.invalid/x', 'oci://a.invalid/x'],
    ['file://user:hunter2@host/x', undefined],
    ['https://user:hunter2@a.invalid:99999/x', undefined],
    ['https://user:hunter2@', undefined],
    ['https://user:hun/hunter2@a.invalid/x', undefined],
    ['//user:hunter2@a.invalid/x', undefined],
    ['https://user:pa?hunter2@a.invalid/x?y=1', undefined],
    ['https:\\\\user:hunter2@a.invalid:99999/x', undefined],
    ['https://a.invalid/?hunter2A'.padEnd(60, 'b7'), undefined],
  ])('shows no credentials: %s', (text, expected) => {
    const shown = redactUrl(text);
    expect(shown).not.toContain('hunter2');
    if (expected !== undefined) expect(shown).toBe(expected);
  });

  it.each([
    'token',
    'access_token',
    'private-token',
    'PRIVATE_TOKEN',
    'X-Amz-Signature',
    'X-Amz-Credential',
    'X-Amz-Security-Token',
    'X-Goog-Signature',
    'sig',
    'Signature',
    'api_key',
    'apikey',
    'api-key',
    'key',
    'code',
    'password',
    'client_secret',
    'sessionid',
    'auth',
    '%74oken',
  ])('shows no value of %s', (name) => {
    expect(redactUrl(`https://a.invalid/x?a=1&${name}=hunter2&b=2`)).toBe(
      `https://a.invalid/x?a=1&${name}=REDACTED&b=2`,
    );
  });

  it('shows no long run of letters and digits, whatever its name', () => {
    const random = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln';
    expect(redactUrl(`https://a.invalid/?x=${random}`)).toBe('https://a.invalid/?x=REDACTED');
  });

  it('shows no secret of a URL that is malformed', () => {
    expect(redactUrl('https://a.invalid:99999/x?token=hunter2')).not.toContain('hunter2');
  });

  it('escapes what controls a terminal', () => {
    expect(redactUrl('https://a.invalid/\u001b[31m\u202e')).toBe('https://a.invalid/\\x1b[31m\\u202e');
    expect(redactUrl('no\u001burl')).toBe('no\\x1burl');
  });

  it('survives a query that cannot be decoded', () => {
    expect(redactUrl('https://a.invalid/?%zz=%zz&token=%zz')).toBe(
      'https://a.invalid/?%zz=%zz&token=REDACTED',
    );
  });
});

describe('findUrl', () => {
  it('finds absolute URLs alone', () => {
    expect(findUrl('HTTPS://A.invalid')?.href).toBe('https://a.invalid/');
    expect(findUrl('/x')).toBeUndefined();
    expect(findUrl('')).toBeUndefined();
  });
});
