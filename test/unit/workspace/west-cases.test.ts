// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Module } from '../../../src/core/blob.ts';
import type { ErrorCode } from '../../../src/core/errors.ts';
import type { ModulePlace } from '../../../src/core/modules.ts';
import { findModules } from '../../../src/workspace/modules/find-modules.ts';
import { findModuleFile } from '../../../src/workspace/modules/is-module.ts';
import { orderModules } from '../../../src/workspace/modules/order-modules.ts';
import { readYaml } from '../../../src/yaml/read-yaml.ts';
import { caught } from './temporary.ts';

// Golden cases recorded from west itself. They live beside a checkout, not in it.
const CASES = fileURLToPath(new URL('../../../../shared/west-cases/cases.mjs', import.meta.url));

interface Case {
  readonly id: string;
  readonly area: string;
  readonly expect: Expectation;
}

interface ModuleCase {
  readonly id: string;
  readonly expect: ModuleExpectation & { readonly ifZephyrBaseIsString?: ModuleExpectation };
}

type ModuleExpectation =
  | { readonly ok: true; readonly modules: readonly { readonly name: string; readonly dir: string }[] }
  | { readonly ok: false; readonly errorText: string };

type Expectation =
  | {
      readonly ok: true;
      readonly topdir: string;
      readonly manifestPath: string;
      readonly projects: readonly {
        readonly name: string;
        readonly path: string;
        readonly dir: string;
        readonly active: boolean;
        readonly cloned: boolean;
      }[];
      readonly warnings?: readonly string[];
    }
  | { readonly ok: false; readonly errorClass: string };

interface Materialised {
  readonly root: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly home: string;
  readonly zephyrBase?: string;
  readonly remove: () => void;
}

interface CaseFile {
  load(side: 'dev', kind: 'manifest'): Case[];
  load(side: 'dev', kind: 'modules'): ModuleCase[];
  materialise(one: Case | ModuleCase): Materialised;
}

// Areas without imports, groups and filters.
const AREAS = ['config', 'listing', 'names', 'paths', 'remotes', 'schema', 'symlinks', 'version', 'yaml'];
const NOT_FOLLOWED = /^config-global\//;
// West lets the second of two equal keys win; here a duplicate key is an error.
const STRICTER = new Set(['yaml-features/doubled-project-key', 'yaml-features/doubled-projects']);

const CODES: ReadonlyMap<ErrorCode, readonly string[]> = new Map([
  [
    'BLOBS_BAD_CONFIG' as const,
    [
      'MalformedConfig',
      'MissingSectionHeaderError',
      'DuplicateOptionError',
      'DuplicateSectionError',
      'ParsingError',
      'FileNotFoundError',
      'IsADirectoryError',
    ],
  ],
  ['BLOBS_NO_MODULES' as const, ['WestNotFound']],
]);

const cases = existsSync(CASES) ? ((await import(pathToFileURL(CASES).href)) as CaseFile) : undefined;
if (cases === undefined) console.info('shared west cases absent, skipped');

function prepare(file: CaseFile, one: Case | ModuleCase) {
  const laidOut = file.materialise(one);
  onTestFinished(laidOut.remove);
  const { root, cwd, env, home } = laidOut;
  const local = env['WEST_CONFIG_LOCAL'];
  const zephyrBase = laidOut.zephyrBase ?? env['ZEPHYR_BASE'];
  const extras = ['EXTRA_ZEPHYR_MODULES', 'ZEPHYR_EXTRA_MODULES'].flatMap((variable) =>
    (env[variable] ?? '')
      .split(';')
      .filter((part) => part !== '')
      .map((directory) => ({ variable, directory })),
  );
  const run = () =>
    findModules({
      cwd,
      moduleDirectories: [],
      ...(zephyrBase ? { zephyrBase } : {}),
      zephyrModules: [],
      extraModules: extras,
      westConfig: {
        ...(local === undefined ? {} : { local }),
        global: env['WEST_CONFIG_GLOBAL'] ?? path.join(home, '.westconfig'),
        system: env['WEST_CONFIG_SYSTEM'] === undefined ? [] : [env['WEST_CONFIG_SYSTEM']],
      },
    });
  const within = (place: string) => path.relative(root, place).replaceAll('\\', '/') || '.';
  return { run, root, within };
}

// The rest of a module.yml is read elsewhere.
function readNameAndDepends({ directory, defaultName }: ModulePlace): Module {
  const file = findModuleFile(directory);
  const value = file && readYaml(file, readFileSync(file)).document?.value;
  const { name = defaultName, build } = (value ?? {}) as {
    name?: string;
    build?: { depends?: string[] };
  };
  return { name, directory, depends: build?.depends ?? [], blobs: [] };
}

function codeOf(errorClass: string): ErrorCode {
  for (const [code, classes] of CODES) if (classes.includes(errorClass)) return code;
  return 'BLOBS_MALFORMED_MANIFEST';
}

describe.skipIf(cases === undefined)("west's own answers for plain manifests", () => {
  const plain = (cases?.load('dev', 'manifest') ?? []).filter(
    ({ id, area }) => AREAS.includes(area) && !NOT_FOLLOWED.test(id) && !STRICTER.has(id),
  );

  it.each(plain.map((one) => [one.id, one] as const))('%s', (_id, one) => {
    const { run, root, within } = prepare(cases as CaseFile, one);
    if (!one.expect.ok) {
      expect(caught(run).code).toBe(codeOf(one.expect.errorClass));
      return;
    }
    const { workspace, issues } = run();
    expect(workspace && within(workspace.topdir)).toBe(one.expect.topdir);
    expect(workspace && within(workspace.manifestPath)).toBe(one.expect.manifestPath);
    const actual = workspace?.projects.map(({ name, path: projectPath, abspath, active, cloned }) => {
      return { name, path: projectPath.replace(root, '<root>'), dir: within(abspath), active, cloned };
    });
    expect(actual).toEqual(
      one.expect.projects.map(({ name, path: projectPath, dir, active, cloned }) => {
        return { name, path: projectPath, dir, active, cloned };
      }),
    );
    expect(issues.filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});

describe.skipIf(cases === undefined)("Zephyr's own answers for modules", () => {
  // Here, two modules with one name are both kept, and Zephyr is left out however its directory is spelt.
  const given = (cases?.load('dev', 'modules') ?? []).filter(
    ({ id }) =>
      /^mod-(?:basic|depends|extra|yml-before-yaml|zephyr-base)/.test(id) &&
      id !== 'mod-extra/replaces-by-name' &&
      id !== 'mod-zephyr-base/trailing-slash',
  );

  it.each(given.map((one) => [one.id, one] as const))('%s', (_id, one) => {
    const { run, within } = prepare(cases as CaseFile, one);
    const expected = one.expect.ifZephyrBaseIsString ?? one.expect;
    if (one.id === 'mod-extra/not-a-module') {
      expect(caught(run).code).toBe('BLOBS_NOT_A_MODULE');
      return;
    }
    const { modules, issues } = orderModules(run().places.map(readNameAndDepends));
    expect(issues.length === 0).toBe(expected.ok);
    if (expected.ok) {
      expect(modules.map(({ name, directory }) => ({ name, dir: within(directory) }))).toEqual(
        expected.modules.map(({ name, dir }) => ({ name, dir })),
      );
    } else {
      expect(issues.every(({ code }) => code === 'BLOBS_UNMET_DEPENDENCY')).toBe(true);
      // The names of what is missing stand at the end of Zephyr's lines.
      for (const name of /module\(s\): (.*)/.exec(expected.errorText)?.[1]?.split(', ') ?? []) {
        expect(issues.map(({ message }) => message).join('\n')).toContain(name);
      }
    }
  });
});
