// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type FaultServer, startFaultServer } from '../support/fault-server.ts';
import { type MadeModule, makeModule } from '../support/modules.ts';
import { runCli } from '../support/run-cli.ts';
import {
  sha256,
  sha256OfFile,
  someBytes,
  tempDir,
  temporaryFilesBelow,
  untilTemporaryFileBelow,
  withDirectory,
} from '../support/temp.ts';

const PATH = 'lib/fw.bin';
const BYTES = someBytes('interrupted', 100_000);
const OLD = 'the old file';

describe.runIf(process.platform !== 'win32')('a signal during a download', () => {
  const cases = [
    ['SIGINT', 130, []],
    ['SIGTERM', 143, []],
    ['SIGINT', 130, ['--no-store']],
    ['SIGTERM', 143, ['--no-store']],
  ] as const;

  test.for(cases)(
    '%s exits %i, keeps the old file and leaves no temporary file: %j',
    async ([signal, code, args]) => {
      const inModule = args.length > 0;
      const { server, module } = await setUp();
      writeFileSync(withDirectory(module.blobFile(PATH)), OLD);

      const result = await runCli(['fetch', '-m', module.directory, ...args], {
        onStart: async (cli) => {
          await server.whenStalled(`/${PATH}`);
          if (inModule) await untilTemporaryFileBelow(join(module.directory, 'zephyr', 'blobs'));
          cli.kill(signal);
        },
      });

      expect(result.code).toBe(code);
      expect(result.stderr).toContain(`(exit code ${code})\n`);
      expect(readFileSync(module.blobFile(PATH), 'utf8')).toBe(OLD);
      expect(temporaryFilesBelow(module.directory)).toEqual([]);
      expect(result.stderr).not.toMatch(/^\s+at .*:\d+/m);
    },
  );

  test('given twice ends at once, and leaves no temporary file either', async () => {
    const { server, module } = await setUp();

    const result = await runCli(['fetch', '-m', module.directory], {
      onStart: async (cli) => {
        await server.whenStalled(`/${PATH}`);
        cli.kill('SIGINT');
        cli.kill('SIGTERM');
      },
    });

    expect([130, 143]).toContain(result.code);
    expect(temporaryFilesBelow(module.directory)).toEqual([]);
    expect(existsSync(module.blobFile(PATH))).toBe(false);
  });

  test('keeps what was fetched before it', async () => {
    const { server, module } = await setUp();
    const good = dirname(module.blobFile('good/fw.bin'));

    const result = await runCli(['fetch', '-m', module.directory, '-j', '1'], {
      onStart: async (cli) => {
        await server.whenStalled(`/${PATH}`);
        cli.kill('SIGINT');
      },
    });

    expect(existsSync(good)).toBe(true);
    expect(sha256OfFile(module.blobFile('good/fw.bin'))).toBe(sha256(someBytes('good')));
    expect(existsSync(module.blobFile(PATH))).toBe(false);
    expect(result.code).toBe(130);
  });

  test('with --json still prints one document, which names the interruption', async () => {
    const { server, module } = await setUp();

    const result = await runCli(['fetch', '-m', module.directory, '--json'], {
      onStart: async (cli) => {
        await server.whenStalled(`/${PATH}`);
        cli.kill('SIGTERM');
      },
    });

    expect(result.code).toBe(143);
    if (result.stdout !== '') {
      expect(result.json().issues.map(({ code }) => code)).toContain('BLOBS_INTERRUPTED');
    }
  });
});

describe('temporary files of an earlier run', () => {
  test.for(['fetch', 'clean'])('are removed by the next %s when their process is gone', async (command) => {
    const module = makeModule(tempDir(), { name: 'hal_x', blobs: [{ path: PATH, bytes: BYTES }] });
    const blob = withDirectory(module.blobFile(PATH));
    writeFileSync(blob, BYTES);
    const left = module.blobFile(`.blobs-${deadPid()}-abcdef`);
    const living = module.blobFile(`.blobs-${process.pid}-abcdef`);
    writeFileSync(left, 'half a blob');
    writeFileSync(living, 'half a blob');

    const result = await runCli([command, '-m', module.directory]);

    expect(existsSync(left)).toBe(false);
    expect(existsSync(living)).toBe(true);
    expect(result.code, result.stderr).toBe(0);
  });

  test.for(['list', 'verify'])('are left alone by %s', async (command) => {
    const module = makeModule(tempDir(), { name: 'hal_x', blobs: [{ path: PATH, bytes: BYTES }] });
    const blob = withDirectory(module.blobFile(PATH));
    writeFileSync(blob, BYTES);
    const left = module.blobFile(`.blobs-${deadPid()}-abcdef`);
    writeFileSync(left, 'half a blob');

    const result = await runCli([command, '-m', module.directory]);

    expect(existsSync(left)).toBe(true);
    expect(result.code, result.stderr).toBe(0);
  });
});

/** The number of a process that ran and is gone. */
function deadPid(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}

/** A module with a blob that arrives and one whose download stalls. */
async function setUp(): Promise<{ server: FaultServer; module: MadeModule }> {
  const server = await startFaultServer();
  const good = someBytes('good');
  const blobs = [
    { path: 'good/fw.bin', bytes: good, url: server.serve('/good/fw.bin', good) },
    { path: PATH, bytes: BYTES, url: server.serve(`/${PATH}`, BYTES, { kind: 'stall', afterBytes: 50_000 }) },
  ];
  return { server, module: makeModule(tempDir(), { name: 'hal_x', blobs }) };
}
