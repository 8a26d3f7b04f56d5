// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Golden cases recorded from west itself. They lie beside a checkout, not in it, and are only read. */
const CASES = fileURLToPath(new URL('../../../shared/west-cases/cases.mjs', import.meta.url));

/** What west said of a manifest. Paths of files are relative to the case's root. */
export type Expectation =
  | {
      readonly ok: true;
      readonly topdir: string;
      readonly manifestPath: string;
      readonly projects: readonly ExpectedProject[];
      readonly warnings?: readonly string[];
    }
  | {
      readonly ok: false;
      readonly errorClass: string;
      readonly errorText: string;
      /** Null: a manifest that was imported from git, which west does not name. */
      readonly errorFile?: string | null;
    };

export interface ExpectedProject {
  readonly name: string;
  /** As west prints it. */
  readonly path: string;
  readonly dir: string;
  readonly active: boolean;
  readonly cloned: boolean;
}

/** What Zephyr said of the modules of a workspace. */
export type ModuleExpectation =
  | {
      readonly ok: true;
      readonly modules: readonly {
        readonly name: string;
        readonly dir: string;
        readonly depends?: readonly string[];
      }[];
    }
  | { readonly ok: false; readonly errorClass: string; readonly errorText: string };

export interface Case {
  readonly id: string;
  readonly area: string;
  /** Paths of the projects that are git repositories → what is committed in them. */
  readonly git?: Readonly<Record<string, unknown>>;
  readonly expect: Expectation;
}

export interface ModuleCase {
  readonly id: string;
  readonly expect: ModuleExpectation & {
    /** The answer to the build system, which leaves Zephyr's own repository out. */
    readonly ifZephyrBaseIsString?: ModuleExpectation;
  };
}

/** A case on disk. */
export interface Materialised {
  readonly root: string;
  readonly home: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly zephyrBase?: string;
  readonly remove: () => void;
}

interface CaseFile {
  load(side: 'dev', kind: 'manifest'): Case[];
  load(side: 'dev', kind: 'modules'): ModuleCase[];
  materialise(one: Case | ModuleCase): Materialised;
}

/** The shared cases; undefined, which is said in one line, where they are absent. */
export const westCases: CaseFile | undefined = existsSync(CASES)
  ? ((await import(pathToFileURL(CASES).href)) as CaseFile)
  : undefined;
if (westCases === undefined) console.info('shared west cases absent, skipped');
