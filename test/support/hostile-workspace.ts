// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { afterAll, expect } from 'vitest';
import type { ErrorCode } from '../../src/core/errors.ts';
import type { Workspace } from '../../src/core/modules.ts';
import { type CliOptions, type CliResult, type JsonDocument, runCli } from './run-cli.ts';
import { gitAndNodeOnly, listingOf, makeImportingTopdir, manifestText, project } from './west-workspace.ts';

export const MALFORMED: readonly ErrorCode[] = ['BLOBS_MALFORMED_MANIFEST'];
export const NOT_IMPORTED: readonly ErrorCode[] = ['BLOBS_IMPORT_FAILED'];
export const EITHER = [...MALFORMED, ...NOT_IMPORTED];

export const BROUGHT = manifestText({ projects: [project('brought')] });
export const WITH_BROUGHT = ['manifest', 'sdk', 'brought'];

const tools = gitAndNodeOnly();
afterAll(tools.remove);

/** A manifest that imports `value` from its own repository. */
export function selfImport(value: unknown): string {
  return manifestText({ self: { import: value } });
}

/** A workspace whose manifest imports `text` from the git repository of a project. */
export function withSdk(text: string | Uint8Array = BROUGHT): ReturnType<typeof makeImportingTopdir> {
  return makeImportingTopdir({ 'west.yml': text });
}

/** What `run` gives. */
export type Result = CliResult & {
  readonly errors: JsonDocument['issues'];
  readonly names: readonly string[];
  readonly projects: Workspace['projects'];
};

/** `blobs modules --all --json` in `topdir`, which must be the same afterwards as before. */
export async function run(topdir: string, options: CliOptions = {}): Promise<Result> {
  const before = listingOf(topdir);
  const env = { ...options.env, PATH: tools.directory };
  const result = await runCli(['modules', '--all', '--json'], { cwd: topdir, ...options, env });
  expect(listingOf(topdir)).toEqual(before);
  expect(result.stdout + result.stderr).not.toContain('BLOBS_INTERNAL');
  const { issues, projects = [] } = result.json() as JsonDocument & { projects?: Workspace['projects'] };
  const errors = issues.filter(({ severity }) => severity === 'error');
  return { ...result, errors, projects, names: projects.map(({ name }) => name) };
}

/** Expects exit code 65 for one error, of one of `codes`. */
export function expectRefused(result: Result, codes: readonly ErrorCode[]): void {
  expect({ code: result.code, stderr: result.stderr }).toEqual({ code: 65, stderr: result.stderr });
  expect(result.errors).toHaveLength(1);
  expect(codes).toContain(result.errors[0]?.code);
}

/** A FIFO at `path`. */
export function makePipe(path: string): void {
  execFileSync('mkfifo', [path]);
}
