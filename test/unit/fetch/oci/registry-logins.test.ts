// SPDX-License-Identifier: Apache-2.0
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { askHelper } from '../../../../src/fetch/oci/credential-helper.ts';
import { RegistryLogins } from '../../../../src/fetch/oci/registry-logins.ts';
import { tempDir } from '../../../support/temp.ts';
import { NEVER } from '../../samples.ts';

const RUN = { signal: NEVER };
const ME = { kind: 'password', user: 'me', password: 'p:w' };

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}

function loginsOf(config: unknown): RegistryLogins {
  const file = join(tempDir(), 'config.json');
  writeFileSync(file, typeof config === 'string' ? config : JSON.stringify(config));
  return new RegistryLogins(file);
}

/** Puts a program `docker-credential-<name>` on the PATH of this process while the test runs. */
function installHelper(name: string, script: string): string {
  const directory = tempDir();
  const file = join(directory, `docker-credential-${name}`);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  vi.stubEnv('PATH', `${directory}${delimiter}${process.env['PATH']}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  return directory;
}

describe('config.json', () => {
  it.each<[string, string, unknown, unknown]>([
    ['the host and port', 'r.invalid:5000', { auths: { 'r.invalid:5000': { auth: encode('me:p:w') } } }, ME],
    ['a URL', 'r.invalid', { auths: { 'https://R.invalid/v1/': { auth: encode('me:p:w') } } }, ME],
    [
      'user name and password',
      'r.invalid',
      { auths: { 'r.invalid': { username: 'me', password: 'p:w' } } },
      ME,
    ],
    [
      'Docker Hub’s old name',
      'docker.io',
      { auths: { 'https://index.docker.io/v1/': { auth: encode('me:p:w') } } },
      ME,
    ],
    [
      'an identity token',
      'r.invalid',
      { auths: { 'r.invalid': { auth: encode('me:'), identitytoken: 'id' } } },
      { kind: 'identity-token', token: 'id' },
    ],
    ['another port', 'r.invalid', { auths: { 'r.invalid:5000': { auth: encode('me:p:w') } } }, undefined],
    ['an empty entry', 'r.invalid', { auths: { 'r.invalid': {} } }, undefined],
    ['no entry', 'r.invalid', {}, undefined],
    ['a list in place of entries', 'r.invalid', { auths: [], credHelpers: [], credsStore: 7 }, undefined],
    ['a name of every object', '__proto__', { auths: {}, credHelpers: {} }, undefined],
  ])('is read by %s', async (_, registry, config, login) => {
    const logins = loginsOf(config);
    expect(await logins.find(registry, RUN)).toEqual(login);
    expect(logins.issues).toEqual([]);
  });

  it('need not be there', async () => {
    const logins = new RegistryLogins(join(tempDir(), 'none', 'config.json'));
    expect(await logins.find('r.invalid', RUN)).toBeUndefined();
    expect(logins.issues).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['no JSON', 'hello'],
    ['no object', '[]'],
    ['deep', `${'['.repeat(100_000)}`],
    ['large', ' '.repeat(1024 * 1024 + 1)],
    ['an entry without a colon', { auths: { 'r.invalid': { auth: encode('me') } } }],
    ['an entry that is no base64', { auths: { 'r.invalid': { auth: '{}' } } }],
    ['a helper’s name with a slash', { credsStore: '../../bin/sh' }],
    ['a helper’s name with a command', { credHelpers: { 'r.invalid': 'x; touch y' } }],
    ['a helper that is not there', { credsStore: 'that-nobody-has' }],
  ])('that is wrong is a warning, once: %s', async (_, config) => {
    const logins = loginsOf(config);
    expect(await logins.find('r.invalid', RUN)).toBeUndefined();
    expect(await logins.find('r.invalid', RUN)).toBeUndefined();
    expect(logins.issues).toMatchObject([{ severity: 'warning', code: 'BLOBS_BAD_CONFIG' }]);
  });

  it('that is a directory is a warning', async () => {
    const file = join(tempDir(), 'config.json');
    mkdirSync(file);
    const logins = new RegistryLogins(file);
    expect(await logins.find('r.invalid', RUN)).toBeUndefined();
    expect(logins.issues).toHaveLength(1);
  });
});

describe.skipIf(process.platform === 'win32')('a credential helper', () => {
  it('is asked for its registry before the store, and the store before the file', async () => {
    installHelper('one', 'read -r server; printf \'{"Username":"%s","Secret":"one"}\' "$server"');
    installHelper('all', 'read -r server; printf \'{"Username":"<token>","Secret":"all"}\'');
    const logins = loginsOf({
      credHelpers: { 'a.invalid:5000': 'one' },
      credsStore: 'all',
      auths: { 'a.invalid:5000': { auth: encode('me:p') }, 'b.invalid': { auth: encode('me:p') } },
    });
    expect(await logins.find('a.invalid:5000', RUN)).toEqual({
      kind: 'password',
      user: 'a.invalid:5000',
      password: 'one',
    });
    expect(await logins.find('b.invalid', RUN)).toEqual({ kind: 'identity-token', token: 'all' });
    expect(logins.issues).toEqual([]);
  });

  it('that knows nothing leaves the file to be asked', async () => {
    installHelper('none', 'echo "credentials not found in native keychain"; exit 1');
    const logins = loginsOf({ credsStore: 'none', auths: { 'r.invalid': { auth: encode('me:p:w') } } });
    expect(await logins.find('r.invalid', RUN)).toEqual(ME);
  });

  it.each([
    ['fails', 'echo s3cret; exit 3', 'failed (exit code 3)'],
    ['answers no JSON', 'echo s3cret', 'answered something else'],
    ['answers without end', 'yes s3cret', 'more than 65536 bytes'],
    ['never ends', 'sleep 100', 'took longer than'],
  ])('that %s is told of without what it said', async (_, script, problem) => {
    installHelper('bad', script);
    const error = await askHelper('bad', 'r.invalid', { ...RUN, timeoutMs: 2000 }).catch(
      (thrown: unknown) => thrown,
    );
    expect(String(error)).toContain(problem);
    expect(String(error)).not.toContain('s3cret');
  });

  it('ends with the run', async () => {
    installHelper('slow', 'sleep 100');
    const controller = new AbortController();
    const asked = askHelper('slow', 'r.invalid', { signal: controller.signal });
    controller.abort(new Error('stopped'));
    await expect(asked).rejects.toThrow('stopped');
  });
});
