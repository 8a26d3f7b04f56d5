// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startFaultServer } from '../support/fault-server.ts';
import { makeModule, makeWorkspace } from '../support/modules.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';
import { schemaErrors } from '../support/schema.ts';
import { someBytes, tempDir, withDirectory } from '../support/temp.ts';

const COMMANDS = ['list', 'fetch', 'verify', 'clean', 'lint', 'modules', 'licenses', 'sbom', 'taint'];

/** A workspace with about everything that a document can tell of; returns its topdir. */
async function makeRichWorkspace(): Promise<string> {
  const server = await startFaultServer();
  const topdir = tempDir();
  const blob = (path: string) => ({
    path,
    bytes: someBytes(path),
    url: server.serve(`/${path}`, someBytes(path)),
  });
  const [rich] = makeWorkspace(topdir, [
    {
      name: 'hal_rich',
      blobs: [
        blob('present.bin'),
        blob('modified.bin'),
        {
          ...blob('absent.bin'),
          type: 'img',
          size: 1000,
          license: 'Apache-2.0',
          'x-note': { any: ['thing'] },
        },
        { ...blob('clicked.bin'), 'click-through': true },
        { ...blob('nowhere.bin'), url: [`${server.origin}/missing-1`, `${server.origin}/missing-2`] },
        {
          ...blob('wrong.bin'),
          url: server.serve('/wrong', someBytes('wrong.bin'), { kind: 'wrong-bytes' }),
        },
        { ...blob('odd.bin'), fetcher: 'carrier-pigeon' },
        { path: '../escape.bin' },
      ],
    },
    { name: 'hal_null', yaml: 'name: hal_null\nblobs:\n' },
    { name: 'hal_broken', yaml: 'name: [\n' },
    { name: 'hal_needy', depends: ['hal_unknown'] },
    { name: 'hal_rich', path: 'modules/second', blobs: [] },
  ]);
  const place = (path: string, content: string | Buffer) => {
    writeFileSync(withDirectory(rich?.blobFile(path) ?? ''), content);
  };
  place('present.bin', someBytes('present.bin'));
  place('modified.bin', 'something else');
  return topdir;
}

describe('--json', () => {
  test.for(COMMANDS)('prints one document that satisfies the schema: %s', async (command) => {
    const topdir = await makeRichWorkspace();

    const result = await runCli([command, '--json', '--retries', '0'].slice(0, command === 'fetch' ? 4 : 2), {
      cwd: topdir,
    });

    const document = result.json();
    expect(schemaErrors(command, document)).toEqual([]);
    expect(document).toMatchObject({ schemaVersion: 1, command });
    expect(result.stdout.endsWith('}\n')).toBe(true);
    expect(document.issues.map(({ code }) => code)).toContain('BLOBS_MALFORMED_YAML');
    for (const issue of document.issues) {
      expect(issue.message).not.toBe('');
      if (issue.file !== undefined) expect(isAbsolute(issue.file)).toBe(true);
    }
    expect(result.code).toBe(65);
  });

  test.for(COMMANDS)(
    'satisfies the schema when all is well, and when nothing is there: %s',
    async (command) => {
      const module = makeModule(tempDir(), { name: 'hal_x', blobs: [{ path: 'a.bin', bytes: 'a' }] });
      writeFileSync(withDirectory(module.blobFile('a.bin')), 'a');
      const empty = tempDir();
      makeWorkspace(empty, []);

      const full = await runCli([command, '--json', '-m', module.directory]);
      const none = await runCli([command, '--json'], { cwd: empty });

      expect(schemaErrors(command, full.json())).toEqual([]);
      expect(schemaErrors(command, none.json())).toEqual([]);
      if (command !== 'lint') expect(full.code).toBe(0);
      expect(none.code).toBe(0);
    },
  );

  test('names the mistake in a document when the command line is wrong', async () => {
    const module = makeModule(tempDir(), { name: 'hal_x', blobs: [{ path: 'a.bin' }] });

    const result = await runCli(['list', '--json', '-m', module.directory, 'hal_y']);

    expect(schemaErrors('list', result.json())).toEqual([]);
    expect(result.json().issues).toMatchObject([{ severity: 'error', code: 'BLOBS_UNKNOWN_MODULE' }]);
    expect(result.code).toBe(2);
  });
});

describe('a blob in --json', () => {
  test('has the keys of module.yml, absolute paths, and a list of URLs', async () => {
    const topdir = await makeRichWorkspace();

    const { blobs } = (await runCli(['list', '--json', 'hal_rich'], { cwd: topdir })).json();

    const byPath = new Map(blobs.map((blob) => [blob.path, blob]));
    expect(byPath.get('absent.bin')).toMatchObject({
      module: 'hal_rich',
      status: 'D',
      type: 'img',
      version: '1.0',
      size: 1000,
      license: 'Apache-2.0',
      'license-path': 'LICENSE',
      'license-abspath': join(topdir, 'modules/hal_rich/LICENSE'),
      abspath: join(topdir, 'modules/hal_rich/zephyr/blobs/absent.bin'),
      url: [expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/absent\.bin$/)],
      'doc-url': 'https://blobs.invalid/doc',
    });
    expect(byPath.get('present.bin')?.status).toBe('A');
    expect(byPath.get('modified.bin')?.status).toBe('M');
    for (const key of ['size', 'license', 'fetcher', 'click-through']) {
      expect(byPath.get('present.bin')).not.toHaveProperty(key);
    }
    expect(byPath.get('nowhere.bin')?.['url']).toHaveLength(2);
  });

  test('tells what fetch did with it', async () => {
    const topdir = await makeRichWorkspace();

    const result = await runCli(['fetch', '--json', '--retries', '0', 'hal_rich'], { cwd: topdir });

    const { blobs, summary, issues } = result.json();
    expect(Object.fromEntries(blobs.map(({ path, result }) => [path, result]))).toEqual({
      'present.bin': 'up-to-date',
      'modified.bin': 'url',
      'absent.bin': 'url',
      'clicked.bin': 'skipped',
      'nowhere.bin': 'failed',
      'wrong.bin': 'failed',
      'odd.bin': 'failed',
    });
    const byPath = new Map(blobs.map((blob) => [blob.path, blob]));
    expect(byPath.get('present.bin')).not.toHaveProperty('source');
    expect(byPath.get('absent.bin')).toMatchObject({
      bytes: 1000,
      source: expect.stringMatching(/\/absent\.bin$/),
    });
    expectCounts(result, 'result');
    expect(summary).toMatchObject({ total: 7, url: 2, failed: 3, skipped: 1, 'up-to-date': 1 });
    expect(issues).toContainEqual(
      expect.objectContaining({
        code: 'BLOBS_LICENSE_NOT_ACCEPTED',
        module: 'hal_rich',
        path: 'clicked.bin',
      }),
    );
  });

  test('tells what clean removed', async () => {
    const topdir = await makeRichWorkspace();

    const result = await runCli(['clean', '--json', 'hal_rich'], { cwd: topdir });

    const removed = result.json().blobs.filter((blob) => blob['removed'] === true);
    expect(removed.map(({ path, bytes }) => [path, bytes])).toEqual([
      ['present.bin', 1000],
      ['modified.bin', 'something else'.length],
    ]);
    expect(new Set(result.json().blobs.map((blob) => typeof blob['removed']))).toEqual(new Set(['boolean']));
  });

  test.for(['list', 'verify'])('is counted by status in the summary of %s', async (command) => {
    const topdir = await makeRichWorkspace();

    const result = await runCli([command, '--json', 'hal_rich'], { cwd: topdir });

    expectCounts(result, 'status');
    expect(result.json().summary).toMatchObject({ total: 7, A: 1, M: 1, D: 5 });
  });
});

test('modules --json tells of the workspace, its projects and its modules', async () => {
  const topdir = await makeRichWorkspace();

  const document = (
    await runCli(['modules', '--all', '--json'], { cwd: topdir })
  ).json() as unknown as Record<string, unknown>;

  expect(document['workspace']).toEqual({ topdir, manifestPath: join(topdir, 'manifest', 'west.yml') });
  expect(document['projects']).toContainEqual({
    name: 'hal_rich',
    path: 'modules/hal_rich',
    abspath: join(topdir, 'modules/hal_rich'),
    active: true,
    cloned: false,
    module: 'hal_rich',
  });
  expect(document['modules']).toContainEqual({
    name: 'hal_rich',
    directory: join(topdir, 'modules/hal_rich'),
    project: 'hal_rich',
    depends: [],
    blobs: 7,
    present: 1,
    bytes: 1000,
  });
});

test('every finding of lint --json has a rule, a file and a line', async () => {
  const module = makeModule(tempDir(), {
    name: 'hal_x',
    blobs: [{ path: 'a.bin', license: 'Not/A licence' }, { path: '../a.bin' }],
  });

  const result = await runCli(['lint', '--json', '-m', module.directory]);

  const { issues } = result.json();
  expect(schemaErrors('lint', result.json())).toEqual([]);
  expect(issues.length).toBeGreaterThan(0);
  for (const issue of issues) {
    expect(issue).toMatchObject({
      rule: expect.any(String),
      file: join(module.directory, 'zephyr', 'module.yml'),
      line: expect.any(Number),
    });
  }
  const ofReading = issues.filter(({ code }) => code !== 'BLOBS_LINT');
  expect(ofReading.map(({ code }) => code).sort()).toEqual([
    'BLOBS_BAD_LICENSE_EXPRESSION',
    'BLOBS_UNSAFE_PATH',
  ]);
  expect(result.code).toBe(65);
});

test('no document and no message shows the secrets of a URL', async () => {
  const server = await startFaultServer();
  const { port } = new URL(server.origin);
  const url = `http://user:hunter2@127.0.0.1:${port}/fw.bin?token=s3cr3t&x=1`;
  const module = makeModule(tempDir(), { name: 'hal_x', blobs: [{ path: 'fw.bin', url }] });

  for (const args of [['list'], ['fetch', '--retries', '0'], ['verify'], ['lint']]) {
    for (const mode of [['--json'], ['--debug']]) {
      const { stdout, stderr } = await runCli([...args, '-m', module.directory, ...mode]);
      expect(stdout + stderr).not.toMatch(/hunter2|s3cr3t/);
    }
  }
  expect(server.requests.length).toBeGreaterThan(0);
});

function expectCounts(result: CliResult, key: 'status' | 'result'): void {
  const { blobs, summary } = result.json();
  expect(summary['total']).toBe(blobs.length);
  for (const value of new Set(blobs.map((blob) => blob[key] ?? ''))) {
    expect(summary[value]).toBe(blobs.filter((blob) => blob[key] === value).length);
  }
}
