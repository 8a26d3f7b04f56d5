// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseMirror } from '../../../src/fetch/mirrors.ts';
import { type BlobSpec, LICENSE_TEXT, type MadeModule, makeModule } from '../../support/modules.ts';
import { filesBelow, tempDir, withDirectory } from '../../support/temp.ts';
import { results, runFetch } from './fake-network.ts';

const WEB = 'https://blobs.invalid/';

function makeHal(...blobs: BlobSpec[]): MadeModule {
  return makeModule(join(tempDir(), 'hal_x'), { name: 'hal_x', blobs });
}

/** The files in zephyr/blobs with what they hold. */
function held(module: MadeModule): Record<string, string> {
  const directory = join(module.directory, 'zephyr', 'blobs');
  return Object.fromEntries(
    filesBelow(directory).map((path) => [path, readFileSync(join(directory, path), 'utf8')]),
  );
}

describe('fetch', () => {
  it('makes what is absent or modified present, and leaves what is right', async () => {
    const module = makeHal({ path: 'a' }, { path: 'd/b' }, { path: 'c' });
    writeFileSync(withDirectory(module.blobFile('a')), 'a');
    writeFileSync(module.blobFile('c'), 'old');
    const { report, asked } = await runFetch([module.directory], {
      web: { [`${WEB}d/b`]: 'd/b', [`${WEB}c`]: 'c' },
    });
    expect(results(report)).toEqual(['a A up-to-date', 'd/b A url', 'c A url']);
    expect(report.rows[2]).toMatchObject({ replaced: true, bytes: 1, source: `${WEB}c` });
    expect(report.rows[1]).not.toHaveProperty('replaced');
    expect(report).toMatchObject({ issues: [], downloadedBytes: 4, dryRun: false });
    expect(held(module)).toEqual({ a: 'a', 'd/b': 'd/b', c: 'c' });
    expect(asked).toEqual([`${WEB}d/b`, `${WEB}c`]);
  });

  it('keeps the old file when the new one does not verify, and does the others', async () => {
    const module = makeHal({ path: 'a' }, { path: 'b' });
    writeFileSync(withDirectory(module.blobFile('a')), 'old');
    const { report } = await runFetch([module.directory], {
      web: { [`${WEB}a`]: 'wrong', [`${WEB}b`]: 'b' },
    });
    expect(results(report)).toEqual(['a M failed', 'b A url']);
    expect(report.issues).toMatchObject([
      {
        severity: 'error',
        code: 'BLOBS_HASH_MISMATCH',
        message: 'checksum mismatch for hal_x: a',
        path: 'a',
      },
    ]);
    expect(held(module)).toEqual({ a: 'old', b: 'b' });
  });

  it('leaves modified files alone when it should', async () => {
    const module = makeHal({ path: 'a' });
    writeFileSync(withDirectory(module.blobFile('a')), 'mine');
    const { report, asked } = await runFetch([module.directory], { keepModified: true });
    expect([results(report), asked, held(module)]).toEqual([['a M skipped'], [], { a: 'mine' }]);
  });

  it('downloads the same bytes once, for as many places as want them', async () => {
    const [one, two] = [
      makeHal({ path: 'a', bytes: 'same' }, { path: 'b', bytes: 'same' }),
      makeHal({ path: 'c', bytes: 'same', url: `${WEB}other` }),
    ];
    const { report, asked } = await runFetch([one.directory, two.directory], {
      web: { [`${WEB}a`]: 'same' },
    });
    expect([asked, report.downloadedBytes]).toEqual([[`${WEB}a`], 4]);
    expect([held(one), held(two)]).toEqual([{ a: 'same', b: 'same' }, { c: 'same' }]);
  });

  it('warns of sources that failed before another had it', async () => {
    const module = makeHal({ path: 'a', url: [`${WEB}missing`, `${WEB}wrong`, `${WEB}a`] });
    const { report } = await runFetch([module.directory], {
      web: { [`${WEB}wrong`]: 'x', [`${WEB}a`]: 'a' },
    });
    expect(report.issues.map(({ severity, code }) => [severity, code])).toEqual([
      ['warning', 'BLOBS_HTTP_STATUS'],
      ['warning', 'BLOBS_HASH_MISMATCH'],
    ]);
  });

  it('is a mismatch when any source had wrong bytes, whatever failed last', async () => {
    const module = makeHal({ path: 'a', url: [`${WEB}wrong`, `${WEB}missing`] });
    const { report } = await runFetch([module.directory], { web: { [`${WEB}wrong`]: 'x' } });
    expect(report.issues.map(({ code }) => code)).toEqual(['BLOBS_HASH_MISMATCH']);
    expect(report.issues[0]?.facts).toHaveLength(2);
  });

  it('reports the mirror that was used', async () => {
    const module = makeHal({ path: 'a' });
    const mirrors = [parseMirror(`${WEB}=https://user:hunter2@mirror.invalid/`)];
    const { report } = await runFetch([module.directory], {
      mirrors,
      web: { 'https://mirror.invalid/a': 'a' },
    });
    expect(report.rows).toMatchObject([{ result: 'mirror', source: 'https://mirror.invalid/a' }]);
  });

  it('warns of a declared size that is too large, and refuses one that is too small', async () => {
    const module = makeHal({ path: 'aaa', size: 4 }, { path: 'bbb', size: 2 });
    const { report } = await runFetch([module.directory], {
      web: { [`${WEB}aaa`]: 'aaa', [`${WEB}bbb`]: 'bbb' },
    });
    expect(results(report)).toEqual(['aaa A url', 'bbb D failed']);
    expect(report.issues.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      'warning BLOBS_SIZE_MISMATCH',
      'error BLOBS_SIZE_MISMATCH',
    ]);
  });

  it('tells in a dry run what it would do, and does none of it', async () => {
    const module = makeHal({ path: 'a' }, { path: 'b', url: [`https://u:hunter2@x.invalid/`, `${WEB}b`] });
    writeFileSync(withDirectory(module.blobFile('a')), 'a');
    const { report, asked } = await runFetch([module.directory], { dryRun: true });
    expect(results(report)).toEqual(['a A up-to-date', 'b D url']);
    expect(report.rows[1]?.sources).toEqual(['https://x.invalid/', `${WEB}b`]);
    expect([asked, held(module)]).toEqual([[], { a: 'a' }]);
  });

  it('stops at the first failure when it should, and says what is left', async () => {
    const module = makeHal({ path: 'a' }, { path: 'b' }, { path: 'c' });
    const web = { [`${WEB}a`]: 'a', [`${WEB}c`]: 'c' };
    const { report, asked } = await runFetch([module.directory], { web, failFast: true });
    expect(results(report)).toEqual(['a A url', 'b D failed', 'c D skipped']);
    expect(report.issues.map(({ code }) => code)).toEqual(['BLOBS_HTTP_STATUS', 'BLOBS_STOPPED']);
    expect(asked).not.toContain(`${WEB}c`);
  });

  it('reports what was done when it is interrupted', async () => {
    const module = makeHal({ path: 'a' }, { path: 'b' }, { path: 'c' });
    const controller = new AbortController();
    const web = {
      [`${WEB}a`]: 'a',
      [`${WEB}b`]: () => {
        controller.abort(new Error('enough'));
        return 'b';
      },
    };
    const { report, asked } = await runFetch([module.directory], { web, signal: controller.signal });
    expect(report.issues).toMatchObject([{ severity: 'error', code: 'BLOBS_INTERRUPTED' }]);
    expect([results(report)[0], results(report)[2]]).toEqual(['a A url', 'c D skipped']);
    expect(asked).not.toContain(`${WEB}c`);
    expect(
      filesBelow(join(module.directory, 'zephyr', 'blobs')).filter((path) => path.startsWith('.')),
    ).toEqual([]);
  });

  it('tells what happens: each download from begin to end, and every blob once', async () => {
    const module = makeHal({ path: 'a' }, { path: 'b' });
    const { events } = await runFetch([module.directory], { web: { [`${WEB}a`]: 'a' } });
    const kinds = events.map(({ kind }) => kind);
    // A blob may be settled while the next download begins.
    expect(kinds.filter((kind) => kind !== 'row')).toEqual([
      ...['planned', 'begin', 'attempt', 'bytes', 'end'],
      ...['begin', 'attempt', 'end'],
    ]);
    expect(kinds.filter((kind) => kind === 'row').length).toBe(2);
    expect(kinds.indexOf('row')).toBeGreaterThan(kinds.indexOf('end'));
  });
});

describe('a click-through licence', () => {
  it('is asked for before a modified file is replaced too', async () => {
    const module = makeHal({ path: 'a', 'click-through': true });
    writeFileSync(withDirectory(module.blobFile('a')), 'old');
    const { report, asked } = await runFetch([module.directory], {
      web: { [`${WEB}a`]: 'a' },
      answers: [false],
    });
    expect(results(report)).toEqual(['a M skipped']);
    expect(report.issues).toMatchObject([{ code: 'BLOBS_LICENSE_NOT_ACCEPTED' }]);
    expect([asked, held(module)]).toEqual([[], { a: 'old' }]);
  });
});

describe('a declared size', () => {
  it('that one source exceeded decides the code, whatever failed after it', async () => {
    const module = makeHal({ path: 'a', size: 3, url: [`${WEB}long`, `${WEB}gone`] });
    const { report } = await runFetch([module.directory], { web: { [`${WEB}long`]: 'much too long' } });
    expect(report.issues).toMatchObject([{ severity: 'error', code: 'BLOBS_SIZE_MISMATCH', path: 'a' }]);
  });

  it('that is too small for the bytes fails that blob alone, not the one with the same digest', async () => {
    const module = makeHal(
      { path: 'small', bytes: 'same', size: 2, url: `${WEB}same` },
      { path: 'right', bytes: 'same', size: 4, url: `${WEB}same` },
    );
    const { report, asked } = await runFetch([module.directory], { web: { [`${WEB}same`]: 'same' } });
    expect(results(report)).toEqual(['small D failed', 'right A url']);
    expect(report.issues).toMatchObject([{ code: 'BLOBS_SIZE_MISMATCH', path: 'small' }]);
    expect([asked, held(module)]).toEqual([[`${WEB}same`], { right: 'same' }]);
  });
});

describe('--fail-fast', () => {
  it('begins no download where a blob cannot be fetched at all', async () => {
    const module = makeHal({ path: 'a', fetcher: 'carrier-pigeon' }, { path: 'b' });
    const { report, asked } = await runFetch([module.directory], {
      web: { [`${WEB}b`]: 'b' },
      failFast: true,
    });
    expect(results(report)).toEqual(['a D failed', 'b D skipped']);
    expect(asked).toEqual([]);
  });
});

describe('a dry run', () => {
  it('says what it would replace, and what it could not do', async () => {
    const module = makeHal({ path: 'a' }, { path: 'b' });
    writeFileSync(withDirectory(module.blobFile('a')), 'old');
    mkdirSync(module.blobFile('b'));
    const { report } = await runFetch([module.directory], { dryRun: true });
    expect(report.rows[0]).toMatchObject({ result: 'url', source: `${WEB}a`, replaced: true });
    expect(report.issues).toMatchObject([{ code: 'BLOBS_NOT_A_FILE', path: 'b' }]);
  });
});

describe("a blob's place", () => {
  it('that holds a directory fails alone, without a download', async () => {
    const module = makeHal({ path: 'a' }, { path: 'b' });
    mkdirSync(module.blobFile('a'), { recursive: true });
    const { report, asked } = await runFetch([module.directory], { web: { [`${WEB}b`]: 'b' } });
    expect(results(report)).toEqual(['a M failed', 'b A url']);
    expect(report.issues).toMatchObject([{ code: 'BLOBS_NOT_A_FILE', path: 'a' }]);
    expect(asked).toEqual([`${WEB}b`]);
  });

  it('that holds a link is replaced, and what it led to is not', async () => {
    const module = makeHal({ path: 'a' });
    writeFileSync(withDirectory(module.blobFile('precious')), 'precious');
    symlinkSync('precious', module.blobFile('a'));
    await runFetch([module.directory], { web: { [`${WEB}a`]: 'a' } });
    expect(held(module)).toEqual({ a: 'a', precious: 'precious' });
  });

  it('that a link leads outside only while the bytes come is not written', async () => {
    const module = makeHal({ path: 'd/a' });
    const outside = tempDir();
    mkdirSync(module.blobFile('d'), { recursive: true });
    const answer = (): string => {
      rmSync(module.blobFile('d'), { recursive: true });
      symlinkSync(outside, module.blobFile('d'));
      return 'd/a';
    };
    const { report } = await runFetch([module.directory], { web: { [`${WEB}d/a`]: answer } });
    expect(report.issues).toMatchObject([{ severity: 'error', code: 'BLOBS_UNSAFE_PATH' }]);
    expect(filesBelow(outside)).toEqual([]);
  });

  it('below a file fails, and the file stays', async () => {
    const module = makeHal({ path: 'd/a' });
    writeFileSync(withDirectory(module.blobFile('d')), 'mine');
    const { report } = await runFetch([module.directory], { web: { [`${WEB}d/a`]: 'd/a' } });
    expect(results(report)).toEqual(['d/a D failed']);
    expect(held(module)).toEqual({ d: 'mine' });
  });
});

describe('a click-through licence', () => {
  const blobs = [{ path: 'a', 'click-through': true }, { path: 'b', 'click-through': true }, { path: 'c' }];
  const web = { [`${WEB}a`]: 'a', [`${WEB}b`]: 'b', [`${WEB}c`]: 'c' };

  it('is asked once, and then all are fetched', async () => {
    const module = makeHal(...blobs);
    const { report, prompt } = await runFetch([module.directory], { web, answers: [true] });
    expect(prompt.asked.map(({ text }) => text)).toEqual([LICENSE_TEXT]);
    expect(results(report)).toEqual(['a A url', 'b A url', 'c A url']);
  });

  it('that is refused keeps its blobs away, and no others', async () => {
    const module = makeHal(...blobs);
    const { report } = await runFetch([module.directory], { web, answers: [false] });
    expect(results(report)).toEqual(['a D skipped', 'b D skipped', 'c A url']);
    expect(report.issues.map(({ code }) => code)).toEqual(Array(2).fill('BLOBS_LICENSE_NOT_ACCEPTED'));
  });

  it('is not asked for what is present or to be kept', async () => {
    const module = makeHal(...blobs);
    writeFileSync(withDirectory(module.blobFile('a')), 'a');
    writeFileSync(module.blobFile('b'), 'mine');
    const { prompt } = await runFetch([module.directory], { web, answers: [], keepModified: true });
    expect(prompt.asked).toEqual([]);
    expect(existsSync(module.blobFile('c'))).toBe(true);
  });
});
