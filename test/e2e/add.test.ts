// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { archive, elfFile } from '../support/binaries.ts';
import { copyModule, corpusModules, needCorpus } from '../support/corpus.ts';
import { type FaultServer, startFaultServer } from '../support/fault-server.ts';
import { makeRepository, needGitHttp, startGitServer } from '../support/git-server.ts';
import { type MadeModule, makeModule } from '../support/modules.ts';
import { type CliResult, runCli, runCliOnTerminal } from '../support/run-cli.ts';
import { schemaErrors } from '../support/schema.ts';
import { filesBelow, sha256, sha256OfFile, someBytes, tempDir, withDirectory } from '../support/temp.ts';

const BYTES = archive([
  { name: 'a.o', content: elfFile() },
  { name: 'data', content: someBytes('new', 4672) },
]);
const DIGEST = sha256(BYTES);
const OLD = `name: hal_x
blobs:
  - path: lib/old.a
    sha256: ${sha256('old')}
    type: lib
    version: '1.2'
    license-path: LICENSE
    url: https://blobs.invalid/${'a'.repeat(40)}/old.a
    description: "Old library"
    doc-url: https://blobs.invalid/doc
# the build
build:
  cmake: .
`;

function someModule(yaml = OLD): MadeModule {
  return makeModule(join(tempDir(), 'hal_x'), { yaml });
}

function yamlOf(module: MadeModule): string {
  return readFileSync(join(module.directory, 'zephyr/module.yml'), 'utf8');
}

const TEXTS = {
  '--path': 'lib/new.a',
  '--type': 'lib',
  '--blob-version': '1.3',
  '--license-path': 'LICENSE',
  '--description': 'New library',
  '--doc-url': 'https://blobs.invalid/doc',
};

function add(module: MadeModule, url: string | readonly string[], ...args: string[]): Promise<CliResult> {
  const urls = [url].flat().flatMap((one) => ['--url', one]);
  return runCli(['add', '-m', module.directory, ...urls, ...Object.entries(TEXTS).flat(), ...args]);
}

/** The module is as it was: its file, and nothing beside it. */
function expectUntouched(module: MadeModule, yaml = OLD): void {
  expect(yamlOf(module)).toBe(yaml);
  expect(filesBelow(module.directory)).toEqual(['LICENSE', 'zephyr/module.yml']);
  expect(existsSync(join(module.directory, 'zephyr/blobs'))).toBe(false);
}

function entryLines(url: string): string {
  return [
    '  - path: lib/new.a',
    `    sha256: ${DIGEST}`,
    '    type: lib',
    "    version: '1.3'",
    '    license-path: LICENSE',
    `    url: ${url}`,
    '    description: "New library"',
    '    doc-url: https://blobs.invalid/doc',
    '',
  ].join('\n');
}

function serveNew(server: FaultServer, path = `/${'b'.repeat(40)}/new.a`): string {
  return server.serve(path, BYTES);
}

describe('an entry that is added', () => {
  test('stands behind the others, in their style, with the digest of what was downloaded', async () => {
    const module = someModule();
    const file = join(module.directory, 'zephyr/module.yml');
    await chmod(file, 0o640);
    const url = serveNew(await startFaultServer());
    const { code, stdout, stderr } = await add(module, url);
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: entryLines(url) });
    expect(yamlOf(module)).toBe(OLD.replace('# the build', `${entryLines(url)}# the build`));
    expect(stderr).toContain('1 entry added to');
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(filesBelow(module.directory)).toEqual(['LICENSE', 'zephyr/blobs/lib/new.a', 'zephyr/module.yml']);
    expect((await runCli(['verify', '-m', module.directory, '-l', 'lib/new'])).code).toBe(0);
  });

  test('is judged alone: what is wrong with the file and its other entries was so before', async () => {
    const server = await startFaultServer();
    const yaml = OLD.replace('license-path: LICENSE', 'license-path: MISSING  ');
    const module = someModule(yaml);
    const result = await add(module, server.serve('/new.a', BYTES), '--json');
    expect(result.code).toBe(0);
    expect(yamlOf(module)).toContain('path: lib/new.a');
    expect(result.json().issues.filter(({ path }) => path !== 'lib/new.a')).toEqual([]);
    const linted = await runCli(['lint', '--json', '-m', module.directory]);
    expect(linted.json().issues.map(({ rule }) => rule)).toEqual(
      expect.arrayContaining(['missing-license-file', 'trailing-whitespace']),
    );
  });

  test('is in the store too, so that another module needs no download', async () => {
    const server = await startFaultServer();
    const url = serveNew(server);
    const module = someModule();
    expect((await add(module, url)).code).toBe(0);
    const other = makeModule(join(tempDir(), 'other'), { yaml: yamlOf(module) });
    await runCli(['fetch', '-m', other.directory, '-l', 'lib/new']);
    expect(sha256OfFile(other.blobFile('lib/new.a'))).toBe(DIGEST);
    expect(server.requests).toHaveLength(1);
  });

  test('is only printed in a dry run, with a document that the schema describes', async () => {
    const module = someModule();
    const url = serveNew(await startFaultServer());
    const dry = await add(module, url, '-n', '--json');
    expect(schemaErrors('add', dry.json())).toEqual([]);
    expect(dry.json()).toMatchObject({
      dryRun: true,
      added: { line: 11, text: entryLines(url) },
      blobs: [{ status: 'D' }],
    });
    expectUntouched(module);
    const done = (await add(module, url, '--json')).json();
    expect(schemaErrors('add', done)).toEqual([]);
    expect(done).toMatchObject({
      blobs: [{ path: 'lib/new.a', status: 'A', bytes: 5000, sha256: DIGEST }],
      pinned: [],
    });
  });

  test('has what older releases refuse only on demand', async () => {
    const module = someModule();
    const url = serveNew(await startFaultServer());
    const { stdout } = await add(module, url, '--size', '--license', 'Apache-2.0', '--click-through', '-n');
    expect(stdout).toContain('    size: 5000\n');
    expect(stdout).toContain('    license: Apache-2.0\n');
    expect(stdout).toContain('    license-path: LICENSE\n    click-through: true\n');
  });

  test('names all its URLs, which must hold the same bytes', async () => {
    const server = await startFaultServer();
    const urls = [serveNew(server), server.serve(`/${'c'.repeat(40)}/copy.a`, BYTES)];
    const { stdout } = await add(someModule(), urls, '-n');
    expect(stdout).toContain(`    url:\n      - ${urls[0]}\n      - ${urls[1]}\n`);
    const module = someModule();
    const bad = await add(module, [...urls, server.serve('/other', 'other')]);
    expect(bad.code).toBe(65);
    expect(bad.stderr).toMatch(/its URLs do not give the same bytes \[BLOBS_URLS_DIFFER\]/);
    expectUntouched(module);
  });
});

describe('nothing is added, and nothing changes', () => {
  test.each<[string, string | Buffer, string]>([
    ['for a web page', '\n<!DOCTYPE html><html>Sign in</html>', 'a web page'],
    [
      'for a Git LFS pointer',
      'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n',
      '--fetcher lfs',
    ],
    ['for an empty file', '', 'the file is empty'],
  ])('%s', async (_, body, words) => {
    const module = someModule();
    const server = await startFaultServer();
    const { code, stdout, stderr } = await add(module, server.serve('/x', body));
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('BLOBS_NOT_A_BLOB');
    expect(stderr).toContain(words);
    expectUntouched(module);
  });

  test('for more bytes than --max-size, a status, or a connection that ends', async () => {
    const server = await startFaultServer();
    const module = someModule();
    expect((await add(module, serveNew(server), '--max-size', '4k')).stderr).toContain('BLOBS_TOO_LARGE');
    expect((await add(module, `${server.origin}/gone`)).stderr).toContain('HTTP status 404');
    expect((await add(module, 'ftp://h.invalid/x')).code).toBe(1);
    expectUntouched(module);
  });

  test.each([
    ['an unsafe path', { '--path': '../x.a' }, 65],
    ['a path that is taken', { '--path': 'lib/old.a' }, 65],
    ['a path below a file', { '--path': 'lib/old.a/x' }, 65],
  ])('for %s', async (_, texts, code) => {
    const module = someModule();
    const server = await startFaultServer();
    const args = Object.entries({ ...TEXTS, ...texts }).flat();
    const result = await runCli(['add', '-m', module.directory, '--url', serveNew(server), ...args]);
    expect(result, result.stderr).toMatchObject({ code, stdout: '' });
    expectUntouched(module);
  });

  test.each<[string, string, Record<string, string>]>([
    ['a branch in a URL', 'mutable-url', {}],
    ['credentials in a URL', 'url-credentials', { '--url': 'http://me:secret@127.0.0.1:9/new.a' }],
    ['a licence file that is not there', 'missing-license-file', { '--license-path': 'LICENCE' }],
    ['a licence that is no SPDX expression', 'license-expression', { '--license': 'my own' }],
  ])('for %s, without a request', async (_, rule, texts) => {
    const module = someModule();
    const server = await startFaultServer();
    const branch = server.serve('/acme/fw/-/raw/main/new.a', BYTES);
    const good = serveNew(server);
    const url = rule === 'mutable-url' ? branch : good;
    const args = Object.entries({ '--url': url, ...TEXTS, ...texts }).flat();
    const shown = await runCli(['add', '-m', module.directory, ...args]);
    expect([shown.code, shown.stdout], shown.stderr).toEqual([1, '']);
    expect(shown.stderr).toContain(`(${rule})`);
    expect(shown.stderr).toMatch(/zephyr\/module\.yml, in the new entry: lib\/new\.a: .*\n {2}\+ \| {5}\S/);
    expect(shown.stderr).not.toContain('secret');
    const document = (await runCli(['add', '--json', '-m', module.directory, ...args])).json();
    expect(schemaErrors('add', document)).toEqual([]);
    expect(document.issues).toEqual([expect.objectContaining({ rule, line: 1 })]);
    expect(document.issues[0]).not.toHaveProperty('column');
    expect(server.requests).toEqual([]);
    expectUntouched(module);
  });

  test('where another file is at the place, or the file of a module cannot be added to', async () => {
    const server = await startFaultServer();
    const module = someModule();
    writeFileSync(withDirectory(module.blobFile('lib/new.a')), 'mine');
    const { code, stderr } = await add(module, serveNew(server));
    expect(code).toBe(65);
    expect(stderr).toContain('a file with other bytes is at its place');
    expect(readFileSync(module.blobFile('lib/new.a'), 'utf8')).toBe('mine');
    const flow = '{name: x}\n';
    const odd = someModule(flow);
    expect((await add(odd, serveNew(server))).stderr).toContain('BLOBS_CANNOT_EDIT');
    expectUntouched(odd, flow);
    const malformed = someModule('blobs: [');
    expect((await add(malformed, serveNew(server))).code).toBe(65);
  });

  test('through a link out of the module', async () => {
    const server = await startFaultServer();
    const module = someModule();
    const outside = tempDir();
    mkdirSync(join(module.directory, 'zephyr/blobs'));
    symlinkSync(outside, join(module.directory, 'zephyr/blobs/lib'));
    expect((await add(module, serveNew(server))).code).toBe(65);
    expect([yamlOf(module), filesBelow(outside)]).toEqual([OLD, []]);
  });

  test('where the file is changed meanwhile', async () => {
    const server = await startFaultServer();
    const module = someModule();
    const file = join(module.directory, 'zephyr/module.yml');
    const url = server.serve('/slow', BYTES, { kind: 'stall', afterBytes: 10 });
    const changed = `${OLD}# mine\n`;
    const args = ['--url', url, ...Object.entries(TEXTS).flat(), '--timeout', '0.5', '--retries', '1'];
    const result = await runCli(['add', '-m', module.directory, ...args], {
      onStart: async () => {
        await server.whenStalled('/slow');
        server.serve('/slow', BYTES);
        writeFileSync(file, changed);
      },
    });
    expect(result.stderr).toContain('changed while it was worked on');
    expectUntouched(module, changed);
  });

  test('where options are missing: all are named at once', async () => {
    const { code, stderr } = await runCli(['add', '-m', someModule().directory, '--type', 'img']);
    expect(code).toBe(2);
    for (const name of ['--url', '--path', '--blob-version', '--license-path', '--description'])
      expect(stderr).toContain(name);
    expect(stderr).not.toContain('--type missing');
  });
});

describe('--from', () => {
  const entry = (path: string, url: string) => ({
    path,
    url,
    type: 'img',
    version: '2',
    description: `Image ${path}`,
  });

  test('adds all entries of a list, in its order; options are for what the entries lack', async () => {
    const server = await startFaultServer();
    const list = ['a', 'b', 'c'].map((name) =>
      entry(`img/${name}.bin`, server.serve(`/${'d'.repeat(40)}/${name}`, someBytes(name))),
    );
    const module = someModule();
    const { code, stderr } = await runCli(
      [
        'add',
        '-m',
        module.directory,
        '--from',
        '-',
        '--license-path',
        'LICENSE',
        '--doc-url',
        'https://blobs.invalid/doc',
      ],
      { input: JSON.stringify(list) },
    );
    expect(code, stderr).toBe(0);
    const { blobs } = (await runCli(['list', '-m', module.directory, '--json'])).json();
    expect(blobs.map(({ path, status }) => `${path} ${status}`)).toEqual([
      'lib/old.a D',
      'img/a.bin A',
      'img/b.bin A',
      'img/c.bin A',
    ]);
  });

  test('adds none where one fails', async () => {
    const server = await startFaultServer();
    const list = [entry('a.bin', serveNew(server)), entry('b.bin', `${server.origin}/gone`)];
    const module = someModule();
    const file = join(tempDir(), 'new.json');
    writeFileSync(file, JSON.stringify(list));
    const { code, stderr } = await runCli([
      'add',
      '-m',
      module.directory,
      '--from',
      file,
      '--license-path',
      'LICENSE',
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain('b.bin');
    expectUntouched(module);
  });

  test('compares with a digest that is given', async () => {
    const server = await startFaultServer();
    const list = [
      { ...entry('a.bin', serveNew(server)), sha256: sha256('other'), 'license-path': 'LICENSE' },
    ];
    const module = someModule();
    const result = await runCli(['add', '-m', module.directory, '--from', '-'], {
      input: JSON.stringify(list),
    });
    expect(result.code).toBe(65);
    expectUntouched(module);
  });
});

test('with --fetcher lfs, the file in place tells digest and size', async () => {
  const module = someModule();
  const base = 'https://lfs.invalid/o/r/info/lfs';
  const missing = await add(module, base, '--fetcher', 'lfs');
  expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('must be in place before')]);
  expectUntouched(module);
  writeFileSync(withDirectory(module.blobFile('lib/new.a')), BYTES);
  const { code, stdout, stderr } = await add(module, base, '--fetcher', 'lfs');
  expect(code, stderr).toBe(0);
  expect(stdout).toContain(`    sha256: ${DIGEST}\n`);
  expect(stdout).toMatch(/ fetcher: lfs\n {4}size: 5000\n/);
});

test('--pin puts the commit of a branch into the URL, and downloads from there', async (context) => {
  needGitHttp(context);
  const served = new Map<string, Uint8Array>();
  const server = await startGitServer((path) => served.get(path));
  const commits = makeRepository(join(server.directory, 'g/r.git'), { branches: ['main', 'rel/1'] });
  served.set(`/g/r/-/raw/${commits['rel/1']}/fw.a`, BYTES);
  const module = someModule();
  const { code, stdout, stderr } = await add(module, `${server.origin}/g/r/-/raw/rel/1/fw.a`, '--pin');
  expect(code, stderr).toBe(0);
  expect(stdout).toBe(entryLines(`${server.origin}/g/r/-/raw/${commits['rel/1']}/fw.a`));
  expect(stderr).toContain('pinned rel/1:');
  const gone = await add(someModule(), `${server.origin}/g/r/-/raw/none/fw.a`, '--pin');
  expect([gone.code, gone.stderr]).toEqual([1, expect.stringContaining('BLOBS_CANNOT_PIN')]);
});

test('on a terminal, what is missing is asked for', async () => {
  const module = someModule();
  const url = serveNew(await startFaultServer());
  const answers = [
    [/URL: /, url],
    [/Path below zephyr\/blobs: /, 'lib/new.a'],
    [/Type \(img or lib\): /, 'exe'],
    [/Type \(img or lib\): [\s\S]*Type \(img or lib\): /, 'lib'],
    [/Version: /, '1.3'],
    [/Licence file.*: /, 'LICENSE'],
    [/Description: /, 'New library'],
    [/may be empty\): /, 'https://blobs.invalid/doc'],
  ] as const;
  const args = ['add', '-m', module.directory, '--no-progress'];
  await runCliOnTerminal(args, {
    onStart: async (cli) => {
      for (const [question, answer] of answers) {
        await cli.seen(question);
        cli.type(`${answer}\n`);
      }
    },
  });
  expect(yamlOf(module)).toContain(entryLines(url));
  expect(existsSync(module.blobFile('lib/new.a'))).toBe(true);
});

test('every module of the corpus can be added to', async (context) => {
  needCorpus(context);
  const url = serveNew(await startFaultServer());
  for (const directory of corpusModules().filter((_, index) => index % 16 === 0)) {
    const to = join(tempDir(), 'module');
    copyModule(directory, to);
    writeFileSync(join(to, 'LICENSE'), 'x\n');
    const before = readFileSync(join(to, 'zephyr/module.yml'));
    const args = ['--url', url, ...Object.entries(TEXTS).flat()];
    const { code, stderr } = await runCli(['add', '-m', to, ...args]);
    expect(code, `${directory}: ${stderr}`).toBe(0);
    expect(readFileSync(join(to, 'zephyr/module.yml')).length).toBeGreaterThan(before.length + 200);
  }
});

test('what lint finds in the downloaded library refuses the entry, and nothing stays of it', async () => {
  const server = await startFaultServer();
  const module = someModule();
  const library = archive([{ name: 'os.o', content: elfFile({ symbols: ['k_malloc'] }) }]);

  const { code, stderr } = await add(module, server.serve(`/${'b'.repeat(40)}/new.a`, library));

  expect(stderr).toContain('lib/new.a: the library depends on 1 Zephyr symbol');
  expect(code).toBe(1);
  expectUntouched(module);
});
