// SPDX-License-Identifier: Apache-2.0
import { existsSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Behaviour, type FaultServer, startFaultServer } from '../support/fault-server.ts';
import { type MadeModule, makeModule } from '../support/modules.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';
import {
  filesBelow,
  sha256,
  sha256OfFile,
  someBytes,
  tempDir,
  temporaryFilesBelow,
  testHome,
} from '../support/temp.ts';

const PATH = 'fw.bin';
const BYTES = someBytes('resumed', 300_000);
/** A range that starts somewhere in the middle. */
const RESUMED = expect.stringMatching(/^bytes=[1-9]\d*-$/);
const CUT: Behaviour = { kind: 'truncate', afterBytes: 200_000 };

describe('a download that was cut off', () => {
  test('is resumed where it ended', async () => {
    const { server, module } = await setUp([CUT, { kind: 'ok' }]);

    const result = await fetch(module, ['--retries', '1']);

    expect(rangesAsked(server)).toEqual([undefined, RESUMED]);
    expect(sha256OfFile(module.blobFile(PATH))).toBe(sha256(BYTES));
    expect(result.code).toBe(0);
  });

  test('is resumed by a later run', async () => {
    const { server, module } = await setUp([CUT, { kind: 'ok' }]);

    const first = await fetch(module, ['--retries', '0']);
    const second = await fetch(module, ['--retries', '0']);

    expect(first.code).toBe(1);
    expect(temporaryFilesBelow(module.directory)).toEqual([]);
    expect(rangesAsked(server)).toEqual([undefined, RESUMED]);
    expect(sha256OfFile(module.blobFile(PATH))).toBe(sha256(BYTES));
    expect(second.code).toBe(0);
  });

  test('starts again when the server ignores the range', async () => {
    const { server, module } = await setUp([CUT, { kind: 'ok', ranges: false }]);

    const result = await fetch(module, ['--retries', '1']);

    expect(rangesAsked(server)).toEqual([undefined, RESUMED]);
    expect(sha256OfFile(module.blobFile(PATH))).toBe(sha256(BYTES));
    expect(result.code).toBe(0);
  });

  test('starts once more from zero when the resumed bytes are wrong', async () => {
    const { server, module } = await setUp([CUT, { kind: 'shifted-range' }, { kind: 'ok' }]);

    const result = await fetch(module, ['--retries', '2']);

    expect(rangesAsked(server)).toEqual([undefined, RESUMED, undefined]);
    expect(sha256OfFile(module.blobFile(PATH))).toBe(sha256(BYTES));
    expect(result.code).toBe(0);
  });

  test('is given up when the bytes are wrong from zero as well', async () => {
    const { server, module } = await setUp([CUT, { kind: 'shifted-range' }, { kind: 'wrong-bytes' }]);

    const result = await fetch(module, ['--retries', '4']);

    expect(rangesAsked(server)).toEqual([undefined, RESUMED, undefined]);
    expect(existsSync(module.blobFile(PATH))).toBe(false);
    expect(result.code).toBe(65);
  });

  test('never takes bytes of another file that a range answer claims to continue', async () => {
    const { server, module } = await setUp([
      CUT,
      {
        kind: 'answer',
        answer: () => ({
          status: 206,
          headers: { 'content-range': 'bytes 0-9/10', 'content-length': '10' },
          body: '0123456789',
        }),
      },
      { kind: 'ok' },
    ]);

    await fetch(module, ['--retries', '0']);
    await fetch(module, ['--retries', '0']);
    const last = await fetch(module, ['--retries', '1']);

    expect(server.requestsFor(`/${PATH}`).length).toBeGreaterThan(1);
    expect(sha256OfFile(module.blobFile(PATH))).toBe(sha256(BYTES));
    expect(last.code).toBe(0);
  });

  test('leaves nothing with --no-store', async () => {
    const { server, module } = await setUp([CUT, { kind: 'ok' }]);

    const first = await fetch(module, ['--retries', '0', '--no-store']);
    const left = filesBelow(module.directory);
    const second = await fetch(module, ['--retries', '0', '--no-store']);

    expect(first.code).toBe(1);
    expect(left).toEqual(['LICENSE', 'zephyr/module.yml']);
    expect(rangesAsked(server)).toEqual([undefined, undefined]);
    expect(filesBelow(testHome()).filter((path) => path.includes('partial'))).toEqual([]);
    expect(second.code).toBe(0);
  });
});

test('a fetched file has the mode that the umask allows and is no hard link', async () => {
  const { module } = await setUp([{ kind: 'ok' }]);

  await fetch(module, []);

  const { mode, nlink } = statSync(module.blobFile(PATH));
  expect(mode & 0o777).toBe(0o666 & ~process.umask());
  expect(nlink).toBe(1);
});

function rangesAsked(server: FaultServer): unknown[] {
  return server.requestsFor(`/${PATH}`).map(({ headers }) => headers['range']);
}

async function setUp(behaviours: readonly Behaviour[]): Promise<{ server: FaultServer; module: MadeModule }> {
  const server = await startFaultServer();
  const url = server.serve(`/${PATH}`, BYTES, behaviours);
  return {
    server,
    module: makeModule(tempDir(), { name: 'hal_x', blobs: [{ path: PATH, bytes: BYTES, url }] }),
  };
}

function fetch(module: MadeModule, args: readonly string[]): Promise<CliResult> {
  return runCli(['fetch', '-m', module.directory, '--timeout', '5', ...args]);
}
