// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { makeModule } from '../../support/modules.ts';
import { tempDir } from '../../support/temp.ts';
import { results, runFetch } from './fake-network.ts';

// Two file systems need a mount; what a rename between them answers does not.
vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs/promises')>();
  const diskOf = (path: unknown): string | undefined => /\/(disk-\d)\//.exec(String(path))?.[1];
  return {
    ...real,
    rename: async (from: string, to: string) => {
      if (diskOf(from) !== diskOf(to))
        throw Object.assign(new Error('EXDEV: cross-device link'), { code: 'EXDEV' });
      return real.rename(from, to);
    },
  };
});

it('puts the same bytes into modules on two file systems', async () => {
  const root = tempDir();
  const modules = ['disk-1', 'disk-2'].map((disk) =>
    makeModule(join(root, disk, 'hal'), { name: disk, blobs: [{ path: 'fw.bin', bytes: 'same' }] }),
  );
  const { report } = await runFetch(
    modules.map(({ directory }) => directory),
    { web: { 'https://blobs.invalid/fw.bin': 'same' } },
  );
  expect([results(report), report.issues]).toEqual([['fw.bin A url', 'fw.bin A url'], []]);
  for (const module of modules) expect(readFileSync(module.blobFile('fw.bin'), 'utf8')).toBe('same');
});
