// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../../../src/cli/environment.ts';
import { BlobsError } from '../../../src/core/errors.ts';
import { findProxy, isExempt } from '../../../src/fetch/proxy.ts';

/** The origin of the proxy that this environment names for a URL. */
function proxyFor(url: string, env: Readonly<Record<string, string>>): string | undefined {
  return findProxy(new URL(url), readEnvironment({ HOME: '/h', ...env }, 'linux').proxies)?.origin;
}

describe('the proxy for a URL', () => {
  it.each<[string, Record<string, string>, string | undefined]>([
    ['http://h/', {}, undefined],
    ['http://h/', { http_proxy: 'http://p:1' }, 'http://p:1'],
    ['http://h/', { HTTP_PROXY: 'http://p:1' }, 'http://p:1'],
    ['http://h/', { HTTP_PROXY: 'http://p:1', http_proxy: 'http://q:2' }, 'http://q:2'],
    ['http://h/', { HTTP_PROXY: 'http://p:1', http_proxy: '' }, 'http://p:1'],
    ['http://h/', { HTTP_PROXY: 'http://p:1', REQUEST_METHOD: 'GET' }, undefined],
    ['http://h/', { http_proxy: 'http://p:1', REQUEST_METHOD: 'GET' }, 'http://p:1'],
    ['http://h/', { HTTPS_PROXY: 'http://p:1' }, undefined],
    ['https://h/', { HTTPS_PROXY: 'http://p:1' }, 'http://p:1'],
    ['https://h/', { HTTPS_PROXY: 'http://p:1', https_proxy: 'http://q:2' }, 'http://q:2'],
    ['https://h/', { HTTP_PROXY: 'http://p:1', http_proxy: 'http://p:1' }, undefined],
    ['https://h/', { ALL_PROXY: 'http://p:1' }, 'http://p:1'],
    ['http://h/', { all_proxy: 'http://q:2', ALL_PROXY: 'http://p:1' }, 'http://q:2'],
    ['https://h/', { ALL_PROXY: 'http://p:1', HTTPS_PROXY: 'http://q:2' }, 'http://q:2'],
    ['https://h/', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'h' }, undefined],
    ['https://h/', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'h', no_proxy: 'x' }, 'http://p:1'],
  ])('%s under %j is %s', (url, env, expected) => {
    expect(proxyFor(url, env)).toBe(expected);
  });

  it.each([
    ['p', 'http://p:1080'],
    ['p:3128', 'http://p:3128'],
    ['http://p', 'http://p:1080'],
    ['http://p:80/', 'http://p:80'],
    ['https://p', 'https://p:443'],
    ['HTTP://P:8080/ignored?as#curl', 'http://p:8080'],
    ['http://[::1]:3128', 'http://[::1]:3128'],
    ['http://[::1]', 'http://[::1]:1080'],
    [' http://user:3128@p ', 'http://p:1080'],
    ['user:secret@p:3128', 'http://p:3128'],
  ])('written as %j is %s, with the ports of curl', (value, expected) => {
    expect(proxyFor('http://h/', { http_proxy: value })).toBe(expected);
  });

  it.each(['http://', 'http://p:99999', 'http://user:hunter2@p p', 'socks5://u:hunter2@p', ':hunter2@/'])(
    'written as %j is refused, and the value is not shown',
    (value) => {
      const find = (): unknown => proxyFor('https://h/', { HTTPS_PROXY: value });
      expect(find).toThrow(BlobsError);
      expect(find).toThrow(/^HTTPS_PROXY (?!.*hunter2)/);
    },
  );
});

describe('NO_PROXY', () => {
  it.each<[string, string, boolean]>([
    ['', 'http://a.b/', false],
    ['*', 'http://a.b/', true],
    [' * ', 'http://1.2.3.4/', true],
    ['a.b', 'http://a.b/', true],
    ['A.B', 'http://a.b/', true],
    ['a.b', 'http://x.a.b/', true],
    ['.a.b', 'http://a.b/', true],
    ['*.a.b', 'http://x.a.b/', true],
    ['a.b.', 'http://a.b/', true],
    ['a.b', 'http://a.b./', true],
    ['a.b', 'http://xa.b/', false],
    ['a.b', 'http://a.b.c/', false],
    ['.', 'http://a.b/', false],
    ['x, a.b', 'http://a.b/', true],
    ['x a.b', 'http://a.b/', true],
    ['a.b:80', 'http://a.b/', true],
    ['a.b:443', 'https://a.b/', true],
    ['a.b:8080', 'http://a.b/', false],
    ['a.b:8080', 'http://x.a.b:8080/', true],
    ['127.0.0.1', 'http://127.0.0.1:8000/', true],
    ['127.0.0.1:1', 'http://127.0.0.1:8000/', false],
    ['0.0.1', 'http://127.0.0.1/', false],
    ['127.0.0.0/8', 'http://127.1.2.3/', true],
    ['127.0.0.0/33', 'http://127.1.2.3/', false],
    ['127.0.0.0/x', 'http://127.1.2.3/', false],
    ['::1', 'http://[::1]/', true],
    ['[::1]', 'http://[::1]/', true],
    ['[::1]:80', 'http://[::1]/', true],
    ['[::1]:81', 'http://[::1]/', false],
    ['0:0:0:0:0:0:0:1', 'http://[::1]/', true],
    ['fd00::/8', 'http://[fd12::1]/', true],
    ['fd00::/8', 'http://10.0.0.1/', false],
    ['[', 'http://a.b/', false],
  ])('%j and %s: %s', (noProxy, url, expected) => {
    expect(isExempt(new URL(url), noProxy)).toBe(expected);
  });
});
