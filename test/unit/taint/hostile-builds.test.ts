// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findLinkedBlobs } from '../../../src/taint/linked-blobs.ts';
import { sampleBlob } from '../samples.ts';
import { type BuildFiles, type MadeBuild, makeBuild } from './made-build.ts';

const HEAD = 'rule link\n  command = ld $in $flags\nrule cc\n  command = cc -c\n';
const GOOD = `${HEAD}build app: link @BLOBS@/a.a\n`;

async function problems(build: MadeBuild): Promise<string[]> {
  const { issues } = await build.find();
  expect(
    issues.filter(({ severity, code }) => severity !== 'error' || code !== 'BLOBS_BUILD_UNREADABLE'),
  ).toEqual([]);
  return issues.map(({ message }) => message.replace(/^.*? is known: /, ''));
}

describe('a build that is not understood is an error, and the rest is looked at', () => {
  const doubling = Array.from({ length: 40 }, (_, n) => `v${n + 1} = $v${n}$v${n}\n`).join('');
  const doublingRule = Array.from({ length: 40 }, (_, n) => `  v${n + 1} = $v${n}$v${n}\n`).join('');

  it.each<[string, BuildFiles, string]>([
    ['a file that is missing', { 'build.ninja': `include gone.ninja\n${GOOD}` }, 'no such file'],
    ['a file that includes itself', { 'build.ninja': `${GOOD}include build.ninja\n` }, 'too deeply'],
    ['variables that grow', { 'build.ninja': GOOD, 'sub/build.ninja': `v0 = x\n${doubling}` }, 'too long'],
    [
      'a rule that grows',
      { 'build.ninja': `${GOOD}rule xlink\n  v0 = x\n${doublingRule}  command = $v40\nbuild y: xlink\n` },
      'too long',
    ],
    [
      'a rule in a circle',
      { 'build.ninja': `${GOOD}rule xlink\n  a = $b\n  b = $a\n  command = $a\nbuild y: xlink\n` },
      'in a circle',
    ],
    ['lines of something else', { 'build.ninja': `${GOOD}<<<<<<< HEAD\n` }, 'none of ninja'],
    ['a statement without a rule', { 'build.ninja': `${GOOD}build x\n` }, 'without a rule'],
    ['a rule that nobody knows', { 'build.ninja': `${GOOD}build x: nobody y\n` }, 'unknown rule'],
    ['an empty file', { 'build.ninja': GOOD, 'sub/build.ninja': '\n' }, 'describes nothing'],
    [
      'a link script that is gone',
      { 'build.ninja': GOOD, 'CMakeFiles/x.dir/build.make': 'x: m.o\n\tcmake -E cmake_link_script l\n' },
      'is gone: link.txt',
    ],
    ['an empty link script', { 'build.ninja': GOOD, 'CMakeFiles/x.dir/link.txt': '\n' }, 'no command'],
    [
      'a response file that is gone',
      { 'build.ninja': GOOD, 'CMakeFiles/x.dir/link.txt': 'cc @x.rsp -o x\n' },
      'is gone',
    ],
    [
      'a map with an endless line',
      { 'build.ninja': GOOD, 'x.map': `Memory Configuration\n${'x'.repeat(3_000_000)}` },
      'a line is too long',
    ],
  ])('%s', async (_what, files, message) => {
    const build = makeBuild(files);
    const found = await problems(build);
    expect(found.join('\n')).toContain(message);
    expect(Object.keys((await build.find()).linked)).toEqual(['a.a']);
  });

  it.each(['sub/build.ninja', 'x.map', 'x.d', '.ninja_deps', 'CMakeFiles/x.dir/link.txt'])(
    'a pipe at the place of %s',
    async (name) => {
      const build = makeBuild({ 'build.ninja': GOOD, 'sub/x': '', 'CMakeFiles/x.dir/x': '' });
      execFileSync('mkfifo', [join(build.directory, name)]);
      expect(await problems(build)).toHaveLength(1);
      expect(Object.keys((await build.find()).linked)).toEqual(['a.a']);
    },
  );
});

describe('a build cannot keep the program busy', () => {
  it('with a chain of thirty thousand steps', async () => {
    const steps = Array.from({ length: 30_000 }, (_, n) => `build o${n}: cc o${n + 1}\n`).join('');
    const build = makeBuild({
      'build.ninja': `${HEAD}${steps}build app: link o0\nbuild o30000: cc @BLOBS@/b.a\n`,
    });
    expect(Object.keys((await build.find()).linked)).toEqual(['b.a']);
  });

  it('with steps that need each other', async () => {
    const build = makeBuild({
      'build.ninja': `${HEAD}build a: cc b\nbuild b: cc a @BLOBS@/b.a\nbuild app: link a\n`,
    });
    expect(Object.keys((await build.find()).linked)).toEqual(['b.a']);
  });

  it('with links that lead out or round in a circle', async () => {
    const build = makeBuild({ 'build.ninja': GOOD });
    symlinkSync('.', join(build.directory, 'round'));
    symlinkSync('/', join(build.directory, 'out'));
    symlinkSync('self.map', join(build.directory, 'self.map'));
    expect(Object.keys((await build.find()).linked)).toEqual(['a.a']);
  });

  it('with directories nested a hundred deep', async () => {
    const build = makeBuild({ 'build.ninja': GOOD, [`${'d/'.repeat(100)}x.map`]: 'Memory Configuration\n' });
    expect(await problems(build)).toEqual(['directories are nested too deeply']);
  });

  it('with words that regular expressions are slow for', async () => {
    const nasty = [
      'a '.repeat(20_000),
      `${' '.repeat(60_000)}(`,
      '.a('.repeat(20_000),
      '.a'.repeat(30_000),
      '0x0 '.repeat(15_000),
    ];
    const build = makeBuild({
      'x.map': `Memory Configuration\n${nasty.join('\n')}\n`,
      'x.d': nasty.map((text) => `x.o: ${text} \\\n`).join(''),
      'CMakeFiles/x.dir/link.txt': `cc -o x ${nasty.join('"\'')} \\\n`,
      'build.ninja': `${GOOD}x = ${'$ '.repeat(30_000)}\ny = ${'$$'.repeat(30_000)}$\n\n`,
    });
    expect(Object.keys((await build.find()).linked)).toEqual(['a.a']);
  });

  it('after it was told to stop', async () => {
    const { directory } = makeBuild({ 'build.ninja': GOOD });
    const reason = new Error('stop');
    await expect(findLinkedBlobs(directory, [sampleBlob()], AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

it('looks for nothing where the build names what no file can be called', async () => {
  const build = makeBuild({});
  writeFileSync(
    join(build.directory, 'build.ninja'),
    `${HEAD}build app: link \0 ${'x/'.repeat(9000)}y ${'n'.repeat(5000)}\n`,
  );
  expect(await build.find()).toEqual({ linked: {}, issues: [] });
});
