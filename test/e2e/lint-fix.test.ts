// SPDX-License-Identifier: Apache-2.0
import { chmodSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { copyModule, corpusModules, needCorpus, readCorpus } from '../support/corpus.ts';
import { makeModule } from '../support/modules.ts';
import { runCli } from '../support/run-cli.ts';
import { schemaErrors } from '../support/schema.ts';
import { filesBelow, sha256, tempDir, withDirectory } from '../support/temp.ts';
import { withoutRoot } from '../support/without-root.ts';

const UPPER = sha256('a').toUpperCase();

/** A module.yml in which two things can be mended, with about everything around them that must stay. */
const YAML = [
  '\ufeff# first',
  'name:   hal_x',
  'blobs:',
  '  - path: a.bin   # the path',
  `    sha256: "${UPPER}" # SHOUTING`,
  '    type: img',
  "    version: '1.0'",
  '    license-path: LICENSE',
  '    url: "https://blobs.invalid/\\',
  '          a.bin"',
  '    description: >-',
  '      yes',
  '    click-through: yes # was it?',
  '    doc-url: https://blobs.invalid/doc',
].join('\r\n');

const FIXED = YAML.replace(UPPER, UPPER.toLowerCase()).replace('through: yes', 'through: true');

describe('blobs lint --fix', () => {
  test('mends values in place, says how many, and finds nothing more to mend', async () => {
    const { directory } = makeModule(tempDir(), { yaml: YAML });
    const file = join(directory, 'zephyr', 'module.yml');
    chmodSync(file, 0o600);

    const first = await runCli(['lint', '--fix', '-m', directory], { cwd: directory });
    expect(readFileSync(file, 'utf8')).toBe(FIXED);
    expect(first.stdout).toMatch(/^fixed 2 findings in zephyr\/module\.yml\n/);
    expect(first.stdout).not.toMatch(/yaml11-boolean|uppercase-sha256/);
    expect(first.stderr).toMatch(/checked 1 blob: 2 fixed, /);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(filesBelow(join(directory, 'zephyr'))).toEqual(['module.yml']);

    const { mtimeMs, ino } = statSync(file);
    const second = await runCli(['lint', '--fix', '-m', directory], { cwd: directory });
    expect(second.stdout).not.toMatch(/fixed/);
    expect(second.stderr).toMatch(/: 0 fixed, /);
    expect(statSync(file)).toMatchObject({ mtimeMs, ino });
  });

  test('leaves alone what is off, suppressed or not selected, and everything without --fix', async () => {
    const yaml = YAML.replace('  - path', '  # blobs-lint-disable yaml11-boolean: for a test\r\n  - path');
    const { directory } = makeModule(tempDir(), { yaml });
    const file = join(directory, 'zephyr', 'module.yml');
    for (const args of [
      ['-v'],
      ['--fix', '--rule', 'uppercase-sha256=off'],
      ['--fix', '-l', 'other'],
      ['--fix', '--list-rules'],
      ['--fix', '--json', '--format', 'sarif'],
    ]) {
      await runCli(['lint', '-m', directory, ...args]);
      expect(readFileSync(file, 'utf8')).toBe(yaml);
    }
    expect((await runCli(['lint', '-m', directory, '--json'])).json()).not.toHaveProperty('fixed');
  });

  test('tells in JSON what was mended and what is left, and why', async () => {
    const entry = (path: string, more: string) =>
      `  - path: ${path}\n    type: img\n    version: v1\n    license-path: LICENSE\n    url: https://blobs.invalid/${path}\n    description: d\n${more}`;
    const [first, second] = ['a', 'b'].map((name) => sha256(name).toUpperCase());
    const yaml = `x: &shared ${first}\nblobs:\n${entry('a.bin', `    sha256: &d ${first}\n`)}${entry('b.bin', `    sha256: ${second}\n`)}${entry('c.bin', '    sha256: *d\n    note: *d\n')}`;
    const { directory } = makeModule(tempDir(), { yaml, name: 'hal_x' });
    const file = join(directory, 'zephyr', 'module.yml');

    const result = await runCli(['lint', '--fix', '--json', '-m', directory]);
    expect(schemaErrors('lint', result.json())).toEqual([]);
    expect(result.json()).toMatchObject({ summary: { fixed: 2 }, fixed: [{ file, findings: 2 }] });
    expect(readFileSync(file, 'utf8')).toBe(
      yaml.replace(second ?? '', sha256('b')).replace('sha256: *d', `sha256: ${sha256('a')}`),
    );
    const left = result.json().issues.filter(({ rule }) => rule === 'uppercase-sha256');
    expect(left).toMatchObject([{ path: 'a.bin', facts: [expect.stringMatching(/--fix does not mend it/)] }]);
  });

  test('mends the sound part of a malformed module, and touches nothing that is no YAML', async () => {
    const bad = makeModule(tempDir(), {
      yaml: `${FIXED.replace('type: img', 'type: exe')}\r\n`.replace('true', 'on'),
    });
    const none = makeModule(tempDir(), { yaml: `blobs: [\n  sha256: ${UPPER}\n` });
    const before = readFileSync(join(none.directory, 'zephyr/module.yml'), 'utf8');
    const result = await runCli(['lint', '--fix', '-m', bad.directory, '-m', none.directory]);
    expect(result.code).toBe(65);
    expect(readFileSync(join(bad.directory, 'zephyr/module.yml'), 'utf8')).toContain(
      'click-through: true # was',
    );
    expect(readFileSync(join(none.directory, 'zephyr/module.yml'), 'utf8')).toBe(before);
  });

  test('writes through no link out of the module', async () => {
    const elsewhere = join(tempDir(), 'module.yml');
    writeFileSync(elsewhere, YAML);
    const linked = tempDir();
    symlinkSync(elsewhere, withDirectory(join(linked, 'zephyr', 'module.yml')));
    const refused = await runCli(['lint', '--fix', '-m', linked]);
    expect([refused.code, readFileSync(elsewhere, 'utf8')]).toEqual([65, YAML]);
  });

  test('says so where it cannot write', async () => {
    const { directory } = makeModule(tempDir(), { yaml: YAML });
    chmodSync(join(directory, 'zephyr'), 0o500);
    const readOnly = await runCli(['lint', '--fix', '-m', directory], withoutRoot(directory));
    chmodSync(join(directory, 'zephyr'), 0o700);
    expect(readOnly.stderr).toMatch(/\[BLOBS_FILE_ACCESS\]/);
    expect(readOnly.stderr).toContain('EACCES');
    expect(readOnly.stdout).not.toMatch(/BLOBS_FILE_ACCESS|unreadable-file/);
    expect(readFileSync(join(directory, 'zephyr', 'module.yml'), 'utf8')).toBe(YAML);
    expect(readOnly.code).toBe(1);
  });

  test('changes in real files only the lines of what it mends, and those only once', async (context) => {
    needCorpus(context);
    const top = tempDir();
    const modules = corpusModules();
    for (const module of modules) copyModule(module, join(top, module));
    const args = ['lint', '--fix', '--json', ...modules.flatMap((module) => ['-m', join(top, module)])];
    const result = await runCli(args);
    let changed = 0;
    for (const module of modules) {
      const [before, after] = [
        readCorpus(`${module}/zephyr/module.yml`),
        readFileSync(join(top, module, 'zephyr/module.yml'), 'utf8'),
      ];
      const [old, now] = [before.split('\n'), after.split('\n')];
      expect(now.length).toBe(old.length);
      const lines = old.flatMap((line, index) => (line === now[index] ? [] : [[line, now[index]]]));
      changed += lines.length;
      for (const [line = '', other = ''] of lines) {
        const mended = line
          .replace(/(?<=sha256:.*)[0-9A-F]{64}/, (digest) => digest.toLowerCase())
          .replace(/(license-path: *['"]?)\.\/+/, '$1')
          .replace(/[ \t]+(?=\r?$)/, '');
        // Rules about URLs mend those; what they make of them is their own tests' business.
        if (/https?:|\/raw\//.test(line)) expect(other).toMatch(/https?:|\/raw\//);
        else expect(other).toBe(mended);
      }
    }
    expect(result.json().summary['fixed']).toBeGreaterThanOrEqual(28);
    // One line may hold two findings.
    expect(changed).toBeGreaterThanOrEqual(28);
    const again = await runCli(args);
    expect(again.json().summary['fixed']).toBe(0);
  });
});
