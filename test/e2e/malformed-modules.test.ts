// SPDX-License-Identifier: Apache-2.0
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/core/errors.ts';
import { runCli } from '../support/run-cli.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures', import.meta.url));

/** Fixtures whose whole file is unreadable or no module. */
const BAD_FILES: Readonly<Record<string, ErrorCode>> = {
  'alias-bomb': 'BLOBS_MALFORMED_YAML',
  'blobs-is-a-map': 'BLOBS_MALFORMED_MODULE',
  'comments-only': 'BLOBS_MALFORMED_YAML',
  'conflict-markers': 'BLOBS_MALFORMED_YAML',
  'duplicate-key': 'BLOBS_MALFORMED_YAML',
  'empty-file': 'BLOBS_MALFORMED_YAML',
  'not-utf8': 'BLOBS_MALFORMED_YAML',
  'root-is-a-list': 'BLOBS_MALFORMED_MODULE',
  'several-documents': 'BLOBS_MALFORMED_YAML',
  'syntax-error': 'BLOBS_MALFORMED_YAML',
};

/** Fixtures in which one value breaks a rule and `good.bin` stands beside it. */
const BAD_ENTRIES: Readonly<Record<string, ErrorCode>> = {
  'all-digit-sha256': 'BLOBS_MALFORMED_MODULE',
  'click-through-word': 'BLOBS_MALFORMED_MODULE',
  'duplicate-path': 'BLOBS_DUPLICATE_PATH',
  'missing-sha256': 'BLOBS_MALFORMED_MODULE',
  'missing-url': 'BLOBS_MALFORMED_MODULE',
  'name-control-character': 'BLOBS_MALFORMED_MODULE',
  'path-absolute': 'BLOBS_UNSAFE_PATH',
  'path-backslash': 'BLOBS_UNSAFE_PATH',
  'path-below-path': 'BLOBS_DUPLICATE_PATH',
  'path-bidi-override': 'BLOBS_UNSAFE_PATH',
  'path-control-character': 'BLOBS_UNSAFE_PATH',
  'path-dot-segment': 'BLOBS_UNSAFE_PATH',
  'path-drive': 'BLOBS_UNSAFE_PATH',
  'path-empty': 'BLOBS_MALFORMED_MODULE',
  'path-empty-segment': 'BLOBS_UNSAFE_PATH',
  'path-nul': 'BLOBS_UNSAFE_PATH',
  'path-parent': 'BLOBS_UNSAFE_PATH',
  'path-parent-inside': 'BLOBS_UNSAFE_PATH',
  'sha256-with-other-letters': 'BLOBS_MALFORMED_MODULE',
  'short-sha256': 'BLOBS_MALFORMED_MODULE',
  'unquoted-version': 'BLOBS_MALFORMED_MODULE',
  'wrong-type': 'BLOBS_MALFORMED_MODULE',
};

/** Fixtures that are read, with the warnings that they earn. */
const ACCEPTED: Readonly<Record<string, readonly ErrorCode[]>> = {
  anchors: [],
  'byte-order-mark': [],
  crlf: [],
  'no-blobs': [],
  'null-blobs': ['BLOBS_NULL_BLOBS'],
  'several-urls': [],
  'unknown-keys': [],
  'upper-case-sha256': [],
  'yaml11-boolean': ['BLOBS_YAML11_BOOLEAN'],
};

test('every fixture has an expectation', () => {
  const malformed = [...Object.keys(BAD_FILES), ...Object.keys(BAD_ENTRIES)].sort();
  expect(readdirSync(join(FIXTURES, 'malformed')).sort()).toEqual(malformed);
  expect(readdirSync(join(FIXTURES, 'accepted')).sort()).toEqual(Object.keys(ACCEPTED).sort());
});

describe('a malformed module.yml', () => {
  test.for(Object.entries(BAD_FILES))('is refused with its position: %s', async ([name, code]) => {
    const directory = join(FIXTURES, 'malformed', name);

    const result = await runCli(['list', '-m', directory, '--json']);

    expect(errorsOf(result)).toEqual([expect.objectContaining({ code, ...positionIn(directory) })]);
    expect(result.json().blobs).toEqual([]);
    expect(result.code).toBe(65);
  });

  test.for(Object.entries(BAD_ENTRIES))('loses only what is bad: %s', async ([name, code]) => {
    const directory = join(FIXTURES, 'malformed', name);

    const result = await runCli(['list', '-m', directory, '--json']);

    const errors = errorsOf(result);
    expect(errors.map((error) => error.code)).toContain(code);
    expect(errors[0]).toMatchObject(positionIn(directory));
    expect(result.json().blobs.map(({ path }) => path)).toContain('good.bin');
    expect(result.code).toBe(65);
  });

  test.for(['fetch', 'verify', 'clean'])('does not get an unsafe entry past %s', async (command) => {
    const directories = ['path-parent', 'path-absolute', 'path-parent-inside', 'path-nul'];
    const modules = directories.flatMap((name) => ['-m', join(FIXTURES, 'malformed', name)]);

    const result = await runCli(
      [command, ...modules, '--dry-run', '-l', '(?!good)', '--json'].filter(
        (arg) => arg !== '--dry-run' || command !== 'verify',
      ),
    );

    expect(result.json().blobs).toEqual([]);
    expect(errorsOf(result).map(({ code }) => code)).toEqual(directories.map(() => 'BLOBS_UNSAFE_PATH'));
    expect(result.code).toBe(65);
  });

  test('never shows a control character', async () => {
    const names = ['name-control-character', 'path-bidi-override', 'path-control-character', 'path-nul'];
    const modules = names.flatMap((name) => ['-m', join(FIXTURES, 'malformed', name)]);

    for (const command of ['list', 'fetch', 'modules']) {
      const selection = command === 'modules' ? [] : ['-l', '(?!good)'];
      const { stdout, stderr, code } = await runCli([command, ...selection, ...modules]);
      expect(stdout + stderr).not.toMatch(/[\0\u001b\u202e]|fix\nture/);
      expect(code).toBe(65);
    }
  });

  test.for([
    ['unquoted-version', '18:14', 'version: 1.0'],
    ['syntax-error', '13:5', 'description: A blob'],
    ['conflict-markers', '7:1', '<<<<<<< HEAD'],
    ['duplicate-key', '15:5', "version: '2.0'"],
    ['not-utf8', '13:21', 'description: Ger'],
    ['several-documents', '15:1', '---'],
  ] as const)('shows the line at fault, with file, line and column: %s', async ([name, position, line]) => {
    const { stderr, code } = await runCli(['list', '-m', join(FIXTURES, 'malformed', name)]);

    expect(stderr).toContain(`module.yml:${position}:`);
    expect(stderr).toContain(line);
    expect(stderr).toMatch(/\[BLOBS_MALFORMED_(?:YAML|MODULE)\]/);
    expect(code).toBe(65);
  });
});

describe('an unusual module.yml', () => {
  test.for(Object.entries(ACCEPTED))('is read: %s', async ([name, codes]) => {
    const result = await runCli(['list', '-m', join(FIXTURES, 'accepted', name), '--json']);

    const { blobs, issues } = result.json();
    expect(issues.filter(({ code }) => code !== 'BLOBS_NOTHING_SELECTED')).toEqual(
      codes.map((code) => expect.objectContaining({ severity: 'warning', code })),
    );
    expect(blobs.map(({ path }) => path)).toEqual(expectedPaths(name));
    expect(result.code).toBe(0);
  });
});

function expectedPaths(name: string): string[] {
  if (name === 'no-blobs' || name === 'null-blobs') return [];
  return name === 'anchors' ? ['good.bin', 'other.bin'] : ['good.bin'];
}

function errorsOf(result: Awaited<ReturnType<typeof runCli>>) {
  return result.json().issues.filter(({ severity }) => severity === 'error');
}

function positionIn(directory: string) {
  return {
    file: join(directory, 'zephyr', 'module.yml'),
    line: expect.any(Number),
    column: expect.any(Number),
  };
}
