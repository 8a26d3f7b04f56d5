// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type FaultServer, startFaultServer } from '../support/fault-server.ts';
import { makeRepository, needGitHttp, startGitServer } from '../support/git-server.ts';
import { makeModule } from '../support/modules.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';
import { schemaErrors } from '../support/schema.ts';
import { filesBelow, sha256, someBytes, tempDir, withDirectory } from '../support/temp.ts';

const OLD = someBytes('old');
const NEW = someBytes('new', 1234);

/** An entry with a comment wherever one may stand; `lines` stand at its end. */
function entry(path: string, url: string, ...lines: readonly string[]): string {
  return [
    `  # above ${path}`,
    `  - path: ${path} # the path`,
    `    sha256: ${sha256(OLD)} # its digest`,
    '    type: img',
    "    version: '1.0' # quoted",
    '    license-path: ./LICENSE   ',
    `    url: ${url}`,
    '    description: "made\\',
    '      up"',
    ...lines.map((line) => `    ${line}`),
    '',
  ].join('\r\n');
}

const yamlOf = (...entries: readonly string[]): string =>
  `\ufeffname: hal_x\r\nblobs:\r\n${entries.join('')}# end`;

interface Made {
  readonly directory: string;
  readonly read: () => string;
  readonly update: (...args: readonly string[]) => Promise<CliResult>;
}

function make(yaml: string): Made {
  const { directory } = makeModule(tempDir(), { yaml });
  return {
    directory,
    read: () => readFileSync(join(directory, 'zephyr/module.yml'), 'utf8'),
    update: (...args) => runCli(['update', '-m', directory, '--retries', '0', ...args], { cwd: directory }),
  };
}

/** A server with the old bytes below /v1 and the new ones below /v2. */
async function startReleases(...names: readonly string[]): Promise<FaultServer> {
  const server = await startFaultServer();
  for (const name of names) {
    server.serve(`/v1/${name}`, OLD);
    server.serve(`/v2/${name}`, NEW);
  }
  return server;
}

describe('blobs update', () => {
  test('writes what the new URLs give, shows the diff, and keeps every other byte', async () => {
    const server = await startReleases('a.bin', 'b.bin');
    const yaml = yamlOf(
      entry('a.bin', `"${server.origin}/\\\r\n      v1/a.bin"`),
      entry('b.bin', `${server.origin}/v1/b.bin # where`, 'size: 1000 # bytes'),
    );
    const { directory, read, update } = make(yaml);
    const args = ['--url-replace', '/v1/=/v2/', '--url-replace', 'v1/=v2/', '--blob-version', '2.0'];

    const wrong = await update(...args);
    expect(wrong.stderr).toMatch(/--url-replace: no URL .* holds "v1\/" \[BLOBS_USAGE\]/);
    expect([wrong.code, read(), server.requests.length]).toEqual([2, yaml, 0]);

    const good = ['--url-replace', 'v1/=v2/', '--blob-version', '2.0'];
    const dry = await update(...good, '-n');
    expect([dry.code, read()]).toEqual([0, yaml]);
    expect(dry.stderr).toMatch(/^2 entries in 1 file would be updated, 0 unchanged/m);

    const result = await update(...good);
    const expected = yaml
      .replaceAll(sha256(OLD), sha256(NEW))
      .replaceAll("'1.0'", "'2.0'")
      .replaceAll('v1/', 'v2/')
      .replace('size: 1000', 'size: 1234');
    expect(read()).toBe(expected);
    expect(result.code).toBe(0);
    expect(result.stdout).toBe(dry.stdout);
    expect(result.stderr).toMatch(/^updated 2 entries in 1 file, 0 unchanged/m);
    expect(result.stdout.split('\n').slice(0, 8)).toEqual([
      '--- zephyr/module.yml',
      '+++ zephyr/module.yml',
      '@@ -5 +5 @@ a.bin',
      `-    sha256: ${sha256(OLD)} # its digest`,
      `+    sha256: ${sha256(NEW)} # its digest`,
      '@@ -7 +7 @@ a.bin',
      "-    version: '1.0' # quoted",
      "+    version: '2.0' # quoted",
    ]);
    expect(result.stdout.match(/^@@/gm)).toHaveLength(7);
    expect(filesBelow(directory)).toEqual(['LICENSE', 'zephyr/module.yml']);

    const again = await update();
    expect([again.code, again.stdout, read()]).toEqual([0, '', expected]);
    expect(again.stderr).toMatch(/updated 0 entries, 2 unchanged/);
  });

  test('adds a size where that is asked for alone, and touches what is selected alone', async () => {
    const server = await startReleases('a.bin', 'b.bin');
    const yaml = yamlOf(
      entry('a.bin', `${server.origin}/v1/a.bin`),
      entry('b.bin', `${server.origin}/v2/b.bin`),
    );
    const { read, update } = make(yaml);
    await update('-l', 'a');
    expect(read()).toBe(yaml);
    const result = await update('--size', '-l', 'b');
    const digest = `sha256: ${sha256(NEW)} # its digest\r\n`;
    const [head = '', tail = ''] = yaml.split('  # above b.bin');
    expect(read()).toBe(
      `${head}  # above b.bin${tail.replace(/sha256: .*\r\n/, `${digest}    size: 1234\r\n`)}`,
    );
    expect(result.stdout).toContain('@@ -14,0 +15 @@ b.bin\n+    size: 1234\n');
    expect(server.requestsFor('/v1/a.bin')).toHaveLength(1);
  });

  test('asks all URLs of an entry, which must agree', async () => {
    const server = await startReleases('a.bin', 'b.bin', 'c.bin');
    const list = (...urls: readonly string[]) =>
      `\r\n${urls.map((url) => `      - ${server.origin}${url}`).join('\r\n')}`;
    const yaml = yamlOf(
      entry('a.bin', list('/v1/a.bin', '/v2/b.bin')),
      entry('b.bin', list('/v1/b.bin', '/gone')),
      entry('c.bin', list('/v2/c.bin', '/v2/a.bin')),
    );
    const { read, update } = make(yaml);
    const result = await update('--json');
    expect(result.code).toBe(65);
    expect(schemaErrors('update', result.json())).toEqual([]);
    expect(result.json().issues).toMatchObject([
      {
        code: 'BLOBS_URLS_DIFFER',
        path: 'a.bin',
        facts: [
          expect.any(String),
          expect.stringContaining(`${sha256(OLD)} (1000 bytes) from ${server.origin}/v1/a.bin`),
          expect.stringContaining(sha256(NEW)),
        ],
      },
      { code: 'BLOBS_HTTP_STATUS', path: 'b.bin' },
    ]);
    expect(result.json()).toMatchObject({
      summary: { total: 3, updated: 1, unchanged: 0, failed: 2 },
      dryRun: false,
      files: [{ module: 'hal_x', blobs: 1 }],
      blobs: [
        { path: 'a.bin', result: 'failed', sha256: sha256(OLD) },
        { result: 'failed' },
        {
          result: 'updated',
          status: 'D',
          sha256: sha256(NEW),
          changes: [{ key: 'sha256', before: sha256(OLD), after: sha256(NEW) }],
          sources: [`${server.origin}/v2/c.bin`, `${server.origin}/v2/a.bin`],
        },
      ],
    });
    const [head = '', tail = ''] = yaml.split('  # above c.bin');
    expect(read()).toBe(`${head}  # above c.bin${tail.replace(sha256(OLD), sha256(NEW))}`);
  });

  test('replaces within a list, and asks one URL once for several entries', async () => {
    const server = await startReleases('a.bin');
    const url = `\r\n      - ${server.origin}/v1/a.bin`;
    const yaml = yamlOf(entry('a.bin', url), entry('b.bin', url));
    const { read, update } = make(yaml);
    expect((await update('--url-replace', '/v1=/v2')).code).toBe(0);
    expect(read()).toBe(yaml.replaceAll(sha256(OLD), sha256(NEW)).replaceAll('/v1/', '/v2/'));
    expect(server.requests).toHaveLength(1);
  });

  test.for([
    ['a web page', { kind: 'sign-in-page' }, 'BLOBS_NOT_A_BLOB'],
    [
      'a page without a type',
      { kind: 'answer', answer: () => ({ body: '\n<!DOCTYPE html>\n' }) },
      'BLOBS_NOT_A_BLOB',
    ],
    [
      'a Git LFS pointer',
      {
        kind: 'answer',
        answer: () => ({ body: 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n' }),
      },
      'BLOBS_NOT_A_BLOB',
    ],
    ['nothing', { kind: 'answer', answer: () => ({ body: '' }) }, 'BLOBS_NOT_A_BLOB'],
    ['a status', { kind: 'status', status: 404 }, 'BLOBS_HTTP_STATUS'],
    ['half of it', { kind: 'truncate', afterBytes: 10 }, 'BLOBS_NETWORK'],
    ['more than is allowed', { kind: 'endless' }, 'BLOBS_TOO_LARGE'],
    ['a loop', { kind: 'redirect-loop' }, 'BLOBS_REDIRECT'],
  ] as const)('refuses %s, and leaves the entry alone', async ([, behaviour, code]) => {
    const server = await startFaultServer();
    const yaml = yamlOf(entry('a.bin', server.serve('/a.bin', NEW, behaviour)));
    const { read, update } = make(yaml);
    const result = await update('--json', '--max-size', '1M', '--blob-version', '3');
    expect(result.json().issues).toMatchObject([{ severity: 'error', code, path: 'a.bin' }]);
    expect([result.code, read()]).toEqual([1, yaml]);
  });

  test('tries again what may pass, and tells of progress under -v', async () => {
    const server = await startFaultServer();
    const url = server.serve('/a.bin', NEW, [{ kind: 'status', status: 503 }, { kind: 'ok' }]);
    const { read, update } = make(yamlOf(entry('a.bin', url)));
    const result = await update('--retries', '1', '-v');
    expect(result.stderr).toMatch(/HTTP status 503 .*trying again/);
    expect(read()).toContain(sha256(NEW));
  });

  test('says that a Git LFS server cannot be asked, and asks nobody', async () => {
    const server = await startFaultServer();
    const yaml = yamlOf(entry('a.bin', `${server.origin}/api`, 'fetcher: lfs', 'size: 3'));
    const { read, update } = make(yaml);
    const result = await update('--blob-version', '2');
    expect(result.stderr).toMatch(/cannot update hal_x: a\.bin \[BLOBS_LFS_DIGEST\]/);
    expect([result.code, read(), server.requests]).toEqual([1, yaml, []]);
  });

  test('changes nothing for other entries where one shares its values with them', async () => {
    const server = await startReleases('a.bin', 'b.bin');
    const shared = yamlOf(
      entry('a.bin', `${server.origin}/v2/a.bin`).replace('sha256: ', 'sha256: &digest '),
      entry('b.bin', `${server.origin}/v2/b.bin`, 'note: *digest'),
    );
    const { read, update } = make(shared);
    const result = await update('--json');
    expect(result.json().issues).toMatchObject([{ code: 'BLOBS_CANNOT_EDIT', path: 'a.bin' }]);
    expect(result.json().summary).toMatchObject({ updated: 1, failed: 1 });
    const [head = '', tail = ''] = shared.split('  # above b.bin');
    expect(read()).toBe(`${head}  # above b.bin${tail.replace(sha256(OLD), sha256(NEW))}`);
  });

  test('does not overwrite what somebody else writes meanwhile', async () => {
    const server = await startFaultServer();
    let file = '';
    const url = server.serve('/a.bin', NEW, {
      kind: 'answer',
      answer: () => {
        writeFileSync(file, 'name: other\n');
        return { body: NEW };
      },
    });
    const { directory, read, update } = make(yamlOf(entry('a.bin', url)));
    file = join(directory, 'zephyr/module.yml');
    const result = await update();
    expect(result.stderr).toMatch(/changed while it was worked on \[BLOBS_CANNOT_EDIT\]/);
    expect([result.code, read()]).toEqual([1, 'name: other\n']);
  });

  test('writes nothing when it is interrupted', async () => {
    const server = await startFaultServer();
    const yaml = yamlOf(
      entry('a.bin', server.serve('/a.bin', NEW)),
      entry('b.bin', server.serve('/b.bin', NEW, { kind: 'stall', afterBytes: 10 })),
    );
    const { directory, read } = make(yaml);
    const result = await runCli(['update', '-m', directory, '-j', '1'], {
      onStart: async (cli) => {
        await server.whenStalled('/b.bin');
        cli.kill('SIGINT');
      },
    });
    expect([result.code, read()]).toEqual([130, yaml]);
    expect(filesBelow(directory)).toEqual(['LICENSE', 'zephyr/module.yml']);
  });

  test.for([
    [['--url-replace', 'x'], 'BLOBS_USAGE'],
    [['--url-replace', '=x'], 'BLOBS_USAGE'],
    [['--url-replace', 'a=b\nc'], 'BLOBS_USAGE'],
    [['--blob-version', ''], 'BLOBS_USAGE'],
    [['--mirror', 'x'], 'BLOBS_USAGE'],
    [['hal_y'], 'BLOBS_UNKNOWN_MODULE'],
  ] as const)('refuses %j', async ([args, code]) => {
    const { update } = make(yamlOf(entry('a.bin', 'https://blobs.invalid/a.bin')));
    const result = await update(...args, '--json');
    expect(result.json().issues).toMatchObject([{ code }]);
    expect(schemaErrors('update', result.json())).toEqual([]);
    expect(result.code).toBe(2);
  });

  test('says so where nothing is selected', async () => {
    const { update } = make(yamlOf(entry('a.bin', 'https://blobs.invalid/a.bin')));
    const result = await update('-t', 'lib', '--url-replace', 'nowhere=x');
    expect(result.stderr).toMatch(/BLOBS_NOTHING_SELECTED/);
    expect(result.code).toBe(0);
  });
});

describe('the network of blobs update', () => {
  test('is off limits where the configuration says so, but for file mirrors', async () => {
    const server = await startReleases('a.bin');
    const mirror = tempDir();
    writeFileSync(join(mirror, 'a.bin'), NEW);
    const { directory, read } = make(yamlOf(entry('a.bin', `${server.origin}/v1/a.bin`)));
    const offline = { env: { BLOBS_OFFLINE: '1' } };
    const none = await runCli(['update', '-m', directory], offline);
    expect(none.stderr).toMatch(/BLOBS_OFFLINE/);
    const args = ['--mirror', `${server.origin}/v1/=file://${mirror}/`];
    const some = await runCli(['update', '-m', directory, ...args], offline);
    expect(some.code).toBe(0);
    expect(read()).toContain(sha256(NEW));
    expect(server.requests).toEqual([]);
  });

  test('is asked where mirrors are, but for those that want a digest, and says where bytes came from', async () => {
    const server = await startReleases('a.bin');
    const { directory, read } = make(yamlOf(entry('a.bin', `${server.origin}/v1/a.bin`)));
    const rules = [
      { sha256: `${server.origin}/by-hash/{sha256}` },
      { [`${server.origin}/v1/`]: `${server.origin}/gone/` },
      { [`${server.origin}/v1/`]: `${server.origin}/v2/` },
    ];
    const env = { BLOBS_MIRRORS: JSON.stringify(rules) };
    const result = await runCli(['update', '--json', '-m', directory], { env });
    expect(result.json().blobs).toMatchObject([{ sources: [`${server.origin}/v2/a.bin`] }]);
    expect(server.requests.map(({ path }) => path)).toEqual(['/gone/a.bin', '/v2/a.bin']);
    expect(read()).toContain(`url: ${server.origin}/v1/a.bin`);

    const blocked = JSON.stringify({ [`${server.origin}/`]: 'block' });
    const stopped = await runCli(['update', '-m', directory], { env: { BLOBS_MIRRORS: blocked } });
    expect(stopped.stderr).toMatch(/BLOBS_BLOCKED/);
    expect(stopped.code).toBe(1);
  });
});

test('says how the file in place stands to the entry as it is now', async () => {
  const server = await startReleases('a', 'b', 'c');
  const urlOf = (name: string): string => `${server.origin}/v1/${name}`;
  const { directory, update } = make(
    yamlOf(entry('a', urlOf('a')), entry('b', urlOf('b')), entry('c', urlOf('c'))),
  );
  const place = (name: string, bytes: Uint8Array): void => {
    writeFileSync(withDirectory(join(directory, 'zephyr/blobs', name)), bytes);
  };
  place('a', OLD);
  place('b', NEW);
  const { blobs } = (await update('--url-replace', '/v1/=/v2/', '--json')).json();
  expect(blobs.map(({ path, status, result }) => [path, status, result])).toEqual([
    ['a', 'M', 'updated'],
    ['b', 'A', 'updated'],
    ['c', 'D', 'updated'],
  ]);
});

describe('blobs update --pin', () => {
  test('writes the commit that a branch means, and downloads from there', async (context) => {
    needGitHttp(context);
    const served = new Map<string, Uint8Array>();
    const server = await startGitServer((path) => served.get(path));
    const { main } = makeRepository(join(server.directory, 'g/r.git'), { branches: ['main'] });
    served.set(`/g/r/-/raw/${main}/fw.a`, NEW);
    const url = `${server.origin}/g/r/-/raw/main/fw.a`;
    const before = yamlOf(entry('a', url), entry('b', `${server.origin}/g/r/-/raw/gone/fw.a`));
    const { read, update } = make(before);
    const { code, stderr } = await update('--pin');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('BLOBS_CANNOT_PIN') });
    const after = before.replace(url, `${server.origin}/g/r/-/raw/${main}/fw.a`);
    expect(read()).toBe(after.replace(sha256(OLD), sha256(NEW)));
    expect((await update('--pin', '-l', 'a')).stdout).toBe('');
  });

  test('asks nobody where the network is off limits', async () => {
    const before = yamlOf(entry('a', 'https://blobs.invalid/g/r/-/raw/main/fw.a'));
    const { read, directory } = make(before);
    const { code, stderr } = await runCli(['update', '-m', directory, '--pin'], {
      env: { BLOBS_OFFLINE: '1' },
    });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('[BLOBS_USAGE]') });
    expect(read()).toBe(before);
  });
});
