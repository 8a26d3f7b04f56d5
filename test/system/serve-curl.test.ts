// SPDX-License-Identifier: Apache-2.0
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { startServe } from '../support/serve.ts';
import { BYTES, DIGEST, moduleWith, PATH, serveBlob } from '../support/store.ts';
import { sha256, tempDir } from '../support/temp.ts';

const hasCurl = spawnSync('curl', ['--version']).status === 0;

/** How curl ends, and what it prints. */
function curl(args: readonly string[], cwd: string): Promise<{ code: number; stdout: string }> {
  return new Promise((resolve) => {
    execFile(
      'curl',
      ['--silent', '--noproxy', '*', '--max-time', '30', ...args],
      { cwd },
      (error, stdout) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout });
      },
    );
  });
}

describe('curl as a client of KissCache', () => {
  beforeEach((context) => {
    if (!hasCurl) context.skip('curl is not installed');
  });

  it('gets a file by prefix, by name, and by its parts', async () => {
    const { server, url } = await serveBlob();
    const served = await startServe(['-m', moduleWith([{ path: PATH, bytes: BYTES, url }]).directory]);
    const cwd = tempDir();
    const prefixed = `${served.url}/api/v1/fetch/?url=${url}`;
    expect((await curl(['--fail', '-o', 'prefixed', prefixed], cwd)).code).toBe(0);
    expect((await curl(['--fail', '-OJ', prefixed], cwd)).code).toBe(0);
    const encoded = ['--data-urlencode', `url=${url}`, '-d', 'ttl=10d'];
    const named = `${served.url}/api/v1/fetch/named.bin`;
    expect((await curl(['--fail', '-O', '-G', ...encoded, named], cwd)).code).toBe(0);
    expect((await curl(['--fail', '-o', 'part', '-r', '0-19999', prefixed], cwd)).code).toBe(0);
    expect((await curl(['--fail', '-o', 'part', '-C', '-', prefixed], cwd)).code).toBe(0);
    for (const name of ['prefixed', 'fw.bin', 'named.bin', 'part'])
      expect(sha256(readFileSync(join(cwd, name)))).toBe(DIGEST);
    const etag = (await curl(['-I', prefixed], cwd)).stdout.match(/^etag: (.*)\r$/m)?.[1];
    const again = await curl(
      ['-o', 'none', '-w', '%{http_code}', '-H', `If-None-Match: ${etag}`, prefixed],
      cwd,
    );
    expect(again.stdout).toBe('304');
    expect(server.requestsFor('/fw.bin').length).toBe(1);
  });

  it('sees that the rest is missing where upstream breaks off or lies', async () => {
    for (const kind of ['wrong-bytes', 'truncate'] as const) {
      const { server, url } = await serveBlob();
      server.serve('/fw.bin', BYTES, kind === 'truncate' ? { kind, afterBytes: 20_000 } : { kind });
      const module = moduleWith([{ path: PATH, bytes: BYTES, url }]);
      const served = await startServe(['-m', module.directory, '--retries', '0']);
      const { code } = await curl(['--fail', '-o', 'x', `${served.url}/sha256/${DIGEST}`], tempDir());
      // A status, a part of the body, or a connection that ended.
      expect([18, 22, 52, 56]).toContain(code);
    }
  });
});
