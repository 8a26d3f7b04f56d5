// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { afterAll, describe, expect, it, type TestContext } from 'vitest';
import type { ErrorCode } from '../../src/core/errors.ts';
import type { Workspace } from '../../src/core/modules.ts';
import { type CliResult, type JsonDocument, runCli } from '../support/run-cli.ts';
import {
  type Case,
  type Expectation,
  type Materialised,
  type ModuleCase,
  westCases,
} from '../support/west-cases.ts';
import { gitAndNodeOnly } from '../support/west-workspace.ts';

const manifestCases = westCases?.load('dev', 'manifest') ?? [];
const moduleCases = westCases?.load('dev', 'modules') ?? [];

const BAD_CONFIG =
  /^(?:MalformedConfig|MissingSectionHeader|Duplicate(?:Option|Section)|Parsing|IsADirectory)/;
const IMPORT_FAILED = /^(?:ManifestImportFailed|_ManifestImportDepth)$/;

/** Cases in which west itself crashes and a sensible result would do as well as an error. */
const EITHER_WILL_DO: ReadonlySet<string> = new Set(['import-forms-odd/list-with-false']);

/** Words of west's own that mean something else, or nothing, to our users, and what is said instead. */
const OTHER_WORDS: ReadonlyMap<string, string> = new Map([
  ['None', 'null'], // Python's name for it
  ['repo_path', 'repo-path'], // the key's true name
]);

/** Cases in which the place of a wrong value in the file says more than the project's name, which the line shows. */
const NAMED_BY_POSITION: ReadonlySet<string> = new Set([
  'import-forms-odd/unknown-key',
  'import-forms-odd/bad-allowlist',
  'import-forms-odd/bad-list-item',
  'import-forms-odd/bad-prefix',
]);

type Check = (ran: Ran) => void;

/** Every sixth, unless all are asked for. */
function sample<T>(cases: readonly T[]): readonly T[] {
  return process.env['BLOBS_TEST_FULL'] === '1' ? cases : cases.filter((_, index) => index % 6 === 0);
}

/** Where CONTRACT.md decides otherwise than west and Zephyr do: why, and what must be so instead. */
const DECIDED_OTHERWISE: Readonly<Record<string, { readonly reason: string; readonly check: Check }>> = {
  'yaml-features/doubled-project-key': {
    reason: 'a duplicate key is malformed; west takes the second',
    check: (ran) => {
      expectError(ran, 65, 'BLOBS_MALFORMED_MANIFEST', 'BLOBS_MALFORMED_YAML');
      expect(ran.told).toMatch(/duplicate|twice/i);
      expect(ran.told).toContain('app/west.yml');
    },
  },
  'yaml-features/doubled-projects': {
    reason: 'a duplicate key is malformed; west takes the second',
    check: (ran) => {
      expectError(ran, 65, 'BLOBS_MALFORMED_MANIFEST', 'BLOBS_MALFORMED_YAML');
      expect(ran.told).toMatch(/duplicate|twice/i);
      expect(ran.told).toContain('app/west.yml');
    },
  },
  'mod-duplicate-names/with-needs': {
    reason:
      'two modules with one name are both kept, and the first satisfies a dependency; Zephyr loses the first',
    check: keepsBoth(['same a', 'b b', 'd d', 'same c'], ['a', 'c']),
  },
  'mod-duplicate-names/plain': {
    reason: 'two modules with one name are both kept; Zephyr loses the first',
    check: keepsBoth(['same a', 'b b', 'same c', 'd d'], ['a', 'c']),
  },
  'mod-duplicate-names/name-meets-folder': {
    reason: 'two modules with one name are both kept; Zephyr loses the first',
    check: keepsBoth(['a a', 'same b', 'a c'], ['a', 'c']),
  },
  'mod-extra/replaces-by-name': {
    reason: 'two modules with one name are both kept; Zephyr loses the first',
    check: keepsBoth(['a a', 'a extra/a2'], ['a', 'extra/a2']),
  },
  'mod-malformed/blob-ok': {
    reason: 'a sha256 needs 64 hexadecimal digits; Zephyr takes any text',
    check: (ran) => {
      expectError(ran, 65, 'BLOBS_MALFORMED_MODULE');
      expect(ran.told).toContain('sha256');
      expect(ran.document.modules?.map(({ name }) => name)).toEqual(['a', 'b']);
    },
  },
  'mod-workspace-errors/no-workspace': {
    reason: 'no workspace is exit 2; Zephyr finds no modules',
    check: (ran) => expectError(ran, 2, 'BLOBS_NO_MODULES'),
  },
  'mod-zephyr-base/trailing-slash': {
    reason: 'the Zephyr repository is left out however its directory is spelt; Zephyr compares text',
    check: (ran) => {
      expect(ran.result.code, ran.told).toBe(0);
      expect(modulesOf(ran)).toEqual(['a a']);
    },
  },
};

/** What `blobs modules --all --json` prints. */
type ModulesDocument = JsonDocument & {
  readonly workspace?: Pick<Workspace, 'topdir' | 'manifestPath'> | null;
  readonly projects?: Workspace['projects'];
  readonly modules?: readonly {
    readonly name: string;
    readonly directory: string;
    readonly depends: readonly string[];
  }[];
};

/** A case after its run. */
interface Ran {
  readonly root: string;
  readonly result: CliResult;
  readonly document: ModulesDocument;
  readonly errors: JsonDocument['issues'];
  /** The program's own words, without the lines of files that it shows. */
  readonly said: string;
  /** All that a user could have read of it. */
  readonly told: string;
}

const tools = gitAndNodeOnly();
afterAll(tools.remove);

/** Lays the case out and runs the program in it with git and node on the PATH, and nothing else. */
async function run(one: Case | ModuleCase, { onTestFinished }: TestContext): Promise<Ran> {
  const laidOut = westCases?.materialise(one) as Materialised;
  onTestFinished(laidOut.remove);
  const { root, home, cwd, zephyrBase } = laidOut;
  const result = await runCli(
    ['modules', '--all', '--json', ...(zephyrBase === undefined ? [] : ['-z', zephyrBase])],
    { cwd, home, env: { ...laidOut.env, PATH: tools.directory } },
  );
  const document = result.json() as ModulesDocument;
  const said = document.issues.flatMap(({ message, facts = [], hint = '' }) => [message, ...facts, hint]);
  const files = document.issues.map(({ file = '' }) => file);
  const errors = document.issues.filter(({ severity }) => severity === 'error');
  const told = [...files, ...said, result.stderr].join('\n');
  return { root, result, document, errors, said: said.join('\n'), told };
}

function expectError({ result, errors, told }: Ran, exitCode: number, ...codes: readonly ErrorCode[]): void {
  expect({ exitCode: result.code, told }).toEqual({ exitCode, told });
  expect(errors.length, told).toBeGreaterThan(0);
  for (const { code } of errors) expect(codes, told).toContain(code);
  expect(told).not.toMatch(/BLOBS_INTERNAL|\n\s+at .*:\d+:\d+/);
}

/** `name directory` of each module, directories below the root. */
function modulesOf({ root, document }: Ran): string[] {
  return (document.modules ?? []).map(({ name, directory }) => `${name} ${within(root, directory)}`);
}

function keepsBoth(modules: readonly string[], directories: readonly string[]): Check {
  return (ran) => {
    expect(ran.result.code, ran.told).toBe(0);
    expect(modulesOf(ran)).toEqual(modules);
    const warnings = ran.document.issues.filter(({ code }) => code === 'BLOBS_DUPLICATE_MODULE');
    expect(warnings).toEqual([expect.objectContaining({ severity: 'warning' })]);
    const text = JSON.stringify(warnings);
    for (const directory of directories) expect(text).toContain(join(ran.root, directory));
  };
}

function within(root: string, place: string): string {
  if (place === root) return '.';
  return place.startsWith(`${root}/`) ? place.slice(root.length + 1) : place;
}

/** What an error of west's class must be here. */
function errorOf(errorClass: string): readonly [exitCode: number, ...codes: ErrorCode[]] {
  if (BAD_CONFIG.test(errorClass)) return [2, 'BLOBS_BAD_CONFIG'];
  if (errorClass === 'WestNotFound') return [2, 'BLOBS_NO_MODULES'];
  if (IMPORT_FAILED.test(errorClass)) return [65, 'BLOBS_IMPORT_FAILED' as ErrorCode];
  return [65, 'BLOBS_MALFORMED_MANIFEST'];
}

const TELLING = [
  /"([^"\n]*)"/g,
  /\bproject (?:name )?(?!name|can\b)([\w.-]+)/g,
  /\bInvalid project name: (.*)/g,
  /\bremote (\S+) (?:is|remote)\b/g,
  /\b[Kk]ey '([^']+)'/g,
  /\bcontents of (\S+);/g,
  /\bversion (\d\S*\d)/g,
];

/** The names, paths, keys and values that west's text names. */
function tellingWords(errorText: string): string[] {
  const quoted = TELLING.flatMap((pattern) => [...errorText.matchAll(pattern)].map(([, text = '']) => text));
  const words = quoted.filter((text) => !text.includes('<')).flatMap((text) => text.split(/[\s:,]+/));
  return [...new Set(words)]
    .filter((word) => word.replace(/[^\w]/g, '').length >= 2)
    .map((word) => OTHER_WORDS.get(word) ?? word);
}

function checkManifest(one: Case, ran: Ran): void {
  const { expect: expected } = one;
  if (!expected.ok) {
    if (EITHER_WILL_DO.has(one.id) && ran.result.code === 0) return;
    checkError(one, expected, ran);
    return;
  }
  const { root, result, document, told } = ran;
  expect({ exitCode: result.code, told }).toEqual({ exitCode: 0, told });
  const { topdir = '', manifestPath = '' } = document.workspace ?? {};
  expect({
    topdir: within(root, topdir),
    manifestPath: within(root, manifestPath),
    projects: document.projects?.map(({ name, path, abspath, active, cloned }) => {
      return { name, path, dir: within(root, abspath), active, cloned };
    }),
  }).toEqual({
    topdir: expected.topdir,
    manifestPath: expected.manifestPath,
    projects: expected.projects.map(({ name, path, dir, active, cloned }) => {
      return { name, path: path.replace('<root>', root), dir, active, cloned };
    }),
  });
  if (expected.warnings !== undefined) {
    expect(document.issues.map(({ severity }) => severity)).toContain('warning');
  }
}

function checkError(one: Case, expected: Extract<Expectation, { ok: false }>, ran: Ran): void {
  expectError(ran, ...errorOf(expected.errorClass));
  const { errorFile, errorText } = expected;
  if (errorFile) expect(ran.told).toContain(errorFile);
  if (errorFile === null) {
    // West names no file; the repository whose manifest is at fault is the least that helps.
    const repositories = Object.keys(one.git ?? {});
    expect(
      repositories.filter((path) => ran.told.includes(path)),
      ran.told,
    ).not.toEqual([]);
  }
  const isNamedByPosition = NAMED_BY_POSITION.has(one.id);
  if (isNamedByPosition) expect(ran.errors[0]).toMatchObject({ line: expect.any(Number) });
  for (const word of tellingWords(errorText)) {
    expect(isNamedByPosition ? ran.told : ran.said).toContain(word);
  }
}

function moduleErrorOf(errorText: string): readonly [exitCode: number, ...codes: ErrorCode[]] {
  if (/(?:Missing|Cyclic) module dependencies/.test(errorText)) return [65, 'BLOBS_UNMET_DEPENDENCY'];
  if (/is not a valid zephyr module/.test(errorText)) return [2, 'BLOBS_NOT_A_MODULE'];
  if (/Malformed module YAML/.test(errorText)) return [65, 'BLOBS_MALFORMED_MODULE', 'BLOBS_MALFORMED_YAML'];
  if (/in "<byte string>"/.test(errorText)) return [65, 'BLOBS_MALFORMED_YAML'];
  if (/cannot import/.test(errorText)) return [65, 'BLOBS_IMPORT_FAILED' as ErrorCode];
  if (/config option/.test(errorText)) return [2, 'BLOBS_BAD_CONFIG'];
  return [65, 'BLOBS_MALFORMED_MANIFEST'];
}

function checkModules(one: ModuleCase, ran: Ran): void {
  const expected = one.expect.ifZephyrBaseIsString ?? one.expect;
  const { root, result, document, told } = ran;
  if (expected.ok) {
    expect({ exitCode: result.code, told }).toEqual({ exitCode: 0, told });
    expect(
      document.modules?.map(({ name, directory, depends }) => {
        return { name, dir: within(root, directory), depends };
      }),
    ).toEqual(expected.modules.map(({ name, dir, depends = [] }) => ({ name, dir, depends })));
    return;
  }
  const [exitCode, ...codes] = moduleErrorOf(expected.errorText);
  expectError(ran, exitCode, ...codes);
  for (const [, path = '', names] of expected.errorText.matchAll(
    /<root>\/([\w./-]*[\w-])(?: depends on(?: missing module\(s\))?: (.*))?/g,
  )) {
    if (names === undefined) expect(told).toContain(join(root, path));
    else for (const name of [path, ...names.split(', ')]) expect(told).toMatch(new RegExp(`\\b${name}\\b`));
  }
  // One malformed module never stops work on the others.
  if (/module.yml/.test(expected.errorText)) expect(modulesOf(ran)).toContain('a a');
}

it('decides otherwise in cases that exist', () => {
  const ids = [...manifestCases, ...moduleCases].map(({ id }) => id);
  const missing = [...Object.keys(DECIDED_OTHERWISE), ...EITHER_WILL_DO, ...NAMED_BY_POSITION].filter(
    (id) => !ids.includes(id),
  );
  expect(westCases === undefined ? [] : missing).toEqual([]);
});

// Vitest bounds how many run at once (maxConcurrency).
describe.skipIf(westCases === undefined)('blobs modules answers as west does', () => {
  it.concurrent.for(sample(manifestCases))('$id', async (one, context) => {
    const ran = await run(one, context);
    const decision = DECIDED_OTHERWISE[one.id];
    if (decision === undefined) checkManifest(one, ran);
    else decision.check(ran);
  });
});

describe.skipIf(westCases === undefined)('blobs modules answers as Zephyr does', () => {
  it.concurrent.for(sample(moduleCases))('$id', async (one, context) => {
    const ran = await run(one, context);
    const decision = DECIDED_OTHERWISE[one.id];
    if (decision === undefined) checkModules(one, ran);
    else decision.check(ran);
  });
});
