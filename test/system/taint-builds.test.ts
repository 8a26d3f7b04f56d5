// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { type MadeModule, makeWorkspace } from '../support/modules.ts';
import { BLOBS_BIN, runCli, scrubbedEnvironment } from '../support/run-cli.ts';
import { tempDir, withDirectory } from '../support/temp.ts';

const DOCS = new URL('../../docs/building.md', import.meta.url);
const NAMES = ['absent', 'fetched', 'stale', 'linked'];

function needTools(context: TestContext, ...tools: string[]): void {
  const lacking = tools.filter((tool) => spawnSync(tool, ['--version']).status !== 0);
  if (lacking.length > 0) context.skip(`${lacking.join(', ')} not installed, skipped`);
}

/** A real static library with a function of this name. */
function libraryWith(name: string): Buffer {
  const directory = tempDir();
  const source = `int ${name}(void) { return 0; }\n`;
  execFileSync('gcc', ['-x', 'c', '-c', '-', '-o', 'x.o'], { cwd: directory, input: source });
  execFileSync('ar', ['rcsD', 'x.a', 'x.o'], { cwd: directory });
  return readFileSync(join(directory, 'x.a'));
}

interface Libraries extends MadeModule {
  /** Of the workspace that the module is in. */
  readonly topdir: string;
}

/** A module of real libraries: one not there, one of old bytes, one that the application may link, one that it does not. */
function makeLibraries(): Libraries {
  const topdir = tempDir();
  const [module] = makeWorkspace(topdir, [
    {
      name: 'hal-x',
      blobs: NAMES.map((name) => ({ path: `lib/lib${name}.a`, bytes: libraryWith(name) })),
    },
  ]);
  if (module === undefined) throw new Error('no module');
  for (const name of ['fetched', 'linked'])
    writeFileSync(withDirectory(module.blobFile(`lib/lib${name}.a`)), libraryWith(name));
  writeFileSync(module.blobFile('lib/libstale.a'), libraryWith('stale_of_old'));
  return { ...module, topdir };
}

/** The sources of an application that calls the library, or does not. */
function writeApplication(directory: string, usesBlob: boolean): void {
  const call = usesBlob
    ? 'int linked(void);\nint main(void) { return linked(); }\n'
    : 'int main(void) { return 0; }\n';
  writeFileSync(join(directory, 'main.c'), call);
}

/** Runs a tool as a user would, with `blobs` on the PATH; gives its stderr. */
function run(tool: string, args: readonly string[], cwd: string): string {
  const bin = tempDir();
  writeFileSync(join(bin, 'blobs'), `#!/bin/sh\nexec '${process.execPath}' '${BLOBS_BIN}' "$@"\n`, {
    mode: 0o755,
  });
  const env = { ...scrubbedEnvironment(), PATH: `${bin}:${process.env['PATH']}` };
  const { status, stderr, stdout } = spawnSync(tool, args, { cwd, env, encoding: 'utf8' });
  expect(status, stdout + stderr).toBe(0);
  return stderr;
}

/**
 * Configures and builds an application of the workspace with CMake, whose file has what the docs tell to put there. The
 * build directory and the directory that CMake runs in are outside of the workspace.
 */
function buildWithCmake(
  module: Libraries,
  generator: string,
  usesBlob: boolean,
): { cwd: string; said: string } {
  const cwd = tempDir();
  const application = join(module.topdir, 'app');
  mkdirSync(application);
  writeApplication(application, usesBlob);
  const snippets = readFileSync(DOCS, 'utf8').match(/(?<=```cmake\n)[^`]*/g) ?? [];
  const snippet = snippets.find((text) => text.includes('blobs taint')) ?? '';
  expect(snippet).toContain('COMMAND blobs taint --cmake\n');
  const lines = [
    'cmake_minimum_required(VERSION 3.20)',
    'project(app C)',
    snippet,
    'add_executable(app main.c)',
    ...(usesBlob ? [`target_link_libraries(app ${module.blobFile('lib/liblinked.a')})`] : []),
  ];
  writeFileSync(join(application, 'CMakeLists.txt'), lines.join('\n'));
  const said = run('cmake', ['-G', generator, '-S', application, '-B', 'build'], cwd);
  run('cmake', ['--build', 'build'], cwd);
  return { cwd, said };
}

/** Builds with a makefile of a person's own, which has the linker write a map. */
function buildWithMake(module: MadeModule, usesBlob: boolean): { cwd: string } {
  const cwd = tempDir();
  mkdirSync(join(cwd, 'build'));
  writeApplication(cwd, usesBlob);
  const library = usesBlob ? `-L${join(module.directory, 'zephyr/blobs/lib')} -llinked` : '';
  writeFileSync(
    join(cwd, 'Makefile'),
    `build/app: main.c\n\tgcc main.c -o build/app -Wl,-Map=build/app.map ${library}\n`,
  );
  run('make', [], cwd);
  return { cwd };
}

async function expectLinked(module: MadeModule, cwd: string): Promise<void> {
  const args = ['taint', '-m', module.directory, '--build-dir', 'build'];
  const { stderr, json, code } = await runCli([...args, '--json', '--fail-if', 'linked'], { cwd });
  expect(json().blobs.map((blob) => [blob.status, blob['taint']])).toEqual([
    ['D', 'declared'],
    ['A', 'fetched'],
    ['M', 'fetched'],
    ['A', 'linked'],
  ]);
  expect(json()).toMatchObject({ tainted: true, summary: { fetched: 3, stale: 1, linked: 1 } });
  expect(stderr).toContain('[BLOBS_TAINTED]');
  expect(code).toBe(1);
}

async function expectClean(module: MadeModule, cwd: string): Promise<void> {
  const args = ['taint', '-m', module.directory, '--build-dir', 'build', '--fail-if', 'linked'];
  const { stdout, stderr, code } = await runCli(args, { cwd });
  expect(code, stderr).toBe(0);
  expect(stdout).toBe('hal-x fetched 4 3 1 0\n');
  expect(stderr).toBe('the build is not tainted: none of 4 declared blobs is linked, 3 fetched\n');
}

describe.each([
  ['Ninja', 'ninja'],
  ['Unix Makefiles', 'make'],
])('a CMake build with %s', (generator, tool) => {
  it('warns of what is fetched while it is configured, and tells afterwards what it linked', async (context) => {
    needTools(context, 'gcc', 'ar', 'cmake', tool);
    const module = makeLibraries();
    const { cwd, said } = buildWithCmake(module, generator, true);

    expect(said).toMatch(
      /CMake Warning [^\n]*\n +blobs: the build is tainted: 3 of 4 declared blobs are\s+fetched/,
    );
    await expectLinked(module, cwd);
  });

  it('is not tainted by blobs that lie there', async (context) => {
    needTools(context, 'gcc', 'ar', 'cmake', tool);
    const module = makeLibraries();
    const { cwd } = buildWithCmake(module, generator, false);

    await expectClean(module, cwd);
  });
});

describe("a build with a map of the linker's", () => {
  it('is tainted by what the map names', async (context) => {
    needTools(context, 'gcc', 'ar', 'make');
    const module = makeLibraries();

    await expectLinked(module, buildWithMake(module, true).cwd);
    await expectClean(module, buildWithMake(module, false).cwd);
  });
});
