// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ERROR_MEANINGS } from '../../src/core/errors.ts';
import { startFaultServer } from '../support/fault-server.ts';
import { type MadeModule, makeModule } from '../support/modules.ts';
import { runCli } from '../support/run-cli.ts';
import { filesBelow, tempDir, withDirectory } from '../support/temp.ts';

function moduleWith(count: number): MadeModule {
  const blobs = Array.from({ length: count }, (_, i) => ({ path: `lib/${i}.bin`, bytes: `${i}` }));
  return makeModule(tempDir(), { name: 'hal_x', blobs });
}

describe('a closed stdout', () => {
  test.for([
    ['list', 0],
    ['modules', 0],
    ['taint', 0],
    ['verify', 1],
    ['clean', 0],
  ] as const)('is quiet, and %s exits %i by its result', async ([command, expected]) => {
    const module = moduleWith(3);

    const { code, signal, stderr } = await runCli(['-q', command, '-m', module.directory], {
      stdout: 'closed',
    });

    expect(signal).toBe(null);
    expect(stderr).not.toMatch(/EPIPE|^\s+at .*:\d+/m);
    expect(code).toBe(expected);
  });

  test.for([
    ['list', 0],
    ['taint', 0],
    ['verify', 65],
  ] as const)('ends what %s says in a line that is true of its exit code %i', async ([command, expected]) => {
    const broken = makeModule(tempDir(), { name: 'broken', blobs: [{ path: 'a' }] });
    writeFileSync(`${broken.directory}/zephyr/module.yml`, 'name: [\n');
    const args = [command, '-m', moduleWith(1).directory, '-m', broken.directory];
    const closed = await runCli(args, { stdout: 'closed' });
    const heard = await runCli(args);

    expect(heard.stderr).toMatch(/\nfailed: \d errors? \(exit code 65\)\n$/);
    expect(closed.code).toBe(expected);
    expect(closed.stderr).toContain('[BLOBS_');
    expect(/^failed: .* \(exit code 65\)$/m.test(closed.stderr)).toBe(expected === 65);
  });

  test('ends a long list when the reader has had enough', async () => {
    const module = moduleWith(3000);

    const { code, stderr } = await runCli(['list', '-m', module.directory], {
      onStart: async ({ child }) => {
        if (child.stdout === null) return;
        await once(child.stdout, 'data');
        child.stdout.destroy();
      },
    });

    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  test('does not keep fetch from fetching', async () => {
    const server = await startFaultServer();
    const blobs = ['a', 'b', 'c'].map((path) => ({ path, bytes: path, url: server.serve(`/${path}`, path) }));
    const module = makeModule(tempDir(), { name: 'hal_x', blobs });

    const { code, stderr } = await runCli(['fetch', '-m', module.directory], { stdout: 'closed' });

    expect(filesBelow(`${module.directory}/zephyr/blobs`)).toEqual(['a', 'b', 'c']);
    expect(code, stderr).toBe(0);
  });

  test('does not hide that verify found a wrong file', async () => {
    const module = moduleWith(1);
    writeFileSync(withDirectory(module.blobFile('lib/0.bin')), 'wrong');

    const { code } = await runCli(['verify', '-m', module.directory], { stdout: 'closed' });

    expect(code).toBe(65);
  });
});

describe('stdout', () => {
  test('carries results alone, without colours or progress when it is no terminal', async () => {
    const server = await startFaultServer();
    const url = server.serve('/a.bin', 'a');
    const module = makeModule(tempDir(), {
      name: 'hal_x',
      blobs: [
        { path: 'a.bin', bytes: 'a', url },
        { path: 'b.bin', url: `${server.origin}/b.bin` },
      ],
    });

    const { stdout, stderr, code } = await runCli(['fetch', '-m', module.directory, '--retries', '0']);

    expect(stdout).not.toContain('error:');
    expect(stderr).toContain('error: ');
    expect(stdout + stderr).not.toContain('\u001b');
    expect(code).toBe(1);
  });

  test('has nothing beside it on stderr with --quiet when all is well', async () => {
    const server = await startFaultServer();
    const url = server.serve('/a.bin', 'a');
    const module = makeModule(tempDir(), { name: 'hal_x', blobs: [{ path: 'a.bin', bytes: 'a', url }] });

    const { stderr, code } = await runCli(['--quiet', 'fetch', '-m', module.directory]);

    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  test('shows control characters from module.yml escaped', async () => {
    const blobs = [{ path: 'a.bin', description: 'bell \u0007 and \u001b[31mred' }];
    const module = makeModule(tempDir(), { name: 'hal_x', blobs });

    const { stdout } = await runCli(['list', '-m', module.directory, '-f', '{description}']);

    expect(stdout).toBe('bell \\x07 and \\x1b[31mred\n');
  });
});

describe('exit code 2', () => {
  test('for an unknown module, with the closest names', async () => {
    const [a, b] = [tempDir(), tempDir()];
    makeModule(a, { name: 'hal_nordic' });
    makeModule(b, { name: 'nrf_wifi' });

    const { stdout, stderr, code } = await runCli(['list', '-m', a, '-m', b, 'hal_nordc']);

    expect(stderr).toContain('[BLOBS_UNKNOWN_MODULE]');
    expect(stderr).toContain('hal_nordc');
    expect(stderr).toMatch(/hint: [^,]*\bhal_nordic\b/);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  test.for([
    ['a malformed regular expression', ['list', '-l', '('], 'BLOBS_BAD_REGEX'],
    ['a malformed format', ['list', '-f', '{path'], 'BLOBS_BAD_FORMAT'],
    ['a malformed format when nothing is selected', ['list', '-l', 'none', '-f', '{'], 'BLOBS_BAD_FORMAT'],
    ['an unknown key', ['list', '-f', '{colour}'], 'BLOBS_BAD_FORMAT'],
    ['an index into a value', ['list', '-f', '{url[0]}'], 'BLOBS_BAD_FORMAT'],
    ['an unknown option', ['list', '--colour'], 'BLOBS_USAGE'],
    ['an unknown command', ['lst'], 'BLOBS_USAGE'],
    ['an unknown type', ['list', '-t', 'elf'], 'BLOBS_USAGE'],
    ['an unknown status', ['list', '-s', 'Q'], 'BLOBS_USAGE'],
    ['no job at all', ['fetch', '-j', '0'], 'BLOBS_USAGE'],
    ['a timeout that is no number', ['fetch', '--timeout', 'soon'], 'BLOBS_USAGE'],
    ['a negative number of retries', ['fetch', '--retries=-1'], 'BLOBS_USAGE'],
    ['a size that is none', ['fetch', '--max-size', 'big'], 'BLOBS_USAGE'],
    ['a mirror without a replacement', ['fetch', '--mirror', 'https://github.com/'], 'BLOBS_USAGE'],
    ['a broken variable', ['fetch'], 'BLOBS_BAD_CONFIG', { BLOBS_JOBS: 'many' }],
  ] as const)('for %s', async ([, args, expected, env = {}]) => {
    const module = moduleWith(1);

    const { stdout, stderr, code } = await runCli([...args, '-m', module.directory], { env });

    expect(stderr).toContain(`[${expected}]`);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  test('when there is no module anywhere, with a hint at the four ways to name one', async () => {
    const { stdout, stderr, code } = await runCli(['list'], { cwd: tempDir() });

    expect(stderr).toContain('[BLOBS_NO_MODULES]');
    for (const way of [/-m|--module-dir/, /west/, /ZEPHYR_MODULES/, /zephyr\/module\.yml/]) {
      expect(stderr).toMatch(way);
    }
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  test('for a directory that was named and is no module', async () => {
    const directory = tempDir();
    mkdirSync(`${directory}/zephyr`);

    const { stderr, code } = await runCli(['list', '-m', directory]);

    expect(stderr).toContain('[BLOBS_NOT_A_MODULE]');
    expect(stderr).toContain(directory);
    expect(code).toBe(2);
  });
});

describe('help', () => {
  test('is on stdout with exit code 0, and names the commands', async () => {
    const { stdout, stderr, code } = await runCli(['--help']);

    for (const command of ['list', 'fetch', 'verify', 'clean', 'lint', 'modules']) {
      expect(stdout).toMatch(new RegExp(`^ +${command}\\b`, 'm'));
    }
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  test('explains every exit code and every error code', async () => {
    const exitCodes = await runCli(['help', 'exit-codes']);
    const errors = await runCli(['help', 'errors']);

    for (const code of [0, 1, 2, 65, 77, 130, 143]) {
      expect(exitCodes.stdout).toMatch(new RegExp(`\\b${code}\\b`));
    }
    for (const code of Object.keys(ERROR_MEANINGS)) expect(errors.stdout).toContain(code);
    expect([exitCodes.code, errors.code]).toEqual([0, 0]);
  });

  test('--version prints the version of the package', async () => {
    const { stdout, code } = await runCli(['--version']);

    expect(stdout).toMatch(/\d+\.\d+\.\d+/);
    expect(code).toBe(0);
  });
});
