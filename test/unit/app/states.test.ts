// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lintModules } from '../../../src/app/lint-modules.ts';
import { listBlobs } from '../../../src/app/list-blobs.ts';
import { listModules } from '../../../src/app/list-modules.ts';
import { verifyBlobs } from '../../../src/app/verify-blobs.ts';
import { type BlobSpec, type MadeModule, makeModule } from '../../support/modules.ts';
import { tempDir, withDirectory } from '../../support/temp.ts';
import { NEVER, queryFor } from '../samples.ts';

function makeHal(...blobs: BlobSpec[]): MadeModule {
  return makeModule(join(tempDir(), 'hal_x'), { name: 'hal_x', blobs });
}

/** A module with a blob in each state. */
function makeStates(): MadeModule {
  const module = makeHal({ path: 'right' }, { path: 'wrong' }, { path: 'gone' }, { path: 'directory' });
  writeFileSync(withDirectory(module.blobFile('right')), 'right');
  writeFileSync(module.blobFile('wrong'), 'other');
  mkdirSync(module.blobFile('directory'));
  return module;
}

describe('listBlobs', () => {
  const list = async (module: MadeModule, statuses?: ('A' | 'M' | 'D')[]) => {
    const { rows } = await listBlobs(
      { ...queryFor([module.directory]), ...(statuses ? { statuses } : {}) },
      NEVER,
    );
    return rows.map(({ blob, status, bytes }) => [blob.path, status, bytes]);
  };

  it('gives status and size', async () => {
    expect(await list(makeStates())).toEqual([
      ['right', 'A', 5],
      ['wrong', 'M', 5],
      ['gone', 'D', undefined],
      ['directory', 'M', undefined],
    ]);
  });

  it('gives those of the statuses that are asked for', async () => {
    expect((await list(makeStates(), ['D', 'A'])).map(([path]) => path)).toEqual(['right', 'gone']);
  });

  it.each([
    ['below a file', 'a/b'],
    ['with a name that no file can have', 'x'.repeat(300)],
  ])('takes a blob %s for absent', async (_what, path) => {
    const module = makeHal({ path });
    writeFileSync(withDirectory(module.blobFile('a')), '');
    expect(await list(module)).toEqual([[path, 'D', undefined]]);
  });

  it('follows a link that stays inside, and takes a dangling one for absent', async () => {
    const module = makeHal({ path: 'link' }, { path: 'dangling' });
    writeFileSync(withDirectory(module.blobFile('real')), 'link');
    symlinkSync('real', module.blobFile('link'));
    symlinkSync('nothing', module.blobFile('dangling'));
    expect(await list(module)).toEqual([
      ['link', 'A', 4],
      ['dangling', 'D', undefined],
    ]);
  });

  it.skipIf(process.platform === 'win32')('does not wait at a FIFO', async () => {
    const module = makeHal({ path: 'fifo' });
    execFileSync('mkfifo', [withDirectory(module.blobFile('fifo'))]);
    expect(await list(module)).toEqual([['fifo', 'M', undefined]]);
  });
});

describe('verifyBlobs', () => {
  const verify = async (module: MadeModule, allowMissing = false) =>
    (await verifyBlobs({ ...queryFor([module.directory]), allowMissing }, NEVER)).issues;

  it('has an issue for each that is wrong, missing or no file', async () => {
    const issues = await verify(makeStates());
    expect(issues.map(({ severity, code, path }) => [severity, code, path])).toEqual([
      ['error', 'BLOBS_HASH_MISMATCH', 'wrong'],
      ['error', 'BLOBS_MISSING', 'gone'],
      ['error', 'BLOBS_HASH_MISMATCH', 'directory'],
    ]);
    expect(issues[0]).toMatchObject({
      message: 'checksum mismatch for hal_x: wrong',
      facts: [expect.stringMatching(/^expected [0-9a-f]{64} {2}got [0-9a-f]{64} {2}in \//)],
      hint: 'run "blobs fetch hal_x"; if it repeats, tell the module\'s maintainer',
      module: 'hal_x',
    });
  });

  it('lets missing ones pass when it may', async () => {
    expect((await verify(makeStates(), true)).map(({ path }) => path)).toEqual(['wrong', 'directory']);
  });

  it('warns of a declared size that is not the size', async () => {
    const module = makeHal({ path: 'right', size: 4 }, { path: 'same', size: 4 });
    for (const path of ['right', 'same']) writeFileSync(withDirectory(module.blobFile(path)), path);
    expect(await verify(module)).toMatchObject([
      {
        severity: 'warning',
        code: 'BLOBS_SIZE_MISMATCH',
        message: 'the declared size of hal_x: right is 4, but the file has 5 bytes',
      },
    ]);
  });
});

describe('listModules', () => {
  it('counts what is declared, what is present, and its bytes', async () => {
    const { rows } = await listModules(queryFor([makeStates().directory]), NEVER);
    expect(rows).toMatchObject([{ module: { name: 'hal_x' }, present: 1, bytes: 5 }]);
    expect(rows[0]?.module.blobs).toHaveLength(4);
  });

  it('takes a module without blobs for no news', async () => {
    expect((await listModules(queryFor([makeHal().directory]), NEVER)).issues).toEqual([]);
  });
});

const AS_IS = { levels: new Map(), online: false, download: false };

describe('lintModules', () => {
  it('names rule, file and line of each finding', async () => {
    const module = makeHal(
      { path: 'a', license: 'Not A Licence' },
      { path: 'b', version: 1 },
      { path: '../c' },
      { path: 'd', license: 'MIT OR LicenseRef-x' },
    );
    const report = await lintModules(queryFor([module.directory]), AS_IS, NEVER);
    const issues = report.issues.filter(({ code }) => code !== 'BLOBS_LINT');
    expect(issues.map(({ rule, code, path, severity }) => [rule, code, path, severity])).toEqual([
      ['license-expression', 'BLOBS_BAD_LICENSE_EXPRESSION', 'a', 'error'],
      ['schema', 'BLOBS_MALFORMED_MODULE', 'b', 'error'],
      ['unsafe-path', 'BLOBS_UNSAFE_PATH', '../c', 'error'],
    ]);
    for (const issue of issues)
      expect(issue).toMatchObject({
        file: join(module.directory, 'zephyr', 'module.yml'),
        line: expect.any(Number),
      });
  });

  it('does not choke on a licence expression without end', async () => {
    const module = makeHal({ path: 'a', license: '('.repeat(100_000) }, { path: 'b', license: '' });
    const report = await lintModules(queryFor([module.directory]), AS_IS, NEVER);
    const issues = report.issues.filter(({ code }) => code !== 'BLOBS_LINT');
    expect(issues.map(({ code }) => code)).toEqual(Array(2).fill('BLOBS_BAD_LICENSE_EXPRESSION'));
    expect(issues[0]?.message.length).toBeLessThan(200);
  });
});
