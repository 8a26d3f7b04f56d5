// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ALL_RULES } from '../../src/lint/rules.ts';
import { type CliOptions, type CliResult, runCli } from '../support/run-cli.ts';
import { schemaErrors } from '../support/schema.ts';
import { tempDir } from '../support/temp.ts';

const WANTED = ['yaml11-boolean', 'license-expression', 'bad-suppression', 'unused-suppression'];
const QUIET_RULES = ALL_RULES.filter(({ id, isFixed }) => !isFixed && !WANTED.includes(id)).map(
  ({ id }) => id,
);

/** A module with a warning in line 9 and whatever `more` adds to its entry. */
function moduleText(more: readonly string[] = [], clickThrough = 'yes'): string {
  return [
    'name: hal_x',
    'blobs:',
    '  - path: lib/a.a',
    `    sha256: ${'ab'.repeat(32)}`,
    '    type: lib',
    "    version: '1.0'",
    '    license-path: LICENSE',
    '    url: https://blobs.invalid/a.a',
    `    click-through: ${clickThrough}`,
    '    description: d',
    ...more,
    '',
  ].join('\n');
}

function makeModule(text: string): string {
  const directory = tempDir();
  mkdirSync(join(directory, 'zephyr'));
  writeFileSync(join(directory, 'zephyr', 'module.yml'), text);
  return directory;
}

/** Lints with nothing but the rules that these tests are about. */
function lint(directory: string, args: readonly string[] = [], options: CliOptions = {}): Promise<CliResult> {
  const off = QUIET_RULES.flatMap((id) => ['--rule', `${id}=off`]);
  return runCli(['lint', ...off, ...args], { cwd: directory, ...options });
}

describe('blobs lint', () => {
  it('shows the line of a finding, with a caret, and counts on stderr', async () => {
    const result = await lint(makeModule(moduleText()));
    expect(result).toMatchObject({ code: 0, stderr: 'checked 1 blob: 0 errors, 1 warning, 0 notes\n' });
    expect(result.stdout.split('\n').slice(0, 3)).toEqual([
      expect.stringMatching(
        /^warning: zephyr\/module\.yml:9:20: .*\[BLOBS_YAML11_BOOLEAN\] \(yaml11-boolean\)$/,
      ),
      '  9 |     click-through: yes',
      '    |                    ^',
    ]);
  });

  it('says nothing of a sound file', async () => {
    expect(await lint(makeModule(moduleText([], 'true')), ['--strict'])).toMatchObject({
      code: 0,
      stdout: '',
    });
  });

  it.each([
    [[], 0],
    [['--strict'], 1],
    [['--rule', 'yaml11-boolean=error'], 1],
    [['--strict', '--rule', 'yaml11-boolean=info'], 0],
    [['--strict', '--rule', 'yaml11-boolean=off'], 0],
    [['--rule', 'yaml11-boolean=off', '--rule', 'yaml11-boolean=error'], 1],
  ])('with %j exits with %i for a warning', async (args, code) => {
    expect((await lint(makeModule(moduleText()), args)).code).toBe(code);
  });

  it('says that --strict made it fail', async () => {
    const { stderr } = await lint(makeModule(moduleText()), ['--strict']);
    expect(stderr.trimEnd().split('\n').at(-1)).toBe('failed: 1 warning, with --strict (exit code 1)');
  });

  it('exits with 65 for a malformed file, whatever else there is', async () => {
    const directory = makeModule(moduleText(['    size: many', "    license: 'no licence'"]));
    expect((await lint(directory)).code).toBe(65);
    writeFileSync(join(directory, 'zephyr', 'module.yml'), 'name: [\n');
    expect(await lint(directory)).toMatchObject({
      code: 65,
      stdout: expect.stringContaining('(yaml-syntax)'),
    });
  });

  it('hides what a comment suppresses, and reports comments that hide nothing', async () => {
    const comment = '    # blobs-lint-disable yaml11-boolean: our oldest tools want it so';
    expect((await lint(makeModule(moduleText([comment])), ['--strict'])).stdout).toBe('');
    const { code, stdout } = await lint(makeModule(moduleText([comment], 'true')), ['--strict']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining('(unused-suppression)') });
    const bad = await lint(makeModule(moduleText(['    # blobs-lint-disable yaml11-boolean'])));
    expect(bad.stdout).toContain('(bad-suppression)');
    expect(bad.stdout).toContain('(yaml11-boolean)');
  });

  it('does not take a comment for unused whose rule was not asked', async () => {
    const comment = '    # blobs-lint-disable dead-url: the vendor opens it in March';
    const { stdout } = await lint(makeModule(moduleText([comment], 'true')), ['--strict']);
    expect(stdout).toBe('');
  });

  it('never hides what makes a file malformed', async () => {
    const text = moduleText(['    size: many', '    # blobs-lint-disable schema: it is what it is']);
    expect((await lint(makeModule(text))).code).toBe(65);
  });

  it('prints JSON, SARIF or annotations when asked, and annotations by itself in a job of GitHub Actions', async () => {
    const directory = makeModule(moduleText());
    const json = await lint(directory, ['--format', 'json']);
    expect(schemaErrors('lint', json.json())).toEqual([]);
    expect(json.json().issues).toMatchObject([{ rule: 'yaml11-boolean', line: 9, column: 20 }]);
    expect((await lint(directory, ['--json'])).stdout).toBe(json.stdout);

    const sarif = JSON.parse((await lint(directory, ['--format', 'sarif'])).stdout);
    expect(sarif.runs[0].results).toMatchObject([{ ruleId: 'yaml11-boolean', level: 'warning' }]);

    const annotation = /^::warning file=zephyr\/module\.yml,line=9,col=20,title=yaml11-boolean::.*\n$/;
    expect((await lint(directory, ['--format', 'github'])).stdout).toMatch(annotation);
    const env = { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: directory };
    const inJob = { cwd: join(directory, 'zephyr'), env };
    expect((await lint(directory, [], inJob)).stdout).toMatch(annotation);
    expect((await lint(directory, ['--format', 'text'], inJob)).stdout).toMatch(/^warning: module\.yml:9/);
    expect((await lint(directory, ['--json'], inJob)).json().issues).toHaveLength(1);
  });

  it.each([
    [['--format', 'xml']],
    [['--json', '--format', 'sarif']],
    [['--rule', 'yaml11-boolean']],
    [['--rule', 'yaml11-boolean=fatal']],
    [['--rule', 'unheard-of=off']],
    [['--rule', 'schema=off']],
    [['--explain', 'unheard-of']],
    [['--explain', 'schema', '--list-rules']],
    [['--list-rules', '--format', 'sarif']],
  ])('refuses %j as usage', async (args) => {
    const { code, stderr } = await lint(makeModule(moduleText()), args);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('[BLOBS_USAGE]') });
  });

  it('offers the closest rules for an unknown one', async () => {
    const { stderr } = await runCli(['lint', '--explain', 'yaml-bolean']);
    expect(stderr).toMatch(/did you mean yaml11-boolean or /);
  });
});

describe('what lint says of its rules', () => {
  it('lists all, without a module', async () => {
    const list = await runCli(['lint', '--list-rules'], { cwd: tempDir() });
    expect(list.code).toBe(0);
    const ids = list.stdout
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(' ')[0]);
    expect(ids).toEqual(ALL_RULES.map(({ id }) => id));
  });

  it('prints them as JSON too', async () => {
    const all = await runCli(['lint', '--list-rules', '--json'], { cwd: tempDir() });
    expect(schemaErrors('lint', all.json())).toEqual([]);
    expect(all.json()).toMatchObject({ rules: ALL_RULES.map(({ id, severity }) => ({ id, severity })) });
    const one = await runCli(['lint', '--explain', 'null-blobs', '--json'], { cwd: tempDir() });
    expect(one.json()).toMatchObject({ rules: [{ id: 'null-blobs', severity: 'warning', fix: false }] });
  });

  it('says which findings of a rule have another severity', async () => {
    const note = '(warning: thin archives)';
    const explained = await runCli(['lint', '--explain', 'unusual-archive'], { cwd: tempDir() });
    expect(explained.stdout).toContain(note);
    const list = await runCli(['lint', '--list-rules'], { cwd: tempDir() });
    expect(list.stdout).toContain(note);
  });

  it('explains one', async () => {
    const { code, stdout } = await runCli(['lint', '--explain', 'license-expression'], { cwd: tempDir() });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^license-expression \(error\)\n(.*\n)*Why: .*\nWhat to do: /);
  });
});
