// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { findLinkedBlobs } from '../../../src/taint/linked-blobs.ts';
import { sampleBlob } from '../samples.ts';
import { makeBuild } from './made-build.ts';

const FULL = process.env['BLOBS_TEST_FULL'] === '1';
const GOOD = 'rule link\n  command = ld $in\nbuild app: link @BLOBS@/a.a\n';

/** What is found in a build, with no more than so many seconds of a processor, however slow the clock on the wall is. */
async function within(
  seconds: number,
  build: ReturnType<typeof makeBuild>,
): ReturnType<ReturnType<typeof makeBuild>['find']> {
  const before = process.cpuUsage();
  const found = await build.find();
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1e6).toBeLessThan(seconds);
  return found;
}

describe('a build cannot keep the program busy, nor end it', () => {
  // Each took more than twenty seconds, or ended the program.
  it.each([
    [
      'a word that ends in backslashes',
      `x = 1\nrule x\n  command = ld 'x/${'\\'.repeat(150_000)}y'\nbuild y: x\n`,
    ],
    [
      'a command that links, and links',
      `rule x\n  command = x ${'_link'.repeat(40_000)}!\n${'build y: x z\n'.repeat(20)}`,
    ],
    [
      'a shell with a third of a million words',
      `rule x\n  command = sh -c 'ld ${'a/b '.repeat(300_000)}'\nbuild y: x\n`,
    ],
    ['as many default targets', `default ${'a '.repeat(300_000)}\n`],
  ])('by %s', async (_what, text) => {
    const { linked } = await within(15, makeBuild({ 'build.ninja': GOOD + text }));
    expect(Object.keys(linked)).toEqual(['a.a']);
  });

  it('by lines of a map', async () => {
    const nasty = [
      `x${'.o:()'.repeat(13_000)}\u2028x`,
      `x${'.a('.repeat(20_000)})`,
      '\n'.repeat(65_000),
      '('.repeat(65_000),
    ];
    const build = makeBuild({
      'a.map': `${'\n'.repeat(65_000)}LOAD @BLOBS@/a.a\n${`${nasty.join('\n')}\n`.repeat(10)}`,
    });
    expect(Object.keys((await within(15, build)).linked)).toEqual(['a.a']);
  });

  const TOO_MANY = [
    ['statements', 'rule p\n  command = x\n', 'build a:p b\n'],
    ['bindings', 'rule p\n  command = x\nbuild a: p\n', '  x = y\n'],
    ['paths', 'rule p\n  command = x\nbuild a: p', ' b'],
  ] as const;
  it.each(TOO_MANY.slice(0, FULL ? undefined : 1))(
    'by too many %s, which is an error before memory ends',
    async (_what, head, piece) => {
      const build = makeBuild({
        'build.ninja': head + piece.repeat(4_000_001),
        'x.map': 'LOAD @BLOBS@/a.a\n',
      });
      const { linked, issues } = await within(30, build);
      expect(issues.map(({ message }) => message.replace(/^.*: /, ''))).toEqual(['too many statements']);
      expect(Object.keys(linked)).toEqual(['a.a']);
    },
  );

  it.each([
    ['ninja', { 'build.ninja': `${GOOD}${'build a: link b\n'.repeat(1_500_000)}` }],
    [
      'the graph',
      {
        'build.ninja': `${GOOD}build x: link ${Array.from({ length: 1_500_000 }, (_, n) => `a/${n}`).join(' ')}\n`,
      },
    ],
  ])('once it was told to stop, while it reads %s', async (_what, files) => {
    const { directory } = makeBuild(files);
    const controller = new AbortController();
    const reason = new Error('stop');
    const found = findLinkedBlobs(directory, [sampleBlob()], controller.signal);
    setTimeout(() => controller.abort(reason), 60);
    await expect(found).rejects.toBe(reason);
  });
});
