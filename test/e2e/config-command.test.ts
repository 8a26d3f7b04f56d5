// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeModule, makeWorkspace } from '../support/modules.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';
import { schemaErrors } from '../support/schema.ts';
import { tempDir, testHome } from '../support/temp.ts';

interface Row {
  readonly name: string;
  readonly value: unknown;
  readonly origin: Readonly<Record<string, unknown>>;
}

function settings(result: CliResult): Map<string, Omit<Row, 'name'>> {
  const document = result.json() as unknown as { settings: readonly Row[] };
  expect(schemaErrors('config', document)).toEqual([]);
  return new Map(document.settings.map(({ name, ...rest }) => [name, rest]));
}

/** A workspace whose section `[blobs]` has these lines, from line 4 on. */
function makeConfigured(...lines: string[]): { readonly topdir: string; readonly file: string } {
  const topdir = tempDir();
  makeWorkspace(topdir, [{ name: 'hal_x' }, { name: 'zephyr', path: 'zephyr' }]);
  const file = join(topdir, '.west', 'config');
  writeFileSync(file, `[manifest]\npath = manifest\n[blobs]\n${lines.join('\n')}\n`);
  return { topdir, file };
}

describe('config', () => {
  test('works outside of a workspace, and names the defaults', async () => {
    const found = settings(await runCli(['config', '--json'], { cwd: tempDir() }));
    const fallback = { origin: { from: 'default' } };
    expect(found.get('jobs')).toEqual({ value: 16, ...fallback });
    expect(found.get('offline')).toEqual({ value: false, ...fallback });
    expect(found.get('store')).toEqual({ value: join(testHome(), '.cache', 'zephyr-blobs'), ...fallback });
    for (const name of ['workspace', 'manifest', 'zephyr-base', 'modules-from', 'auto-cache'])
      expect(found.get(name)).toEqual({ value: null, ...fallback });
    expect(found.get('west-config')?.value).toEqual([]);
  });

  test('names option, environment variable, or file and line', async () => {
    const { topdir, file } = makeConfigured(
      'jobs = 3',
      'store = off',
      'cache-dirs = /a;~/b',
      'auto-cache = c',
    );
    const env = {
      BLOBS_JOBS: '7',
      BLOBS_OFFLINE: 'yes',
      BLOBS_MIRRORS: '{"https://a.invalid": ["https://u:hunter2@m.invalid/x", "block"]}',
      XDG_STATE_HOME: '/state',
      ZEPHYR_BASE: '/zb',
    };
    const found = settings(await runCli(['config', '--json'], { cwd: topdir, env }));
    const west = (name: string, line: number) => ({ from: 'west', name, file, line });
    expect(Object.fromEntries(found)).toEqual({
      'west-config': { value: [file], origin: { from: 'found', name: 'files of west' } },
      directory: { value: topdir, origin: { from: 'default' } },
      'modules-from': { value: ['workspace'], origin: { from: 'found', name: 'the workspace' } },
      workspace: { value: topdir, origin: { from: 'found', name: 'the directory' } },
      manifest: { value: join(topdir, 'manifest', 'west.yml'), origin: west('manifest.path', 2) },
      'zephyr-base': { value: '/zb', origin: { from: 'environment', name: 'ZEPHYR_BASE' } },
      jobs: { value: 7, origin: { from: 'environment', name: 'BLOBS_JOBS' } },
      offline: { value: true, origin: { from: 'environment', name: 'BLOBS_OFFLINE' } },
      mirrors: {
        value: ['https://a.invalid/ -> https://m.invalid/x', 'https://a.invalid/ -> block'],
        origin: { from: 'environment', name: 'BLOBS_MIRRORS' },
      },
      store: { value: null, origin: west('blobs.store', 5) },
      'cache-dirs': { value: ['/a', join(testHome(), 'b')], origin: west('blobs.cache-dirs', 6) },
      'auto-cache': { value: join(topdir, 'c'), origin: west('blobs.auto-cache', 7) },
      licenses: {
        value: '/state/zephyr-blobs/licenses.json',
        origin: { from: 'environment', name: 'XDG_STATE_HOME' },
      },
      'http-proxy': { value: null, origin: { from: 'default' } },
      'https-proxy': { value: null, origin: { from: 'default' } },
      'no-proxy': { value: null, origin: { from: 'default' } },
      'ca-certs': { value: null, origin: { from: 'default' } },
      netrc: { value: null, origin: { from: 'default' } },
      docker: { value: null, origin: { from: 'default' } },
      'github-token': { value: null, origin: { from: 'default' } },
    });
    const args = ['config', '--json', '-z', 'zb', '-C', topdir, '-m', 'modules/hal_x'];
    const given = settings(await runCli(args));
    expect(given.get('zephyr-base')).toEqual({
      value: join(topdir, 'zb'),
      origin: { from: 'option', name: '--zephyr-base' },
    });
    expect(given.get('directory')).toEqual({
      value: topdir,
      origin: { from: 'option', name: '--directory' },
    });
    expect(given.get('modules-from')).toEqual({
      value: [join(topdir, 'modules', 'hal_x')],
      origin: { from: 'option', name: '--module-dir' },
    });
  });

  test('shows what is set for the network, without secrets', async () => {
    const netrc = join(tempDir(), 'netrc');
    writeFileSync(netrc, 'machine a.invalid login u password hunter2\n');
    const env = {
      http_proxy: 'user:hunter2@proxy.invalid:3128',
      HTTPS_PROXY: 'http://user:hun/ter2@proxy.invalid:3129',
      NO_PROXY: 'localhost,.invalid',
      NODE_EXTRA_CA_CERTS: '/ca.pem',
      NETRC: netrc,
      GITHUB_TOKEN: 'hunter2',
    };
    const found = await runCli(['config', '--json'], { env });
    const shown = settings(found);
    const from = (name: string) => ({ from: 'environment', name });
    expect(shown.get('http-proxy')).toEqual({
      value: 'http://proxy.invalid:3128',
      origin: from('http_proxy'),
    });
    expect(shown.get('https-proxy')).toEqual({
      value: 'http://proxy.invalid:3129',
      origin: from('HTTPS_PROXY'),
    });
    expect(shown.get('no-proxy')).toEqual({ value: 'localhost,.invalid', origin: from('NO_PROXY') });
    expect(shown.get('ca-certs')).toEqual({ value: '/ca.pem', origin: from('NODE_EXTRA_CA_CERTS') });
    expect(shown.get('netrc')).toEqual({ value: netrc, origin: from('NETRC') });
    expect(shown.get('github-token')).toEqual({ value: 'set', origin: from('GITHUB_TOKEN') });
    for (const { stdout } of [found, await runCli(['config'], { env })])
      expect(stdout).not.toMatch(/hun|ter2|user/);

    const gone = await runCli(['config', '--json'], { env: { NETRC: '/nowhere/netrc' } });
    expect(settings(gone).get('netrc')).toEqual({ value: null, origin: from('NETRC') });
  });

  test('names the file with credentials for registries', async () => {
    const directory = tempDir();
    writeFileSync(join(directory, 'config.json'), '{"auths": {"a.invalid": {"auth": "hunter2"}}}');
    const result = await runCli(['config', '--json'], { env: { DOCKER_CONFIG: directory } });
    const origin = { from: 'environment', name: 'DOCKER_CONFIG' };
    expect(settings(result).get('docker')).toEqual({ value: join(directory, 'config.json'), origin });
    expect(result.stdout).not.toContain('hunter2');
  });

  test('reads the netrc file in the home directory', async () => {
    const home = tempDir();
    writeFileSync(join(home, '.netrc'), '');
    const found = settings(await runCli(['config', '--json'], { home, cwd: home }));
    expect(found.get('netrc')).toEqual({ value: join(home, '.netrc'), origin: { from: 'default' } });
  });

  test('finds the Zephyr repository as the other commands do', async () => {
    const { topdir, file } = makeConfigured();
    const found = async () =>
      settings(await runCli(['config', '--json'], { cwd: topdir })).get('zephyr-base');
    expect(await found()).toEqual({
      value: join(topdir, 'zephyr'),
      origin: { from: 'found', name: 'the manifest' },
    });
    writeFileSync(file, `${readFileSync(file, 'utf8')}[zephyr]\nbase = elsewhere\n`);
    expect(await found()).toMatchObject({
      value: join(topdir, 'elsewhere'),
      origin: { name: 'zephyr.base' },
    });
  });

  test.each<[string, Record<string, string>, string[], string]>([
    ['ZEPHYR_MODULES', { ZEPHYR_MODULES: 'm' }, ['m'], 'ZEPHYR_MODULES'],
    ['EXTRA_ZEPHYR_MODULES', { EXTRA_ZEPHYR_MODULES: 'm' }, ['m'], 'EXTRA_ZEPHYR_MODULES'],
    ['the directory', {}, ['.'], 'the directory'],
  ])('says that modules come from %s', async (_way, env, value, name) => {
    const cwd = tempDir();
    if (name === 'the directory') makeModule(cwd);
    const found = settings(await runCli(['config', '--json'], { cwd, env }));
    expect(found.get('modules-from')).toMatchObject({
      value: value.map((one) => join(cwd, one)),
      origin: { name },
    });
  });

  test('shows the others where a value cannot be understood, then exits with 2', async () => {
    const { topdir, file } = makeConfigured('offline = maybe', 'jobs = 3', 'auto-cache = %(no');
    const env = { BLOBS_STORE: '/s\u001b[31m' };
    const result = await runCli(['config'], { cwd: topdir, env });
    expect(result.code).toBe(2);
    expect(result.stdout).toContain(`jobs          3  (blobs.jobs in ${file}:5)\n`);
    expect(result.stdout).toContain('store         /s\\x1b[31m  (environment variable BLOBS_STORE)\n');
    expect(result.stdout).not.toMatch(/^(?:offline|auto-cache)/m);
    expect(result.stderr).toContain(`blobs.offline in ${file} must be true or false, but is "maybe"`);
    expect(result.stderr).toContain('blobs.auto-cache');
    expect(result.stderr).toContain('2 errors');
  });

  test('shows the others where a file of west is broken, and where the manifest is', async () => {
    const { topdir, file } = makeConfigured();
    writeFileSync(join(topdir, 'manifest', 'west.yml'), 'manifest: [\n');
    const warned = await runCli(['config'], { cwd: topdir });
    expect(warned.code).toBe(0);
    expect(warned.stderr).toContain('warning:');
    expect(warned.stdout).toContain(join(topdir, 'manifest', 'west.yml'));
    writeFileSync(file, 'no section\n');
    const result = await runCli(['config'], { cwd: topdir });
    expect(result.code).toBe(2);
    expect(result.stdout).toMatch(/^jobs +16 +\(default\)$/m);
    expect(result.stdout).toContain(`workspace     ${topdir}  (from the directory)`);
  });

  test('shows no secrets, and takes no arguments', async () => {
    const cwd = tempDir();
    mkdirSync(join(cwd, 'x'));
    const env = { BLOBS_JOBS: 'https://user:secret@host/x' };
    for (const options of [[], ['--json']]) {
      const result = await runCli(['config', ...options], { cwd, env });
      expect(result.code).toBe(2);
      expect(result.stdout + result.stderr).not.toContain('secret');
    }
    expect((await runCli(['config', 'hal_x'], { cwd })).code).toBe(2);
  });
});
