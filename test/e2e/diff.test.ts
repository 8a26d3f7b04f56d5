// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commitFiles, git } from '../support/commits.ts';
import { type BlobSpec, moduleYaml } from '../support/modules.ts';
import { runCli } from '../support/run-cli.ts';
import { schemaErrors } from '../support/schema.ts';
import { tempDir } from '../support/temp.ts';

const FILE = 'zephyr/module.yml';

/** A clone of a module with a commit, tagged v1, v2, …, for each list of blobs. */
function makeClone(...versions: readonly (readonly BlobSpec[])[]): string {
  const directory = tempDir();
  for (const [index, blobs] of versions.entries())
    commitFiles(directory, { [FILE]: moduleYaml({ name: 'hal_x', blobs }) }, `v${index + 1}`);
  return directory;
}

describe('diff in a clone of a module', () => {
  test('tells what was added, removed, renamed and modified, with the keys, old and new', async () => {
    const clone = makeClone(
      [
        { path: 'gone' },
        { path: 'old/name', bytes: 'same' },
        { path: 'kept' },
        { path: 'x', 'x-note': [1], size: 3 },
      ],
      [
        { path: 'kept' },
        { path: 'new/name', bytes: 'same' },
        {
          path: 'x',
          bytes: 'other',
          'x-note': [1, 2],
          'click-through': true,
          url: ['https://a.invalid/x', 'https://b.invalid/x'],
        },
        { path: 'came', type: 'img' },
      ],
    );

    const result = await runCli(['diff', 'v1..v2', '--json'], { cwd: join(clone, 'zephyr') });
    const { blobs, summary } = result.json();

    expect(schemaErrors('diff', result.json())).toEqual([]);
    expect(blobs.map(({ change, path }) => `${String(change)} ${path}`)).toEqual([
      'added came',
      'removed gone',
      'renamed new/name',
      'modified x',
    ]);
    expect(blobs[2]).toMatchObject({ 'old-path': 'old/name' });
    const keys = blobs[3]?.['keys'] as { key: string; before?: unknown; after?: unknown }[];
    expect(keys.map(({ key }) => key)).toEqual(['sha256', 'size', 'url', 'x-note', 'click-through']);
    expect(keys.slice(1)).toEqual([
      { key: 'size', before: 3 },
      {
        key: 'url',
        before: ['https://blobs.invalid/x'],
        after: ['https://a.invalid/x', 'https://b.invalid/x'],
      },
      { key: 'x-note', before: [1], after: [1, 2] },
      { key: 'click-through', after: true },
    ]);
    expect(summary).toEqual({ total: 4, added: 1, removed: 1, modified: 1, renamed: 1, modules: 1 });
    expect(result.json()).toMatchObject({
      before: { revision: 'v1', commit: git(clone, 'rev-parse', 'v1') },
    });
    expect(result.code).toBe(0);
  });

  test('compares one revision with the working tree, and says by --exit-code whether they differ', async () => {
    const clone = makeClone([{ path: 'a' }], [{ path: 'a', version: '2' }]);
    const run = (...args: readonly string[]) => runCli(['diff', ...args, '-m', clone]);

    expect(await run('v2', '--exit-code')).toMatchObject({ code: 0, stdout: '' });
    expect(await run('v1', '--exit-code')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('1.0 → 2'),
    });
    expect(await run('v1')).toMatchObject({ code: 0 });
    writeFileSync(join(clone, FILE), moduleYaml({ name: 'hal_x', blobs: [] }));
    expect((await run('HEAD')).stdout).toMatch(/^hal_x\n {2}removed {2}a /);
    expect((await run('v1..')).stdout).toContain('1.0 → 2');
    expect((await run('..v1')).stdout).toContain('2 → 1.0');
  });

  test('finds module.yml where it has another name, is a link in the module, or came or went', async () => {
    const clone = makeClone([{ path: 'a' }]);
    commitFiles(
      clone,
      { [FILE]: null, 'zephyr/module.yaml': moduleYaml({ name: 'hal_x', blobs: [{ path: 'b' }] }) },
      'yaml',
    );
    commitFiles(clone, { 'zephyr/module.yaml': null, README: '' }, 'none');
    mkdirSync(join(clone, 'zephyr'), { recursive: true });
    symlinkSync('../real.yml', join(clone, FILE));
    commitFiles(clone, { 'real.yml': moduleYaml({ name: 'hal_x', blobs: [{ path: 'c' }] }) }, 'link');
    rmSync(join(clone, FILE));
    symlinkSync('/etc/passwd', join(clone, FILE));
    commitFiles(clone, {}, 'outside');
    const changes = async (range: string) => (await runCli(['diff', range], { cwd: clone })).stdout;

    expect(await changes('v1..yaml')).toMatch(/removed {2}a .*\n {2}added {4}b /);
    expect(await changes('yaml..none')).toMatch(/^hal_x removed\n {2}removed {2}b /);
    expect(await changes('none..link')).toMatch(/^hal_x added\n {2}added {4}c /);
    const outside = await runCli(['diff', 'link..outside', '--json'], { cwd: clone });
    expect(outside.json().issues).toMatchObject([{ code: 'BLOBS_MALFORMED_YAML', file: `outside:${FILE}` }]);
    expect(outside.code).toBe(65);
  });

  test('works where the module is a directory of its repository, and chooses by path and type', async () => {
    const top = tempDir();
    const write = (...blobs: readonly BlobSpec[]) =>
      commitFiles(top, { [`sub/dir/${FILE}`]: moduleYaml({ blobs }), [FILE]: moduleYaml({ name: 'other' }) });
    write();
    write({ path: 'lib/a' }, { path: 'fw/b', type: 'img' });
    const run = async (...args: readonly string[]) =>
      (await runCli(['diff', 'HEAD~1..HEAD', '-m', join(top, 'sub/dir'), ...args, '--json'])).json().blobs;

    expect((await run()).map(({ module, path }) => `${module} ${path}`)).toEqual(['dir fw/b', 'dir lib/a']);
    expect(await run('-t', 'img')).toMatchObject([{ path: 'fw/b' }]);
    expect(await run('-l', 'lib/', 'dir')).toMatchObject([{ path: 'lib/a' }]);
  });

  test('of several repositories names the revision alone: no commit stands for all of them', async () => {
    const clones = [makeClone([{ path: 'a' }], [{ path: 'b' }]), makeClone([{ path: 'c' }], [{ path: 'd' }])];
    const run = async (...args: readonly string[]) => {
      const { code, ...result } = await runCli(['diff', 'v1..v2', ...args, '--json']);
      expect([code, schemaErrors('diff', result.json())]).toEqual([0, []]);
      return result.json();
    };
    const [first = '', second = ''] = clones;
    const both = await run('-m', first, '-m', second);
    expect(both).toMatchObject({ modules: [{ directory: first }, { directory: second }] });
    expect(both).toHaveProperty('before', { revision: 'v1' });
    expect(both).toHaveProperty('after', { revision: 'v2' });
    const commit = git(second, 'rev-parse', 'v2').trim();
    expect(await run('-m', second)).toHaveProperty('after', { revision: 'v2', commit });
  });

  test('names a malformed module.yml as git does, and takes nothing for removed of which it knows too little', async () => {
    const clone = makeClone([{ path: 'a' }, { path: 'b' }]);
    commitFiles(clone, { [FILE]: 'name: hal_x\nblobs: [\n' }, 'broken');
    commitFiles(
      clone,
      { [FILE]: moduleYaml({ name: 'hal_x', blobs: [{ path: 'a', sha256: 'short' }] }) },
      'unsound',
    );
    const run = (range: string) => runCli(['diff', range, '--json'], { cwd: clone });

    const broken = await run('v1..broken');
    expect(broken.json()).toMatchObject({ blobs: [], issues: [{ file: `broken:${FILE}`, line: 3 }] });
    expect(broken.code).toBe(65);
    const unsound = await run('v1..unsound');
    expect(unsound.json().blobs).toMatchObject([{ change: 'removed', path: 'b' }]);
    expect(unsound.json().issues).toMatchObject([{ code: 'BLOBS_MALFORMED_MODULE', path: 'a' }]);
    expect(unsound.code).toBe(65);
    const text = await runCli(['diff', 'v1..broken', '-C', clone]);
    expect(text.stderr).toContain(`error: broken:${FILE}:3:1: `);
  });

  test.for([
    ['--upload-pack=touch x', 'BLOBS_USAGE'],
    [':zephyr/module.yml', 'BLOBS_USAGE'],
    ['v1\nv2', 'BLOBS_USAGE'],
    ['nowhere', 'BLOBS_UNKNOWN_REVISION'],
    ['HEAD@{900}', 'BLOBS_UNKNOWN_REVISION'],
  ])('refuses the revision %j with %s', async ([revision = '', code]) => {
    const clone = makeClone([]);
    const result = await runCli(['diff', '--json', '-m', clone, '--', revision]);
    expect(schemaErrors('diff', result.json())).toEqual([]);
    expect(result.json().issues).toMatchObject([{ code }]);
    expect(result.code).toBe(2);
  });

  test('says what is missing: a range, a repository, a module, a known name', async () => {
    const clone = makeClone([{ path: 'a' }]);
    const bare = tempDir();
    const codes = async (...args: readonly string[]) => {
      const { code, stderr } = await runCli(['diff', ...args], { cwd: bare });
      return `${code} ${/\[(\w+)\]/.exec(stderr)?.[1]}`;
    };

    expect(await codes()).toBe('2 BLOBS_USAGE');
    expect(await codes('HEAD')).toBe('2 BLOBS_UNKNOWN_REVISION');
    expect(await codes('v1', '-m', clone, 'hal_y')).toBe('2 BLOBS_UNKNOWN_MODULE');
    expect(await codes('v1', '-m', clone, '--json', '--format', 'text')).toBe('2 BLOBS_USAGE');
    commitFiles(bare, { README: '' });
    expect(await codes('HEAD')).toBe('2 BLOBS_NOT_A_MODULE');
  });

  test('stays short where three hundred blobs move on together', async () => {
    const blobs = (revision: string): BlobSpec[] =>
      Array.from({ length: 300 }, (_, i) => {
        return {
          path: `lib/${i}.a`,
          bytes: revision + i,
          version: revision,
          url: `https://host.invalid/${revision}/${i}.a`,
        };
      });
    const clone = makeClone(blobs('1.0'), blobs('2.0'));

    const { stdout } = await runCli(['diff', 'v1..v2'], { cwd: clone });

    expect(stdout.split('\n').slice(0, 4)).toEqual([
      'hal_x',
      '  all 300 modified:',
      '    version: 1.0 → 2.0',
      '    url: https://host.invalid/{1.0 → 2.0}/…',
    ]);
    expect(stdout.trimEnd().split('\n')).toHaveLength(304);
  });

  test('shows no credentials, and no escape sequences of what it quotes', async () => {
    const hostile = {
      description: 'a\u001b[31mb\u202e',
      url: 'https://user:hunter2@host.invalid/x?token=hunter2',
    };
    const clone = makeClone([{ path: 'a' }], [{ path: 'a', ...hostile }]);
    for (const format of ['text', 'json', 'markdown']) {
      const { stdout, stderr } = await runCli(['diff', 'v1..v2', '--format', format], { cwd: clone });
      expect(stdout).toContain('host.invalid');
      expect(stdout + stderr).not.toMatch(/hunter2|[\u001b\u202e]/);
    }
  });
});

describe('diff --format markdown', () => {
  test('has the fields of a submission to Zephyr', async () => {
    const clone = makeClone(
      [],
      [
        { path: 'a', license: 'Apache-2.0' },
        { path: 'b', type: 'img', 'click-through': true },
      ],
    );

    const { stdout, code } = await runCli(['diff', 'v1..v2', '--format', 'markdown'], { cwd: clone });

    expect(code).toBe(0);
    expect(stdout).toMatch(/^## Binary blobs: `v1` → `v2`\n\n2 added\.\n\n### Module `hal_x`\n/);
    const fields = [
      ...stdout.matchAll(
        /^\| (Origin|Type|Module|Purpose|Documentation|Dependencies|Pull Request|License) \| (.*) \|$/gm,
      ),
    ];
    expect(Object.fromEntries(fields.map(([, field, value]) => [field, value]))).toEqual({
      Origin: '`https://blobs.invalid`',
      Type: 'Firmware image (1), Precompiled library (1)',
      Module: '`hal_x`',
      Purpose: '`Test blob a`<br>`Test blob b`',
      Documentation: '`https://blobs.invalid/doc`',
      'Pull Request': '*(to be filled in)*',
      Dependencies: '*(to be filled in)*',
      License: '`Apache-2.0` `LICENSE`<br>`LICENSE`<br>to be accepted before a download: 1',
    });
  });

  test('keeps hostile values in their cells: no HTML, link, mention or further column', async () => {
    const texts = [
      'a | b',
      '\\| c',
      '`</code>',
      '<img src=x onerror=alert(1)>',
      '[x](https://evil.invalid)',
      '@maintainer #1',
      '\\`|<b>|',
    ];
    const clone = makeClone(
      [],
      texts.map((text, i) => ({ path: `p|${i}\``, description: text, version: text, 'doc-url': text })),
    );

    const { stdout } = await runCli(['diff', 'v1..v2', '--format', 'markdown'], { cwd: clone });

    const rows = stdout.split('\n').filter((line) => line.startsWith('| <code>'));
    expect(rows).toHaveLength(texts.length);
    for (const row of rows) expect(row.split('|')).toHaveLength(9);
    // What is left without code is ours alone.
    const outside = stdout
      .replace(/<code>[^<>`|\\@[\]*]*<\/code>/g, '')
      .replace(/`[^`|\\]*`/g, '')
      .replaceAll('<br>', '');
    expect(outside).not.toMatch(/[<@[\]\\`]|evil|maintainer/);
  });
});
