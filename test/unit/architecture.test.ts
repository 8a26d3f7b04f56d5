// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { filesBelow } from '../support/temp.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SRC = join(ROOT, 'src');
const DIST = join(ROOT, 'dist');

const MAX_LINES = 260;

/** The folders of src, and which others each may import. `types`: for types only. */
const LAYERS: Readonly<
  Record<string, { readonly values: readonly string[]; readonly types?: readonly string[] }>
> = {
  cli: {
    values: [
      'app',
      'output',
      'server',
      'workspace',
      'module',
      'fetch',
      'lint',
      'sbom',
      'store',
      'yaml',
      'core',
    ],
  },
  output: { values: ['core'], types: ['app', 'lint'] },
  server: { values: ['fetch', 'store', 'core'] },
  app: {
    values: [
      'workspace',
      'module',
      'spdx',
      'sbom',
      'taint',
      'fetch',
      'lint',
      'binary',
      'store',
      'yaml',
      'core',
    ],
  },
  workspace: { values: ['module', 'fetch', 'lint', 'yaml', 'store', 'core'] },
  module: { values: ['workspace', 'fetch', 'lint', 'yaml', 'store', 'core'] },
  fetch: { values: ['workspace', 'module', 'lint', 'binary', 'yaml', 'store', 'core'] },
  lint: { values: ['workspace', 'module', 'spdx', 'fetch', 'binary', 'yaml', 'store', 'core'] },
  spdx: { values: ['module', 'core'] },
  taint: { values: ['store', 'core'] },
  binary: { values: ['core'] },
  sbom: { values: ['core'] },
  yaml: { values: ['store', 'core'] },
  store: { values: ['core'] },
  core: { values: [] },
};

/** Packages that only some files may import: for their values, and for their types. */
const PACKAGES: Readonly<Record<string, { readonly values: RegExp; readonly types: RegExp }>> = {
  commander: { values: /^cli\//, types: /^cli\// },
  undici: { values: /^fetch\/(?:transport|proxy-tunnel)\.ts$/, types: /^fetch\// },
  fastify: { values: /^server\//, types: /^server\// },
  pino: { values: /^server\//, types: /^server\// },
  'prom-client': { values: /^server\/metrics\.ts$/, types: /^server\// },
  ajv: { values: /^$/, types: /^module\// },
};

interface Import {
  /** Below src. */
  readonly from: string;
  readonly specifier: string;
  /** Below src, for a file of ours. */
  readonly to: string | undefined;
  readonly isType: boolean;
  readonly isDynamic: boolean;
}

const FILES = filesBelow(SRC).filter((file) => /\.(?:ts|js)$/.test(file));
const WRITTEN = FILES.filter((file) => !file.includes('/generated/'));
const IMPORTS = FILES.flatMap(importsOf);

function importsOf(from: string): Import[] {
  const text = readFileSync(join(SRC, from), 'utf8');
  const { importedFiles } = ts.preProcessFile(text, true, true);
  const types = typeOnlySpecifiers(from, text);
  return importedFiles.map(({ fileName: specifier, pos }) => ({
    from,
    specifier,
    to: specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : undefined,
    isType: types.has(specifier),
    isDynamic: /\bimport\s*\(\s*['"]?$/.test(text.slice(Math.max(0, pos - 20), pos + 1)),
  }));
}

/** What is imported for its types alone, by every import of the file that names it. */
function typeOnlySpecifiers(file: string, text: string): Set<string> {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  const uses = new Map<string, boolean>();
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue;
    const specifier = statement.moduleSpecifier as ts.StringLiteral | undefined;
    if (specifier === undefined) continue;
    uses.set(specifier.text, isTypeOnly(statement) && (uses.get(specifier.text) ?? true));
  }
  return new Set([...uses].filter(([, onlyTypes]) => onlyTypes).map(([specifier]) => specifier));
}

function isTypeOnly(statement: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(statement)) return statement.isTypeOnly;
  const clause = statement.importClause;
  if (clause === undefined) return false;
  const { namedBindings } = clause;
  const isEach = namedBindings !== undefined && ts.isNamedImports(namedBindings) && clause.name === undefined;
  return clause.isTypeOnly || (isEach && namedBindings.elements.every((element) => element.isTypeOnly));
}

function folderOf(file: string): string {
  return file.split('/')[0] ?? '';
}

describe('the arrows between folders', () => {
  it('are known for every folder', () => {
    expect([...new Set(FILES.map(folderOf))].filter((folder) => !(folder in LAYERS))).toEqual([]);
  });

  it('keep the library of the server from what speaks HTTP', () => {
    const inside = IMPORTS.filter(({ from }) => from.startsWith('server/library/'));
    expect(inside.length).toBeGreaterThan(50);
    const outside = inside.filter(({ to }) => to?.startsWith('server/') && !to.startsWith('server/library/'));
    expect(outside.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
    expect(inside.filter(({ specifier }) => /^(?:fastify|pino|node:http)$/.test(specifier))).toEqual([]);
  });

  it('are seen at all', () => {
    const found = IMPORTS.map(({ from, to }) => `${from} → ${to}`);
    expect(found).toContain('app/clean-blobs.ts → core/blob.ts');
    expect(found).toContain('cli/commands/clean.ts → cli/session.ts');
    expect(IMPORTS.find(({ specifier }) => specifier === 'undici')).toBeDefined();
    expect(IMPORTS.some(({ isDynamic }) => isDynamic)).toBe(true);
  });

  it('point one way', () => {
    const wrong = IMPORTS.filter(({ from, to, isType }) => {
      if (to === undefined || folderOf(from) === folderOf(to)) return false;
      const { values = [], types = [] } = LAYERS[folderOf(from)] ?? {};
      return !values.includes(folderOf(to)) && !(isType && types.includes(folderOf(to)));
    });
    expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  it('make no cycle, neither of folders nor of files', () => {
    const ours = IMPORTS.flatMap(({ from, to }) => (to === undefined ? [] : [[from, to] as const]));
    const folders = ours
      .map(([from, to]) => [folderOf(from), folderOf(to)] as const)
      .filter(([from, to]) => from !== to);
    expect(findCycle(folders)).toEqual([]);
    expect(findCycle(ours)).toEqual([]);
  });

  it('lead to files that exist, by names that end in .ts', () => {
    const wrong = IMPORTS.filter(
      ({ to }) => to !== undefined && (!FILES.includes(to) || !/\.ts$|\/generated\//.test(to)),
    );
    expect(wrong.map(({ from, specifier }) => `${from} → ${specifier}`)).toEqual([]);
  });
});

/** The nodes of one cycle, the first of them again at the end; empty if there is none. */
function findCycle(edges: readonly (readonly [string, string])[]): string[] {
  const next = new Map<string, Set<string>>();
  for (const [from, to] of edges) next.set(from, (next.get(from) ?? new Set()).add(to));
  const done = new Set<string>();
  const visit = (node: string, path: readonly string[]): string[] => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    if (done.has(node)) return [];
    for (const target of next.get(node) ?? []) {
      const cycle = visit(target, [...path, node]);
      if (cycle.length > 0) return cycle;
    }
    done.add(node);
    return [];
  };
  for (const node of next.keys()) {
    const cycle = visit(node, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

describe('what comes from outside', () => {
  it('is imported only where it belongs', () => {
    const wrong = IMPORTS.filter(({ from, specifier, isType }) => {
      const rule = PACKAGES[specifier.split('/')[0] ?? ''];
      return rule !== undefined && !(isType ? rule.types : rule.values).test(from);
    });
    expect(wrong.map(({ from, specifier }) => `${from} → ${specifier}`)).toEqual([]);
  });

  it('is declared in package.json, or named with "node:"', () => {
    const { dependencies = {}, devDependencies } = JSON.parse(
      readFileSync(join(ROOT, 'package.json'), 'utf8'),
    );
    const wrong = IMPORTS.filter(({ to, specifier }) => {
      if (to !== undefined) return false;
      if (specifier.startsWith('node:')) return !builtinModules.includes(specifier.slice('node:'.length));
      return !(specifier in dependencies) && !(specifier in devDependencies);
    });
    expect(wrong.map(({ from, specifier }) => `${from} → ${specifier}`)).toEqual([]);
  });

  it('is read from the environment in cli/ alone', () => {
    const readers = WRITTEN.filter((file) => !file.startsWith('cli/')).filter((file) =>
      /\bprocess\s*(?:\.\s*env\b|\[\s*['"]env)|\{[^}]*\benv\b[^}]*\}\s*=\s*process\b/.test(
        readFileSync(join(SRC, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ''),
      ),
    );
    expect(readers).toEqual([]);
  });
});

describe('every file of src', () => {
  it('begins with its licence', () => {
    const without = WRITTEN.filter(
      (file) => !readFileSync(join(SRC, file), 'utf8').startsWith('// SPDX-License-Identifier: Apache-2.0\n'),
    );
    expect(without).toEqual([]);
  });

  it(`has at most ${MAX_LINES} lines`, () => {
    const long = WRITTEN.filter(
      (file) => readFileSync(join(SRC, file), 'utf8').split('\n').length > MAX_LINES + 1,
    );
    expect(long).toEqual([]);
  });
});

describe('the built program', () => {
  // A name that undici's own code defines as a whole; ours has it only in parts.
  const UNDICI = /["'`]UND_ERR_CONNECT_TIMEOUT["'`]/;

  /** main.js and every chunk that is loaded with it. */
  function loadedAtStart(): string[] {
    const found = new Set<string>();
    const visit = (file: string): void => {
      if (found.has(file)) return;
      found.add(file);
      const text = readFileSync(join(DIST, file), 'utf8');
      for (const [, specifier = ''] of text.matchAll(/\b(?:from|import)\s*["'](\.\.?\/[^"']+\.js)["']/g))
        visit(join(dirname(file), specifier));
    };
    visit('main.js');
    return [...found];
  }

  const holdsUndici = (file: string): boolean => UNDICI.test(readFileSync(join(DIST, file), 'utf8'));

  it('does not load undici before it is needed', (context) => {
    if (!existsSync(join(DIST, 'main.js'))) context.skip('dist/ absent, skipped');
    const chunks = filesBelow(DIST).filter((file) => file.endsWith('.js'));
    expect(chunks.filter(holdsUndici)).toHaveLength(1);
    expect(loadedAtStart().length).toBeGreaterThan(1);
    expect(loadedAtStart().filter(holdsUndici)).toEqual([]);
  });
});
