// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ALL_RULES } from '../../../src/lint/rules.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

describe('the rules', () => {
  it('stand in the README as they are', () => {
    const run = spawnSync(process.execPath, ['scripts/rules-table.mjs', '--check'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect({ code: run.status, stderr: run.stderr }).toEqual({ code: 0, stderr: '' });
    const readme = readFileSync(`${ROOT}/README.md`, 'utf8');
    for (const { id, severity } of ALL_RULES) expect(readme).toContain(`| \`${id}\` | ${severity} | `);
  });

  it('have names of their own, in kebab-case, and texts that say something', () => {
    expect(new Set(ALL_RULES.map(({ id }) => id)).size).toBe(ALL_RULES.length);
    for (const { id, checks, why, mend } of ALL_RULES) {
      expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(checks).toMatch(/^[^A-Z].{15,130}[^.]$/);
      for (const text of [why, mend]) expect(text).toMatch(/^[A-Z"`].{15,}[.:"]$/);
    }
  });
});
