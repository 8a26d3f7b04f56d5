// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { mirrorHosts } from '../../../src/cli/mirror-hosts.ts';
import { parseMirror } from '../../../src/fetch/mirrors.ts';

test.for([
  ['http://cache.example.com/x/', [{ host: 'cache.example.com', port: 80 }]],
  ['https://cache.example.com./x/', [{ host: 'cache.example.com', port: 443 }]],
  ['https://cache.example.com:80/x/', [{ host: 'cache.example.com', port: 80 }]],
  ['http://[::1]:8080/', [{ host: '::1', port: 8080 }]],
  ['file:///srv/x/', []],
  ['oci://registry.example.com/blobs', []],
] as const)('a mirror at %s is one host with one port: %o', ([replacement, expected]) => {
  expect(mirrorHosts([parseMirror(`https://vendor.example.com/=${replacement}`)])).toEqual(expected);
  expect(mirrorHosts([])).toEqual([]);
});
