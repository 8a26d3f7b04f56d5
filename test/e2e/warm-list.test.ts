// SPDX-License-Identifier: Apache-2.0
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tenSecondsLater } from '../support/later.ts';
import { makeModule, makeWorkspace } from '../support/modules.ts';
import { runCli } from '../support/run-cli.ts';
import { storeDirectory } from '../support/store.ts';
import { filesBelow, someBytes, tempDir, testHome, withDirectory } from '../support/temp.ts';

const BLOBS = ['lib/a.bin', 'lib/b.bin', 'img/c.bin'].map((path) => ({ path, bytes: someBytes(path) }));

interface Place {
  readonly topdir: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A workspace with two good modules, one with warnings and one that is malformed; blobs of every status. */
function makePlace(): Place {
  const topdir = join(tempDir(), 'workspace');
  const entry = "path: x.bin\n    sha256: '00'\n    type: img";
  const modules = makeWorkspace(topdir, [
    { name: 'hal_a', blobs: BLOBS },
    { name: 'hal_b', blobs: BLOBS, depends: ['nobody'] },
    { name: 'warned', yaml: 'name: warned\nblobs:\n' },
    { name: 'malformed', yaml: `name: malformed\nblobs:\n  - ${entry}\n  - path: ../x\n` },
    { name: 'broken', yaml: 'name: broken\nblobs: [\n' },
  ]);
  for (const module of modules.slice(0, 2)) {
    for (const { path, bytes } of BLOBS.slice(0, 2))
      writeFileSync(withDirectory(module.blobFile(path)), bytes);
  }
  writeFileSync(modules[1]?.blobFile('lib/b.bin') ?? '', 'modified');
  return { topdir };
}

const hal = ({ topdir }: Place, ...path: string[]): string =>
  join(topdir, 'modules', 'hal_a', 'zephyr', ...path);

/** What a run shows, without the program's memory, with it, and with it again; and what the last one did. */
async function compare({ topdir, env = {} }: Place, args: readonly string[]) {
  const later = tenSecondsLater();
  const run = async (more: Readonly<Record<string, string>>) => {
    const { code, stdout, stderr } = await runCli(args, {
      cwd: topdir,
      env: { ...env, ...later.env, ...more },
    });
    return { code, stdout, stderr };
  };
  const cold = await run({ BLOBS_STORE: 'off' });
  const first = await run({});
  const second = await run({});
  expect(first).toEqual(cold);
  expect(second).toEqual(cold);
  const trace = later.read();
  if (trace === undefined) throw new Error('the run left no trace');
  return { cold, trace };
}

/** All of them in the full suites, else each so many-th. */
function sample<T>(all: readonly T[], step: number): readonly T[] {
  return process.env['BLOBS_TEST_FULL'] === '1' ? all : all.filter((_, index) => index % step === 0);
}

describe('a second list', () => {
  const ARGUMENTS: readonly (readonly string[])[] = [
    ['list'],
    ['list', '--json'],
    ['list', '-q', 'hal_a'],
    ['list', 'hal_b', '-f', '{path} {sha256} {url} {status}'],
    ['list', '-f', '{nothing}'],
    ['list', '-f', '{'],
    ['list', 'nobody'],
    ['list', 'malformed'],
    ['list', '-s', 'M,D', '-l', 'lib/'],
    ['list', '-s', 'A', 'warned'],
    ['-v', 'list'],
    ['-C', 'modules', 'list', '-m', 'hal_b', '-m', 'hal_a'],
    ['list', '-C', 'nowhere'],
    ['list', '-m', 'nowhere'],
    ['list', '--no-such-option'],
    ['modules', '--json'],
  ];

  test.each(sample(ARGUMENTS, 4).map((args) => [args.join(' '), args] as const))(
    'shows the same: %s',
    async (_, args) => {
      const { cold } = await compare(makePlace(), args);
      expect(cold.stdout + cold.stderr).not.toBe('');
    },
  );

  test('opens no module.yml, no manifest and no blob', async () => {
    const place = makePlace();
    const { cold, trace } = await compare(place, ['list']);
    expect(cold.stdout.split('\n')).toHaveLength(7);
    expect(trace.opened.filter((file) => file.startsWith(place.topdir))).toEqual(
      // West's configuration is asked for the store, and for the manifest.
      [join(place.topdir, '.west', 'config'), join(place.topdir, '.west', 'config')],
    );
    expect(trace.isWhole).toBe(false);
  });

  test('reads again what is too young to be recognised', async () => {
    const { topdir } = makePlace();
    const module = join(topdir, 'modules', 'hal_a');
    const later = tenSecondsLater();
    const { env } = later;
    utimesSync(join(module, 'zephyr', 'module.yml'), new Date(), new Date(Date.now() + 3_600_000));
    for (let i = 0; i < 2; i++) {
      await runCli(['list', '-m', module], { env });
      expect(later.read()?.opened).toContain(join(module, 'zephyr', 'module.yml'));
    }
  });
});

describe('a list after a change', () => {
  const other = someBytes('other', 1000);
  const CHANGES: Readonly<Record<string, (place: Place) => unknown>> = {
    'of module.yml': (place) => appendFileSync(hal(place, 'module.yml'), '# more\nunknown: 1\n'),
    'of module.yml into something malformed': (place) =>
      writeFileSync(hal(place, 'module.yml'), 'name: hal_a\nblobs: 1\n'),
    'of a blob, with its size and time': (place) => {
      const file = hal(place, 'blobs', 'lib', 'a.bin');
      const { atime, mtime } = statSync(file);
      writeFileSync(file, other);
      utimesSync(file, atime, mtime);
    },
    'of a blob, by a rename, with its size and time': (place) => {
      const file = hal(place, 'blobs', 'lib', 'a.bin');
      const { atime, mtime } = statSync(file);
      writeFileSync(`${file}.new`, other);
      utimesSync(`${file}.new`, atime, mtime);
      renameSync(`${file}.new`, file);
    },
    'that removes a blob': (place) => rmSync(hal(place, 'blobs', 'lib', 'a.bin')),
    'that brings a blob': (place) =>
      writeFileSync(withDirectory(hal(place, 'blobs', 'img', 'c.bin')), someBytes('img/c.bin')),
    'of a blob into a directory': (place) => {
      rmSync(hal(place, 'blobs', 'lib', 'a.bin'));
      mkdirSync(hal(place, 'blobs', 'lib', 'a.bin'));
    },
    'of a blob into a link inside': (place) => {
      renameSync(hal(place, 'blobs', 'lib', 'a.bin'), hal(place, 'blobs', 'lib', 'moved'));
      symlinkSync('moved', hal(place, 'blobs', 'lib', 'a.bin'));
    },
    'of a blob into a link out of the module': (place) => {
      renameSync(hal(place, 'blobs', 'lib', 'a.bin'), join(place.topdir, 'moved'));
      symlinkSync(join(place.topdir, 'moved'), hal(place, 'blobs', 'lib', 'a.bin'));
    },
    'of a directory of blobs into a link out of the module': (place) => {
      renameSync(hal(place, 'blobs', 'lib'), join(place.topdir, 'moved'));
      symlinkSync(join(place.topdir, 'moved'), hal(place, 'blobs', 'lib'));
    },
    'of module.yml into a link out of the module': (place) => {
      renameSync(hal(place, 'module.yml'), join(place.topdir, 'moved'));
      symlinkSync(join(place.topdir, 'moved'), hal(place, 'module.yml'));
    },
    'of module.yml into module.yaml': (place) =>
      renameSync(hal(place, 'module.yml'), hal(place, 'module.yaml')),
    'of module.yml into nothing': (place) => rmSync(hal(place, 'module.yml')),
    'of a module into a link to it': ({ topdir }) => {
      renameSync(join(topdir, 'modules'), join(topdir, 'elsewhere'));
      symlinkSync('elsewhere', join(topdir, 'modules'));
    },
    'of the manifest': ({ topdir }) =>
      writeFileSync(join(topdir, 'manifest', 'west.yml'), manifest(['hal_b'])),
    'of the manifest into something malformed': ({ topdir }) =>
      writeFileSync(join(topdir, 'manifest', 'west.yml'), 'manifest: [\n'),
    'of the manifest into nothing': ({ topdir }) => rmSync(join(topdir, 'manifest', 'west.yml')),
    'of manifest.file': ({ topdir }) => {
      writeFileSync(join(topdir, 'manifest', 'other.yml'), manifest(['hal_a']));
      appendFileSync(join(topdir, '.west', 'config'), '[manifest]\nfile = other.yml\n');
    },
    'of the group filter': ({ topdir }) =>
      appendFileSync(join(topdir, '.west', 'config'), '[manifest]\ngroup-filter = +x,nonsense\n'),
    'of the project filter': ({ topdir }) =>
      appendFileSync(join(topdir, '.west', 'config'), '[manifest]\nproject-filter = -hal_a\n'),
    'of the zephyr base': ({ topdir }) =>
      appendFileSync(join(topdir, '.west', 'config'), '[zephyr]\nbase = modules/hal_b\n'),
    'that breaks the configuration': ({ topdir }) =>
      appendFileSync(join(topdir, '.west', 'config'), 'nonsense\n'),
    'that removes the workspace': ({ topdir }) => rmSync(join(topdir, '.west'), { recursive: true }),
    'of ZEPHYR_BASE': ({ topdir }) => ({ env: { ZEPHYR_BASE: join(topdir, 'modules', 'hal_a') } }),
    'of ZEPHYR_MODULES, outside of a workspace': ({ topdir }) => {
      rmSync(join(topdir, '.west'), { recursive: true });
      return { env: { ZEPHYR_MODULES: join(topdir, 'modules', 'hal_a') } };
    },
    'of EXTRA_ZEPHYR_MODULES': () => {
      const extra = makeModule(join(tempDir(), 'extra'), { name: 'extra', blobs: BLOBS });
      return { env: { EXTRA_ZEPHYR_MODULES: extra.directory } };
    },
    'of EXTRA_ZEPHYR_MODULES to what is none': () => ({ env: { EXTRA_ZEPHYR_MODULES: '/nowhere' } }),
    'of WEST_CONFIG_LOCAL': ({ topdir }) => {
      writeFileSync(join(topdir, 'mine'), '[manifest]\npath = manifest\nfile = mine.yml\n');
      writeFileSync(join(topdir, 'manifest', 'mine.yml'), manifest(['hal_b']));
      return { env: { WEST_CONFIG_LOCAL: 'mine' } };
    },
    'of the global configuration': () => {
      writeFileSync(join(testHome(), '.westconfig'), '[manifest]\nproject-filter = -hal_b\n');
    },
    'of XDG_CONFIG_HOME': () => {
      const file = withDirectory(join(testHome(), 'xdg', 'west', 'config'));
      writeFileSync(file, '[manifest]\nproject-filter = -hal_b\n');
      return { env: { XDG_CONFIG_HOME: join(testHome(), 'xdg') } };
    },
    'of a colour variable': () => ({ env: { FORCE_COLOR: '1' } }),
    'of the jobs variable into nonsense': () => ({ env: { BLOBS_JOBS: 'many' } }),
  };

  test.each(sample(Object.entries(CHANGES), 8))('%s shows what is', async (_, change) => {
    const place = makePlace();
    const before = await runCli(['list'], { cwd: place.topdir, env: tenSecondsLater().env });
    const env = change(place) as Partial<Place> | undefined;
    const after = await compare({ ...place, ...env }, ['list']);
    expect(before.stdout).toContain('hal_a A lib/a.bin');
    expect(after.cold.stdout + after.cold.stderr).not.toBe('');
  });

  test('of what a manifest imports shows what is', async () => {
    const { topdir } = makePlace();
    const file = (name: string): string => withDirectory(join(topdir, 'manifest', 'sub', name));
    writeFileSync(join(topdir, 'manifest', 'west.yml'), 'manifest:\n  self:\n    import: sub\n');
    writeFileSync(file('one.yml'), manifest(['hal_a']));
    const one = await compare({ topdir }, ['list']);
    expect(one.cold.stdout).toMatch(/^hal_a A/);
    expect(one.trace.isWhole).toBe(false);

    writeFileSync(file('two.yml'), manifest(['hal_b']));
    expect((await compare({ topdir }, ['list'])).cold.stdout).toMatch(/^hal_b/m);

    renameSync(join(topdir, 'manifest', 'sub'), join(topdir, '..', 'sub'));
    symlinkSync(join(topdir, '..', 'sub'), join(topdir, 'manifest', 'sub'));
    expect((await compare({ topdir }, ['list'])).cold).toMatchObject({ code: 65, stdout: '' });
  });
});

function manifest(names: readonly string[]): string {
  const projects = names.map((name) => `    - {name: ${name}, url: u, path: modules/${name}}\n`);
  return `manifest:\n  projects:\n${projects.join('')}`;
}

describe('what is remembered', () => {
  const index = (): string => join(storeDirectory(), 'v1', 'index', `u${process.geteuid?.() ?? ''}`);
  const shards = (): string[] => readdirSync(index()).map((name) => join(index(), name));

  test('is nothing where the store is switched off', async () => {
    const place = makePlace();
    await compare({ ...place, env: { BLOBS_STORE: 'off' } }, ['list']);
    expect(filesBelow(testHome())).toEqual([]);
  });

  test('is of no use once it is damaged, and is made anew', async () => {
    const place = makePlace();
    await compare(place, ['list']);
    for (const damage of ['', '{}', '{"owner":1}', 'zephyr-blobs index 1 2\n{}{}']) {
      for (const file of shards()) writeFileSync(file, damage);
      expect((await compare(place, ['list'])).trace.isWhole).toBe(false);
    }
  });

  test.skipIf(process.geteuid?.() === undefined)(
    'is not believed where others may have written it',
    async () => {
      const place = makePlace();
      const later = tenSecondsLater();
      const run = () => runCli(['list'], { cwd: place.topdir, env: later.env });
      await run();
      for (const file of shards()) chmodSync(file, 0o666);
      await run();
      expect(later.read()?.isWhole).toBe(true);
      await run();
      expect(later.read()?.isWhole).toBe(false);
    },
  );

  test('needs no place to be kept in', async () => {
    const place = makePlace();
    writeFileSync(join(testHome(), 'file'), '');
    const { cold } = await compare({ ...place, env: { XDG_CACHE_HOME: join(testHome(), 'file') } }, ['list']);
    expect(cold.stdout).toContain('hal_a A lib/a.bin');
  });

  test('is not asked by verify, lint and clean', async () => {
    const place = makePlace();
    await compare(place, ['list']);
    const before = shards().map((file) => statSync(file).ctimeMs);
    const later = tenSecondsLater();
    for (const command of ['verify', 'lint', 'clean']) {
      await runCli([command, '-q'], { cwd: place.topdir, env: later.env });
      expect(later.read()?.opened.filter((file) => file.startsWith(index()))).toEqual([]);
    }
    expect(shards().map((file) => statSync(file).ctimeMs)).toEqual(before);
    expect(existsSync(hal(place, 'blobs', 'lib', 'a.bin'))).toBe(false);
  });
});
