// SPDX-License-Identifier: Apache-2.0
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { commitFiles, git } from '../support/commits.ts';
import { makeModule } from '../support/modules.ts';
import { startOciRegistry } from '../support/oci-registry.ts';
import { runCli } from '../support/run-cli.ts';
import { startServe } from '../support/serve.ts';
import { BYTES, DIGEST, moduleWith, PATH, serveBlob } from '../support/store.ts';
import { sha256, tempDir, withDirectory } from '../support/temp.ts';
import { withoutRoot } from '../support/without-root.ts';

async function ask(url: string, init: RequestInit = {}): Promise<[number, string]> {
  const response = await fetch(url, init);
  return [response.status, await response.text()];
}

describe('a server that is offline', () => {
  const OFFLINE = { env: { BLOBS_OFFLINE: '1' } };

  it('gives what is stored and what directories mirror, and asks nobody', async () => {
    const registry = await startOciRegistry();
    const { server, url } = await serveBlob();
    const stored = server.serve('/stored', 'stored');
    const store = tempDir();
    const { directory } = moduleWith([
      { path: PATH, bytes: BYTES, url },
      { path: 'stored', url: stored },
      { path: 'mirrored', url: server.serve('/mirrored', 'mirrored') },
    ]);
    const online = await startServe(['-m', directory, '--store', store]);
    const urlOnly = `/api/v1/fetch?url=${server.serve('/any', 'any')}`;
    expect((await ask(`${online.url}/sha256/${sha256('stored')}`))[0]).toBe(200);
    expect((await ask(online.url + urlOnly))[0]).toBe(200);
    await online.stop();
    const asked = server.requests.length;
    const mirror = tempDir();
    writeFileSync(join(mirror, sha256('mirrored')), 'mirrored');
    const places = ['-m', directory, '--store', store, '--store', registry.reference];
    const own = `sha256=${pathToFileURL(mirror).href}/{sha256}`;
    const served = await startServe([...places, '--mirror', own], OFFLINE);
    expect(await ask(`${served.url}/sha256/${sha256('stored')}`)).toEqual([200, 'stored']);
    expect(await ask(`${served.url}/sha256/${sha256('mirrored')}`)).toEqual([200, 'mirrored']);
    expect(await ask(served.url + urlOnly)).toEqual([200, 'any']);
    const refused = expect.stringContaining('"BLOBS_OFFLINE"');
    expect(await ask(`${served.url}${urlOnly}&ttl=0s`)).toEqual([504, refused]);
    expect(await ask(`${served.url}/api/v1/fetch?url=${server.origin}/other`)).toEqual([504, refused]);
    const without = await startServe(['-m', directory, '--store', store], OFFLINE);
    expect(await ask(`${without.url}/sha256/${DIGEST}`)).toEqual([504, refused]);
    expect((await ask(`${without.url}/sha256/${DIGEST}`, { method: 'HEAD' }))[0]).toBe(504);
    await served.stop();
    expect([server.requests.length, registry.requests]).toEqual([asked, []]);
  });
});

describe('a server that runs as another user than the owner of its workspace', () => {
  it('reads what a project imports where git is told as docs/serving.md says', async (context) => {
    if (process.geteuid?.() !== 0) context.skip('only root can become another user');
    const topdir = tempDir();
    chmodSync(topdir, 0o755);
    const west = 'manifest:\n  projects:\n    - name: hal_x\n      url: https://x.invalid/hal_x\n';
    const revision = commitFiles(join(topdir, 'zephyr'), { 'west.yml': west });
    makeModule(join(topdir, 'hal_x'), { name: 'hal_x', blobs: [{ path: 'a' }] });
    git(join(topdir, 'zephyr'), 'update-ref', 'refs/heads/manifest-rev', revision);
    const project = `{name: zephyr, url: "https://x.invalid/z", revision: ${revision}, import: true}`;
    for (const [path, text] of [
      ['.west/config', '[manifest]\npath = manifest\nfile = west.yml\n'],
      ['manifest/west.yml', `manifest:\n  projects:\n    - ${project}\n`],
    ] as const)
      writeFileSync(withDirectory(join(topdir, path)), text);
    const unit = readFileSync(new URL('../../docs/serving.md', import.meta.url), 'utf8');
    const line = /^Environment=(GIT_CONFIG_COUNT=.*)$/m.exec(unit)?.[1] ?? '';
    const pairs = line.split(' ').map((pair) => pair.split('=') as [string, string]);
    const nobody = withoutRoot(tempDir());
    const args = ['list', '-C', topdir];
    const without = await runCli(args, nobody);
    expect([without.code, without.stderr]).toEqual([65, expect.stringContaining('safe.directory')]);
    const told = await runCli(args, { ...nobody, env: Object.fromEntries(pairs) });
    expect([told.code, told.stderr]).toEqual([0, '']);
    expect(told.stdout).toContain('hal_x');
  });
});

describe('a server with a token', () => {
  it('gives "blobs fetch" what it asks for with the token in netrc', async () => {
    const { url } = await serveBlob();
    const { directory } = moduleWith([{ path: PATH, bytes: BYTES, url }]);
    const home = tempDir();
    writeFileSync(join(home, 'token'), 'to-ken\n', { mode: 0o600 });
    writeFileSync(join(home, '.netrc'), 'machine 127.0.0.1 login me password to-ken\n', { mode: 0o600 });
    const served = await startServe(['-m', directory, '--token-file', join(home, 'token')]);
    const client = moduleWith([{ path: PATH, bytes: BYTES, url: 'https://blobs.invalid/x' }]);
    const env = { BLOBS_STORE: 'off' };
    const mirror = `sha256=${served.url}/sha256/{sha256}`;
    const result = await runCli(['fetch', '-m', client.directory, '--mirror', mirror], { home, env });
    expect([result.code, result.stderr]).toEqual([0, expect.stringContaining('1 from mirrors')]);
  });
});

describe('what a server says', () => {
  it('of licences: what "blobs licenses" finds, on the page and to a search', async () => {
    const module = makeModule(join(tempDir(), 'hal_x'), {
      name: 'hal_x',
      blobs: [{ path: 'a' }, { path: 'b', license: 'MIT' }],
      files: { LICENSE: 'SPDX-License-Identifier: BSD-3-Clause\n\nYou may.\n' },
    });
    const served = await startServe(['-m', module.directory]);
    const [, found] = await ask(`${served.url}/?q=bsd-3`);
    expect(found).toContain('data-label="Licence"><bdi>BSD-3-Clause</bdi>');
    expect(found).toMatch(/1 blob</);
  });

  it('of modules at its start, of who asks for what is not there, and of its end', async () => {
    const good = moduleWith([
      { path: 'a', 'click-through': true },
      { path: 'b', 'click-through': true },
    ]);
    const bad = makeModule(join(tempDir(), 'hal_bad'), { name: 'hal_bad', yaml: 'name: [\n' });
    // A service without AF_NETLINK cannot list its interfaces.
    const preload = join(tempDir(), 'preload.cjs');
    writeFileSync(
      preload,
      "require('node:os').networkInterfaces = () => { throw new Error('no netlink'); };",
    );
    const env = { NODE_OPTIONS: `--require ${preload}` };
    const args = ['serve', '--listen', '0.0.0.0:0', '--json', '-m', good.directory, '-m', bad.directory];
    let shown = '';
    const result = await runCli(args, {
      env,
      onStart: async (cli) => {
        cli.child.stdout?.on('data', (chunk: Buffer) => {
          shown += chunk.toString('utf8');
        });
        await cli.seen(/^\}\n/m);
        const { port } = new URL(JSON.parse(shown).url);
        await ask(`http://127.0.0.1:${port}/no/such?token=secret`);
        await cli.seen(/"path":"\/no\/such"/);
        cli.kill('SIGTERM');
      },
    });
    const document = result.json();
    expect(document).toMatchObject({ url: expect.stringMatching(/^http:\/\/0\.0\.0\.0:\d+$/) });
    expect(document.issues.map(({ code }) => code)).toEqual(['BLOBS_MALFORMED_YAML']);
    expect(result.stderr).toMatch(/"level":40.*"msg":"2 blobs with a licence to accept: served to all/);
    expect(result.stderr).not.toContain('secret');
    expect(result.stderr).toMatch(/draining: 0 requests under way; another signal ends at once/);
    expect(result.stderr).toMatch(/"msg":"ended"/);
  });

  it('of a token that is none: the file once, and 2', async () => {
    const directory = tempDir();
    mkdirSync(join(directory, 'd'));
    writeFileSync(join(directory, 'tok'), 'no token\n');
    for (const name of ['none', 'tok']) {
      const file = join(directory, name);
      const { code, stderr } = await runCli(['serve', '--allow-host', 'x', '--token-file', file]);
      expect([code, stderr.split(file).length]).toEqual([2, 2]);
      expect(stderr).toMatch(/hint: /);
    }
  });
});
