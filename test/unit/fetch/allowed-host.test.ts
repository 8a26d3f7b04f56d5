// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { BlobsError } from '../../../src/core/errors.ts';
import { isListedHost, parseAllowHost } from '../../../src/fetch/allowed-host.ts';

describe('a host to allow', () => {
  it.each([
    ['files.example', { host: 'files.example' }],
    ['FILES.Example.', { host: 'files.example' }],
    ['files.example:8443', { host: 'files.example', port: 8443 }],
    ['files.example:80', { host: 'files.example', port: 80 }],
    ['files.example:00443', { host: 'files.example', port: 443 }],
    ['bücher.example', { host: 'xn--bcher-kva.example' }],
    ['localhost', { host: 'localhost' }],
    ['under_score.example', { host: 'under_score.example' }],
    ['10.1.2.3', { host: '10.1.2.3' }],
    ['10.1.2.3:1', { host: '10.1.2.3', port: 1 }],
    ['127.1', { host: '127.0.0.1' }],
    ['[::1]', { host: '::1' }],
    ['[0:0:0:0:0:0:0:1]:65535', { host: '::1', port: 65_535 }],
    ['[::ffff:127.0.0.1]', { host: '::ffff:7f00:1' }],
  ])('%s is read', (text, expected) => {
    expect(parseAllowHost(text)).toEqual(expected);
  });

  it.each([
    '',
    ' ',
    'https://files.example',
    'http://files.example/',
    '//files.example',
    'files.example/',
    'files.example/path',
    'files.example?q',
    'files.example#f',
    'me@files.example',
    'me:secret@files.example',
    '*',
    '*.example',
    '.example',
    'a..example',
    'files.example..',
    '.',
    'files.example:',
    'files.example:0',
    'files.example:65536',
    'files.example:99999',
    'files.example:100000',
    'files.example:-1',
    'files.example:http',
    'files.example:80:80',
    '::1',
    '::1:80',
    '[::1',
    '[::1]80',
    '[::1%25lo]',
    '[fe80::1%lo]',
    '[files.example]',
    '[]',
    '256.0.0.1',
    '10.0.0.0/8',
    'a b.example',
    'a\nb.example',
    'a\\b.example',
    'files%2eexample',
    'xn--a',
    '\u0000',
    'a'.repeat(5000),
  ])('%j is none', (text) => {
    expect(() => parseAllowHost(text)).toThrow(
      expect.objectContaining({ constructor: BlobsError, code: 'BLOBS_USAGE' }),
    );
  });

  it('is not repeated with a password, nor at any length', () => {
    const messageFor = (text: string): string => {
      try {
        parseAllowHost(text);
      } catch (error) {
        return (error as Error).message;
      }
      throw new Error('read');
    };
    expect(messageFor('https://me:hunter2@files.example')).not.toContain('hunter2');
    expect(messageFor(`${'x'.repeat(1_000_000)}/`).length).toBeLessThan(2000);
    expect(messageFor('\u001b[31m')).toContain('\\x1b');
  });
});

describe('a listed host', () => {
  const HOSTS = ['files.example', 'other.example:8443', 'plain.example:80', '[::1]:443', '10.0.0.5'].map(
    parseAllowHost,
  );

  it.each([
    ['https://files.example/x', true],
    ['http://files.example:1234/', true],
    ['https://FILES.EXAMPLE./', true],
    ['https://ﬁles.example/', true],
    ['https://files.example../', false],
    ['https://sub.files.example/', false],
    ['https://files.example.evil.invalid/', false],
    ['https://evil-files.example/', false],
    ['https://example/', false],
    ['https://other.example:8443/', true],
    ['http://other.example:8443/', true],
    ['https://other.example/', false],
    ['https://other.example:8444/', false],
    ['http://plain.example/', true],
    ['https://plain.example:80/', true],
    ['https://plain.example/', false],
    ['https://[::1]/', true],
    ['https://[0::0:1]:443/', true],
    ['http://[::1]/', false],
    ['http://10.0.0.5/', true],
    ['http://10.5/', true],
    ['http://0xa000005/', true],
    ['http://[::ffff:10.0.0.5]/', false],
    ['http://10.0.0.6/', false],
    ['http://files.example@evil.invalid/', false],
    ['http://evil.invalid/files.example', false],
    ['http://evil.invalid#@files.example/', false],
    ['http://evil.invalid\\@files.example/', false],
  ])('%s: %s', (url, expected) => {
    expect(isListedHost(new URL(url), HOSTS)).toBe(expected);
  });

  it('is none where nothing is listed', () => {
    expect(isListedHost(new URL('https://files.example/'), [])).toBe(false);
  });
});
