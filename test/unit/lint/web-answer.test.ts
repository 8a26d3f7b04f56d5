// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { findWebAnswer } from '../../../src/lint/web-answer.ts';
import { readModuleText } from '../../../src/module/read-module.ts';
import { moduleYaml } from '../../support/modules.ts';

/** What came for a blob at `path` if redirects lead to `to`. */
function answerOf(to: string, { path = 'fw', isPage = false } = {}): string | undefined {
  const url = 'https://files.example/fw';
  const text = Buffer.from(moduleYaml({ name: 'hal_x', blobs: [{ path, url }] }));
  const { module } = readModuleText({ directory: '/nowhere', defaultName: 'hal_x' }, 'file', text);
  const [blob] = module.blobs;
  if (blob === undefined) throw new Error('no blob');
  const entry = { index: 0, value: {}, blob };
  return findWebAnswer(
    { entry, url, at: ['url'], file: { url, digest: blob.digest, isLfs: false } },
    { kind: 'found', url: to, isPage },
  );
}

it.each([
  'https://login.example/x',
  'https://signin.example/x',
  'https://accounts.files.example/x',
  'https://sso.example/x',
  'https://auth.example/x',
  'https://idp.example/x',
  'https://files.example/users/sign_in',
  'https://files.example/Login',
  'https://files.example/oauth2/authorize?to=fw.bin',
])('a redirect to %s is one to sign in', (to) => {
  expect(answerOf(to)).toBe('sign-in-page');
});

it.each([
  'https://files.example/fw',
  'https://catalogin.example/x',
  'https://files.login.example/x',
  'https://authors.example/x',
  'https://loginfiles.example/x',
  'https://login.example/releases/fw.bin',
  'https://files.example/authors/x',
  'https://files.example/blogin',
])('a redirect to %s is none', (to) => {
  expect(answerOf(to)).toBeUndefined();
  expect(answerOf(to, { isPage: true })).toBe('web-page');
});

it('of a blob that is HTML by its name, no page is a surprise', () => {
  expect(answerOf('https://login.example/x', { path: 'manual.html', isPage: true })).toBeUndefined();
});
