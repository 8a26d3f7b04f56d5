// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, type TestContext, test } from 'vitest';
import { type MadeModule, makeModule } from '../support/modules.ts';
import { BLOBS_BIN, type CliResult, runCli, scrubbedEnvironment } from '../support/run-cli.ts';
import { schemaErrors } from '../support/schema.ts';
import { tempDir, withDirectory } from '../support/temp.ts';

// Building takes a while where all cores are busy.
const TIMEOUT_MS = 180_000;

function needTools(context: TestContext, ...tools: string[]): void {
  const lacking = tools.filter((tool) => spawnSync(tool, ['--version']).status !== 0);
  if (lacking.length > 0) context.skip(`${lacking.join(', ')} not installed`);
}

/** What each blob of the test is: a library with one function, or an image. */
const LIBRARIES = { path: 'libpath.a', found: 'lib/libfound.a', unused: 'libunused.a' } as const;
const IMAGES = ['embedded.bin', 'merged.bin', 'flashed.bin'] as const;

interface Project {
  readonly top: string;
  readonly module: MadeModule;
  /** Runs `blobs verify` in the project. */
  verify(...args: string[]): Promise<CliResult>;
}

/** A module `hal` whose blobs are there, and the sources of an application in `src`. */
function makeProject(sources: Readonly<Record<string, string>>): Project {
  const top = tempDir();
  const blobs = join(top, 'hal', 'zephyr', 'blobs');
  const contents = new Map<string, Buffer | string>(IMAGES.map((name) => [name, `12, /* ${name} */\n`]));
  for (const [name, path] of Object.entries(LIBRARIES)) {
    const file = withDirectory(join(blobs, path));
    const object = join(top, `${name}.o`);
    execFileSync('gcc', ['-x', 'c', '-c', '-o', object, '-'], { input: `int ${name}(void) { return 0; }\n` });
    execFileSync('ar', ['rcsD', file, object]);
    contents.set(path, readFileSync(file));
  }
  const entries = [...contents].map(([path, bytes]) => ({ path, bytes }));
  const module = makeModule(join(top, 'hal'), { name: 'hal', blobs: entries });
  for (const { path, bytes } of entries) writeFileSync(withDirectory(module.blobFile(path)), bytes);
  for (const [path, text] of Object.entries(sources))
    writeFileSync(withDirectory(join(top, 'src', path)), text);
  return { top, module, verify: (...args) => runCli(['verify', '-m', 'hal', ...args], { cwd: top }) };
}

const MAIN = `
static const unsigned char firmware[] = {
#include "embedded.inc"
};
int path(void), found(void), middle(void);
int main(void) { return path() + found() + middle() + firmware[0] - 12; }
`;

const CMAKE = `
cmake_minimum_required(VERSION 3.20)
project(app C)
set(BLOBS \${CMAKE_CURRENT_SOURCE_DIR}/../hal/zephyr/blobs)
add_custom_command(OUTPUT embedded.inc DEPENDS \${BLOBS}/embedded.bin
  COMMAND \${CMAKE_COMMAND} -E copy \${BLOBS}/embedded.bin embedded.inc)
add_custom_target(embedded DEPENDS embedded.inc)
add_library(middle STATIC middle.c)
add_library(path STATIC IMPORTED)
set_target_properties(path PROPERTIES IMPORTED_LOCATION \${BLOBS}/libpath.a)
add_executable(app main.c)
add_dependencies(app embedded)
target_include_directories(app PRIVATE \${CMAKE_CURRENT_BINARY_DIR})
target_link_directories(app PRIVATE \${BLOBS}/lib)
target_link_libraries(app PRIVATE middle path found -Wl,-Map=app.map)
add_custom_command(TARGET app POST_BUILD
  COMMAND \${CMAKE_COMMAND} -E cat app \${BLOBS}/merged.bin > merged.img)
add_custom_target(flash COMMAND \${CMAKE_COMMAND} -E cat \${BLOBS}/flashed.bin DEPENDS app \${BLOBS}/flashed.bin)
add_executable(tool EXCLUDE_FROM_ALL tool.c)
`;

const LINKED = ['embedded.bin', 'lib/libfound.a', 'libpath.a', 'merged.bin'];
const SOURCES = {
  'CMakeLists.txt': CMAKE,
  'main.c': MAIN,
  'middle.c': 'int middle(void) { return 0; }\n',
  'tool.c': 'int main(void) { return 0; }\n',
};

describe.each([
  ['Ninja', 'ninja'],
  ['Unix Makefiles', 'make'],
] as const)('a CMake build with %s', (generator, tool) => {
  const configure = ({ top }: Project) =>
    execFileSync('cmake', ['-S', 'src', '-B', 'build', '-G', generator], { cwd: top, stdio: 'pipe' });
  const build = ({ top }: Project) =>
    execFileSync('cmake', ['--build', 'build'], { cwd: top, stdio: 'pipe' });

  test('links what it names, configured and built', { timeout: TIMEOUT_MS }, async (context) => {
    needTools(context, 'cmake', tool, 'gcc', 'ar');
    const project = makeProject(SOURCES);
    configure(project);
    const looks = [await project.verify('--build-dir', 'build', '--json')];
    build(project);
    looks.push(await project.verify('--build-dir', 'build', '--json'));
    for (const look of looks) {
      const document = look.json();
      expect(document.blobs.map(({ path }) => path).sort()).toEqual(LINKED);
      expect(document.issues).toEqual([]);
      expect(schemaErrors('verify', document)).toEqual([]);
      expect(look.code).toBe(0);
    }
    const kinds = new Map(looks[1]?.json().blobs.map(({ path, linked }) => [path, kindsOf(linked)]));
    // Beside link.txt, build.make names what is named by its path.
    const steps = tool === 'make' ? ['build-step'] : [];
    expect(kinds.get('libpath.a')).toEqual(['link-command', ...steps, 'map-file']);
    expect(kinds.get('lib/libfound.a')).toEqual(['link-command', 'map-file']);
  });

  test('fails for linked blobs alone', { timeout: TIMEOUT_MS }, async (context) => {
    needTools(context, 'cmake', tool, 'gcc', 'ar');
    const project = makeProject(SOURCES);
    configure(project);
    build(project);
    const verify = async () => (await project.verify('--build-dir', 'build')).code;
    // Nobody links these.
    rmSync(project.module.blobFile('flashed.bin'));
    writeFileSync(project.module.blobFile('libunused.a'), 'stale');
    expect(await verify()).toBe(0);
    rmSync(project.module.blobFile('lib/libfound.a'));
    expect(await verify()).toBe(1);
    writeFileSync(project.module.blobFile('merged.bin'), 'stale');
    expect(await verify()).toBe(65);
  });
});

test('the CMake code of docs/building.md fails a build with a stale blob', {
  timeout: TIMEOUT_MS,
}, async (context) => {
  needTools(context, 'cmake', 'ninja', 'gcc', 'ar');
  const docs = readFileSync(new URL('../../docs/building.md', import.meta.url), 'utf8');
  const [, code = ''] = /```cmake\n(.*?)```/s.exec(docs) ?? [];
  const project = makeProject({ ...SOURCES, 'CMakeLists.txt': CMAKE + code });
  const bin = join(project.top, 'bin', 'blobs');
  writeFileSync(withDirectory(bin), `#!/bin/sh\nexec '${process.execPath}' '${BLOBS_BIN}' "$@"\n`, {
    mode: 0o755,
  });
  const env = scrubbedEnvironment({
    env: {
      PATH: `${join(project.top, 'bin')}:${process.env['PATH']}`,
      ZEPHYR_MODULES: join(project.top, 'hal'),
    },
  });
  const run = (...args: string[]) => spawnSync('cmake', args, { cwd: project.top, env, encoding: 'utf8' });
  expect(run('-S', 'src', '-B', 'build', '-G', 'Ninja').status).toBe(0);
  expect(run('--build', 'build')).toMatchObject({ status: 0, stderr: '' });
  writeFileSync(project.module.blobFile('merged.bin'), 'stale');
  const failed = run('--build', 'build');
  expect(failed.stdout + failed.stderr).toContain(
    'checksum mismatch for hal: merged.bin [BLOBS_HASH_MISMATCH]',
  );
  expect(failed.status).not.toBe(0);
});

describe('a plain make project', () => {
  const MAKEFILE = `
B := ../hal/zephyr/blobs
out/app: out/main.o
	gcc -o $@ $< $(B)/libpath.a -L$(B)/lib -lfound -Wl,-Map=out/app.map
out/main.o: main.c
	mkdir -p out && gcc -MD -I$(B) -c -o $@ $<
`;
  const main = MAIN.replace('embedded.inc', 'embedded.bin')
    .replace(/, middle\(void\)|middle\(\) \+ /g, '')
    .replace(' + middle()', '');

  test('links what its map and its dependency files name', { timeout: TIMEOUT_MS }, async (context) => {
    needTools(context, 'make', 'gcc', 'ar');
    const project = makeProject({ Makefile: MAKEFILE, 'main.c': main });
    execFileSync('make', ['-C', 'src'], { cwd: project.top, stdio: 'pipe' });
    const document = (await project.verify('--build-dir', 'src/out', '--json')).json();
    const evidence = document.blobs.map(({ path, linked }) => [path, ...kindsOf(linked)]);
    expect(evidence.sort()).toEqual([
      ['embedded.bin', 'dependency-file'],
      ['lib/libfound.a', 'map-file'],
      ['libpath.a', 'map-file'],
    ]);
    writeFileSync(project.module.blobFile('embedded.bin'), 'stale');
    expect((await project.verify('--build-dir', 'src/out')).code).toBe(65);
  });
});

function kindsOf(linked: unknown): string[] {
  return [...new Set((linked as readonly { readonly kind: string }[]).map(({ kind }) => kind))];
}
