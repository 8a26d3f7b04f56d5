// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type FaultServer, startFaultServer } from '../support/fault-server.ts';
import { LICENSE_TEXT, type MadeModule, makeModule } from '../support/modules.ts';
import {
  type CliOptions,
  type CliResult,
  type RunningCli,
  runCli,
  runCliOnTerminal,
} from '../support/run-cli.ts';
import { filesBelow, sha256, someBytes, tempDir, testHome } from '../support/temp.ts';

const LICENSED = ['one.bin', 'two.bin'];
const FREE = 'free.bin';
const ACCEPTED = join('.local', 'state', 'zephyr-blobs', 'licenses.json');

describe('a click-through licence without a terminal', () => {
  test.for(['null', 'ended', 'closed'] as const)(
    'is not accepted when stdin is %s: exit 77, the other blobs are fetched',
    async (stdin) => {
      const { module } = await setUp();

      const result = await runCli(fetchArgs(module, ['--json']), { stdin });

      expectOnlyFree(module, result);
      expect(result.json().issues.map(({ code, path }) => [code, path])).toEqual(
        LICENSED.map((path) => ['BLOBS_LICENSE_NOT_ACCEPTED', path]),
      );
      expect(result.stderr).not.toMatch(/^\s+at .*:\d+/m);
    },
  );

  test('is not accepted by a `y` from a pipe', async () => {
    const { module } = await setUp();

    expectOnlyFree(module, await runCli(fetchArgs(module), { input: 'y\ny\ny\n' }));
  });

  test('is accepted by -a, this once', async () => {
    const { module } = await setUp();

    const accepted = await runCli(fetchArgs(module, ['-a']));
    expectAll(module, accepted);
    await runCli(['clean', '-m', module.directory]);

    expect(existsSync(join(testHome(), ACCEPTED))).toBe(false);
    expectOnlyFree(module, await runCli(fetchArgs(module)));
  });

  test('is accepted by its hash', async () => {
    const { module } = await setUp();

    const other = await runCli(fetchArgs(module, ['--accept-license', sha256('another licence')]));
    expect(other.code).toBe(77);
    expectAll(module, await runCli(fetchArgs(module, ['--accept-license', sha256(LICENSE_TEXT)])));
  });

  test('is needed for what the store holds, too', async () => {
    const { module, server } = await setUp();
    const { directory } = module;
    const other = makeModule(tempDir(), { yaml: readFileSync(join(directory, 'zephyr', 'module.yml')) });
    await runCli(fetchArgs(module, ['-a']));
    const requests = server.requests.length;

    expectOnlyFree(other, await runCli(fetchArgs(other, ['--offline'])));
    expect(server.requests).toHaveLength(requests);
  });

  test('whose file is missing is accepted by -a alone, with a warning', async () => {
    const { module } = await setUp();
    rmSync(join(module.directory, 'LICENSE'));

    expectOnlyFree(module, await runCli(fetchArgs(module, ['--accept-license', sha256(LICENSE_TEXT)])));
    const accepted = await runCli(fetchArgs(module, ['-a', '--json']));

    expectAll(module, accepted);
    const warnings = accepted.json().issues;
    expect(warnings).not.toEqual([]);
    expect(new Set(warnings.map(({ code, severity }) => `${severity} ${code}`))).toEqual(
      new Set(['warning BLOBS_LICENSE_MISSING']),
    );
  });

  test('is not asked for what is up to date', async () => {
    const { module } = await setUp();
    await runCli(fetchArgs(module, ['-a']));

    expectAll(module, await runCli(fetchArgs(module)));
  });
});

describe.runIf(process.platform === 'linux')('a click-through licence on a terminal', () => {
  test('is shown and asked once for all blobs that share it, and remembered', async () => {
    const { module } = await setUp();

    const asked = await answer(module, 'y\n');
    expectAll(module, asked);
    expect(asked.stdout.split(LICENSE_TEXT.trim())).toHaveLength(2);
    await runCli(['clean', '-m', module.directory]);
    expectAll(module, await runCli(fetchArgs(module)));

    const remembered = JSON.parse(readFileSync(join(testHome(), ACCEPTED), 'utf8')) as unknown;
    expect(remembered).toMatchObject({
      accepted: [
        {
          sha256: sha256(LICENSE_TEXT),
          module: 'hal_x',
          path: expect.any(String),
          time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        },
      ],
    });
  });

  test.for([
    ['an n', 'n\n'],
    ['an empty line', '\n'],
    ['the end of the input', '\u0004'],
  ])('is declined by %s: exit 77, the other blobs are fetched, and it is asked again', async ([, typed]) => {
    const { module } = await setUp();

    expectOnlyFree(module, await answer(module, typed ?? ''));
    expect(existsSync(join(testHome(), ACCEPTED))).toBe(false);
    expectAll(module, await answer(module, 'y\n'));
  });

  test('stops everything by Ctrl-C: exit 130', async () => {
    const { module } = await setUp();

    const { code } = await answer(module, '\u0003');

    expect(code).toBe(130);
    expect(LICENSED.filter((path) => existsSync(module.blobFile(path)))).toEqual([]);
  });
});

async function setUp(): Promise<{ server: FaultServer; module: MadeModule }> {
  const server = await startFaultServer();
  const blob = (path: string) => {
    const bytes = someBytes(path);
    return { path, bytes, url: server.serve(`/${path}`, bytes) };
  };
  const licensed = LICENSED.map((path) => ({ ...blob(path), 'click-through': true }));
  return { server, module: makeModule(tempDir(), { name: 'hal_x', blobs: [...licensed, blob(FREE)] }) };
}

function fetchArgs(module: MadeModule, args: readonly string[] = []): string[] {
  return ['fetch', '-m', module.directory, ...args];
}

/** Types `typed` as soon as the question has been asked. */
function answer(module: MadeModule, typed: string): Promise<CliResult> {
  const onStart: NonNullable<CliOptions['onStart']> = async (cli: RunningCli) => {
    await cli.seen(new RegExp(`${LICENSE_TEXT.trim()}[^]*\\?[^]*$`));
    cli.type(typed);
  };
  return runCliOnTerminal(fetchArgs(module), { onStart });
}

function expectOnlyFree(module: MadeModule, result: CliResult): void {
  expect(result.code, result.stderr).toBe(77);
  expect(filesBelow(join(module.directory, 'zephyr', 'blobs'))).toEqual([FREE]);
}

function expectAll(module: MadeModule, result: CliResult): void {
  expect(result.code, result.stderr).toBe(0);
  expect(filesBelow(join(module.directory, 'zephyr', 'blobs'))).toEqual([FREE, ...LICENSED]);
}
