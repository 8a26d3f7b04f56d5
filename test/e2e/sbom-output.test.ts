// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type MadeModule, makeModule } from '../support/modules.ts';
import { type CliOptions, type CliResult, runCli } from '../support/run-cli.ts';
import { type CyclonedxDocument, type SpdxDocument, spdxProblems } from '../support/sbom-problems.ts';
import { schemaErrors } from '../support/schema.ts';
import { tempDir, withDirectory } from '../support/temp.ts';
import { withoutRoot } from '../support/without-root.ts';

const PATHS = ['lib/a.a', 'lib/b.a', 'lib/c.a'];

/** A module of which all but the last blob are there. */
function makeHal(): MadeModule {
  const module = makeModule(join(tempDir(), 'hal_x'), {
    name: 'hal_x',
    blobs: PATHS.map((path) => ({ path })),
  });
  for (const path of PATHS.slice(0, -1)) writeFileSync(withDirectory(module.blobFile(path)), path);
  return module;
}

function sbom(module: MadeModule, args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return runCli(['sbom', '-m', module.directory, ...args], options);
}

/** A build of ninja that links these blobs. */
function makeBuild(module: MadeModule, paths: readonly string[]): string {
  const directory = tempDir();
  const files = paths.map((path) => module.blobFile(path)).join(' ');
  const ninja = `rule link\n  command = cc -o $out $in\nbuild app.elf: link app.o ${files}\n`;
  writeFileSync(join(directory, 'build.ninja'), ninja);
  return directory;
}

/** The blobs of a document on stdout, each with how far it came. */
function statesOf({ stdout }: CliResult): unknown[] {
  const document = JSON.parse(stdout) as SpdxDocument;
  expect(spdxProblems(document)).toEqual([]);
  return document.packages.flatMap(({ name, annotations = [] }) => {
    const taint = annotations[0]?.comment.match(/^blobs:taint=(.*)$/m);
    return taint ? [[name, taint[1]]] : [];
  });
}

describe('sbom -o', () => {
  it('writes the document into a file, and nothing to stdout', async () => {
    const [module, cwd] = [makeHal(), tempDir()];
    const result = await sbom(module, ['-o', 'out.json'], { cwd });
    expect([result.code, result.stdout]).toEqual([0, '']);
    const file = join(cwd, 'out.json');
    expect(result.stderr).toBe(`spdx-json: 2 blobs of 1 module (2 fetched) in ${file}\n`);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveProperty('spdxVersion', 'SPDX-2.3');
    expect(readdirSync(cwd)).toEqual(['out.json']);
  });

  it('writes the bytes that stdout gets, also for "-"', async () => {
    const [module, cwd] = [makeHal(), tempDir()];
    const options = { cwd, env: { SOURCE_DATE_EPOCH: '1700000000' } };
    await sbom(module, ['-o', 'out.json'], options);
    const [plain, dash] = [await sbom(module, [], options), await sbom(module, ['-o', '-'], options)];
    expect(plain.stdout).toBe(readFileSync(join(cwd, 'out.json'), 'utf8'));
    expect(dash.stdout).toBe(plain.stdout);
    expect(readdirSync(cwd)).toEqual(['out.json']);
  });

  it('replaces the file that a link leads to', async () => {
    const [module, cwd] = [makeHal(), tempDir()];
    writeFileSync(join(cwd, 'real.json'), 'old');
    symlinkSync('real.json', join(cwd, 'link.json'));
    expect((await sbom(module, ['-o', 'link.json'], { cwd })).code).toBe(0);
    expect(lstatSync(join(cwd, 'link.json')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(cwd, 'real.json'), 'utf8')).toContain('SPDX-2.3');
  });

  it.each([
    ['a directory', '.'],
    ['no name', ''],
    ['a link that leads nowhere', 'dangling'],
    ['a place below a file', 'file/out.json'],
    ['a FIFO', 'fifo'],
    ['a place in no directory', 'nowhere/out.json'],
  ])('refuses %s before it does anything', async (_, output) => {
    const [module, cwd] = [makeHal(), tempDir()];
    symlinkSync('nowhere', join(cwd, 'dangling'));
    execFileSync('mkfifo', [join(cwd, 'fifo')]);
    writeFileSync(join(cwd, 'file'), 'kept');
    const result = await sbom(module, ['-o', output], { cwd });
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/^error: cannot write to .*\[BLOBS_USAGE\]/);
    expect(readdirSync(cwd).sort()).toEqual(['dangling', 'fifo', 'file']);
    expect(readFileSync(join(cwd, 'file'), 'utf8')).toBe('kept');
  });

  it('keeps the mode of the file, and files beside it that look temporary', async () => {
    const [module, cwd] = [makeHal(), tempDir()];
    writeFileSync(join(cwd, 'out.json'), 'old', { mode: 0o600 });
    writeFileSync(join(cwd, '.blobs-999999-precious'), 'kept');
    expect((await sbom(module, ['-o', 'out.json'], { cwd })).code).toBe(0);
    expect(lstatSync(join(cwd, 'out.json')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(cwd, 'out.json'), 'utf8')).toContain('SPDX-2.3');
    expect(readFileSync(join(cwd, '.blobs-999999-precious'), 'utf8')).toBe('kept');
  });

  it('ends by its result where nobody reads, as it has done its work', async () => {
    const [module, cwd] = [makeHal(), tempDir()];
    const build = makeBuild(module, ['lib/c.a']);
    const result = await sbom(module, ['--build-dir', build, '--json', '-o', 'o.json'], {
      cwd,
      stdout: 'closed',
    });
    expect(result.code).toBe(1);
  });

  it('does not replace a file that may not be written', async () => {
    const module = makeHal();
    const file = join(module.directory, 'out.json');
    writeFileSync(file, 'old', { mode: 0o400 });
    const result = await sbom(module, ['-o', file], withoutRoot(dirname(module.directory)));
    expect([result.code, result.stderr]).toEqual([1, expect.stringContaining('[BLOBS_FILE_ACCESS]')]);
    expect(readFileSync(file, 'utf8')).toBe('old');
  });

  it('keeps the old file where the new one cannot be written', async () => {
    const [module, cwd] = [makeHal(), tempDir()];
    mkdirSync(join(cwd, 'out'));
    const file = join(cwd, 'out', 'out.json');
    writeFileSync(file, 'old');
    const unknown = await sbom(module, ['-o', file, 'hal_unknown'], { cwd });
    expect(unknown.code).toBe(2);
    expect(readFileSync(file, 'utf8')).toBe('old');
  });
});

describe('sbom --json', () => {
  it('is one document that holds the bill of materials', async () => {
    const result = await sbom(makeHal(), ['--json', '--declared', '--format', 'cyclonedx-json']);
    const document = result.json() as unknown as Record<string, unknown>;
    expect(schemaErrors('sbom', document)).toEqual([]);
    expect(document).toMatchObject({
      format: 'cyclonedx-json',
      output: null,
      sbom: { bomFormat: 'CycloneDX' },
      summary: { total: 3, fetched: 2 },
    });
  });

  it('says where the bill of materials is', async () => {
    const [module, cwd] = [makeHal(), tempDir()];
    const result = await sbom(module, ['--json', '-o', 'out.json'], { cwd });
    expect(schemaErrors('sbom', result.json())).toEqual([]);
    expect(result.json()).toMatchObject({ output: join(cwd, 'out.json'), sbom: null });
    expect(existsSync(join(cwd, 'out.json'))).toBe(true);
  });

  it('is a document too where the arguments are wrong', async () => {
    const result = await sbom(makeHal(), ['--json', '--format', 'xml']);
    expect(result.code).toBe(2);
    expect(schemaErrors('sbom', result.json())).toEqual([]);
  });
});

describe('sbom --build-dir', () => {
  it('tells of what the build links', async () => {
    const module = makeHal();
    const result = await sbom(module, ['--build-dir', makeBuild(module, ['lib/a.a'])]);
    expect(result.code).toBe(0);
    expect(statesOf(result)).toEqual([['hal_x/lib/a.a', 'linked']]);
    expect(result.stdout).toContain('blobs:linked-by=link-command');
  });

  it('tells with --declared how far each blob came', async () => {
    const module = makeHal();
    const result = await sbom(module, ['--declared', '--build-dir', makeBuild(module, ['lib/a.a'])]);
    expect(statesOf(result)).toEqual([
      ['hal_x/lib/a.a', 'linked'],
      ['hal_x/lib/b.a', 'fetched'],
      ['hal_x/lib/c.a', 'declared'],
    ]);
  });

  it.each([[[]], [['--declared']]])(
    'fails for a linked blob that is gone, and claims no digest %j',
    async (more) => {
      const module = makeHal();
      const build = makeBuild(module, ['lib/c.a']);
      const result = await sbom(module, ['--build-dir', build, '-l', 'lib/c', ...more]);
      expect(result.code).toBe(1);
      expect(result.stderr).toContain('linked, but not there any more: hal_x: lib/c.a [BLOBS_MISSING]');
      expect(statesOf(result)).toEqual([['hal_x/lib/c.a', 'linked']]);
      const document = JSON.parse(result.stdout) as SpdxDocument;
      expect(document.comment).toContain('Incomplete');
      expect(document.packages.at(-1)).not.toHaveProperty('checksums');
      expect(document.packages.at(-1)).not.toHaveProperty('versionInfo');
    },
  );

  it('says so where nothing is linked', async () => {
    const module = makeHal();
    const result = await sbom(module, ['--build-dir', makeBuild(module, [])]);
    expect(result.code).toBe(0);
    expect(result.stderr).toContain('links no selected blob [BLOBS_NOTHING_LINKED]');
    expect(statesOf(result)).toEqual([]);
  });

  it('refuses a directory that is not there, and one that holds no build', async () => {
    const [module, cwd] = [makeHal(), tempDir()];
    expect((await sbom(module, ['--build-dir', 'nowhere'], { cwd })).code).toBe(2);
    expect((await sbom(module, ['--build-dir', ''], { cwd })).code).toBe(2);
    writeFileSync(join(cwd, 'before.json'), 'kept');
    const empty = await sbom(module, ['--build-dir', '.', '-o', 'before.json'], { cwd });
    expect(empty.code).toBe(1);
    expect(empty.stderr).toContain('[BLOBS_NOT_A_BUILD]');
    expect(readFileSync(join(cwd, 'before.json'), 'utf8')).toBe('kept');
  });

  it('is told in the scope of components, as far as it is known', async () => {
    const module = makeHal();
    const scopes = async (...more: string[]) => {
      const args = ['--declared', '--format', 'cyclonedx-json', '--json', ...more];
      const { summary, sbom: document } = (await sbom(module, args)).json() as unknown as {
        readonly summary: unknown;
        readonly sbom: CyclonedxDocument;
      };
      return [summary, document.components.slice(1).map(({ scope }) => scope)];
    };
    expect(await scopes()).toEqual([{ total: 3, fetched: 2 }, [undefined, undefined, 'optional']]);
    const build = makeBuild(module, ['lib/a.a']);
    const known = { total: 3, fetched: 2, linked: 1 };
    expect(await scopes('--build-dir', build)).toEqual([known, ['required', 'excluded', 'excluded']]);
    writeFileSync(join(build, '.ninja_deps'), 'damaged');
    const unread = await sbom(module, ['--build-dir', build, '-l', 'lib/b']);
    expect(unread.code).toBe(1);
    expect(unread.stderr).not.toContain('BLOBS_NOTHING_LINKED');
    const damaged = [{ total: 3, fetched: 2 }, ['required', undefined, 'optional']];
    expect(await scopes('--build-dir', build)).toEqual(damaged);
  });
});
