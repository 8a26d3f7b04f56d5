// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeModule } from '../support/modules.ts';
import { BLOBS_BIN, runCli, scrubbedEnvironment } from '../support/run-cli.ts';
import { sha256, tempDir } from '../support/temp.ts';

describe('a module.yml made to hurt', () => {
  it.each([
    ['names and spaces in a broken file', `name: a${' '.repeat(200_000)}b\n]\n`],
    [
      'a path of most of a megabyte, in 3000 aliases',
      `blobs:\n- &b {path: ${'A'.repeat(900_000)}}\n${'- *b\n'.repeat(3000)}`,
    ],
    ['hundreds of thousands of wrong values', `build: {depends: [${'0,'.repeat(300_000)}]}\n`],
    ['slashes for a URL', entryWithUrl('/'.repeat(300_000))],
  ])('%s: is refused in bounded time and memory, and the other module is listed', async (_, yaml) => {
    const bad = makeModule(tempDir(), { yaml });
    const good = makeModule(tempDir(), { name: 'good', blobs: [{ path: 'fw.bin' }] });
    const result = await runCli(['-m', bad.directory, '-m', good.directory, 'list', '--json'], {
      timeoutMs: 50_000,
    });
    expect(result.json().blobs.map(({ module }) => module)).toContain('good');
    expect(result.stderr).not.toMatch(/BLOBS_INTERNAL|heap/);
    expect(result.stderr.split('\n').length).toBeLessThan(1000);
  });

  it('that is a link out of the module shows nothing of what it leads to', async () => {
    const outside = join(tempDir(), 'netrc');
    writeFileSync(outside, 'machine h login me password SECRET\n');
    const module = makeModule(tempDir(), { name: 'hal_x' });
    rmSync(join(module.directory, 'zephyr/module.yml'));
    symlinkSync(outside, join(module.directory, 'zephyr/module.yml'));
    const result = await runCli(['-m', module.directory, 'list', '--json']);
    expect(result.code).toBe(65);
    expect(result.stdout + result.stderr).not.toContain('SECRET');
  });

  it.each(['.git/config', 'a/.GIT/hooks/x'])('with the path "%s" is refused', async (path) => {
    const module = makeModule(tempDir(), { name: 'hal_x', blobs: [{ path }] });
    const result = await runCli(['-m', module.directory, 'list', '--json']);
    expect([result.code, result.json().issues[0]?.code]).toEqual([65, 'BLOBS_UNSAFE_PATH']);
  });
});

function entryWithUrl(url: string): string {
  return `blobs:\n- {path: a, sha256: "${sha256('a')}", type: lib, version: "1", license-path: L, url: "${url}", description: d}\n`;
}

describe('what is printed', () => {
  it('says that it could not be written, and fails', () => {
    const module = makeModule(tempDir(), { name: 'hal_x', blobs: [{ path: 'fw.bin' }] });
    const full = openSync('/dev/full', 'w');
    const run = (): string =>
      execFileSync(process.execPath, [BLOBS_BIN, '-m', module.directory, 'list'], {
        env: scrubbedEnvironment(),
        stdio: ['ignore', full, 'pipe'],
        encoding: 'utf8',
      });
    expect(run).toThrow(/cannot write the output/);
    closeSync(full);
  });

  it('in JSON holds no character that a terminal obeys', async () => {
    const description = 'x\u009b31mRED\u202e';
    const module = makeModule(tempDir(), { name: 'hal_x', blobs: [{ path: 'fw.bin', description }] });
    const result = await runCli(['-m', module.directory, 'list', '--json']);
    expect(result.stdout).not.toMatch(/[\u0080-\u009f\u202a-\u202e]/);
    expect(result.json().blobs[0]?.['description']).toBe(description);
  });

  it('holds no credentials, in no excerpt and no misspelt option either', async () => {
    const yaml = 'blobs:\n- {path: a, url: ["https://user:hunter2@h.invalid/x", 5]}\n';
    const module = makeModule(tempDir(), { yaml });
    const listed = await runCli(['-m', module.directory, 'list', '--json']);
    const misspelt = await runCli(['fetch', '--mirorr=https://u:hunter2@h.invalid/=https://x.invalid/']);
    const wrong = await runCli([
      'fetch',
      '--mirror',
      'https://u:hunter2@h.invalid/=ftp://u:hunter2@x.invalid/',
    ]);
    for (const { stdout, stderr } of [listed, misspelt, wrong])
      expect(stdout + stderr).not.toContain('hunter2');
  });

  it('is one document for --json without a command', async () => {
    const result = await runCli(['--json']);
    expect([result.code, result.json().issues[0]?.code]).toEqual([2, 'BLOBS_USAGE']);
  });

  it('ends with a line that says that something failed', async () => {
    const module = makeModule(tempDir(), { yaml: 'blobs: 7\n' });
    const result = await runCli(['-m', module.directory, 'fetch']);
    expect(result.stderr.trimEnd().split('\n').at(-1)).toBe('failed: 1 error (exit code 65)');
  });
});

describe('a directory that becomes a link', () => {
  it('before the server answers gets no byte written to where it leads', async () => {
    const outside = tempDir();
    const directory = tempDir();
    const blobs = join(directory, 'zephyr/blobs');
    const server = createServer((_request, response) => {
      rmdirSync(blobs);
      symlinkSync(outside, blobs);
      response.end('fw');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/fw.bin`;
    makeModule(directory, { name: 'hal_x', blobs: [{ path: 'fw.bin', bytes: 'fw', url }] });
    mkdirSync(blobs);
    const touched = watch(outside);
    const events: unknown[] = [];
    touched.on('change', (...event) => void events.push(event));
    const result = await runCli(['-m', directory, 'fetch', '--retries', '0', '--json']);
    touched.close();
    expect([result.code, result.json().issues[0]?.code]).toEqual([65, 'BLOBS_UNSAFE_PATH']);
    expect([events, readdirSync(outside)]).toEqual([[], []]);
  });
});
