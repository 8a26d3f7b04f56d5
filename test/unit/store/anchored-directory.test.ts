// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdirSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withAnchoredDirectory } from '../../../src/store/anchored-directory.ts';
import { tempDir } from '../../support/temp.ts';

function makeTree(): { root: string; inside: string; outside: string } {
  const top = tempDir();
  const [root, outside] = [join(top, 'root'), join(top, 'outside')];
  const inside = join(root, 'd');
  for (const directory of [inside, outside]) {
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'f'), 'x');
  }
  return { root, inside, outside };
}

describe('withAnchoredDirectory', () => {
  it('acts in the directory', () => {
    const { root, inside } = makeTree();
    withAnchoredDirectory(inside, root, (path) => unlinkSync(join(path, 'f')));
    expect(existsSync(join(inside, 'f'))).toBe(false);
  });

  it('refuses a link that leads outside, before it acts', () => {
    const { root, outside } = makeTree();
    symlinkSync(outside, join(root, 'link'));
    let acted = false;
    const act = (): void => {
      acted = true;
    };
    expect(() => withAnchoredDirectory(join(root, 'link'), root, act)).toThrow(/outside/);
    expect(() => withAnchoredDirectory(`${root}-sibling/..`, root, act)).toThrow();
    expect(acted).toBe(false);
  });

  it.runIf(process.platform === 'linux')(
    'acts in what was checked, when it is exchanged for a link in between',
    () => {
      const { root, inside, outside } = makeTree();
      withAnchoredDirectory(inside, root, (path) => {
        renameSync(inside, join(root, 'moved'));
        symlinkSync(outside, inside);
        unlinkSync(join(path, 'f'));
      });
      expect([existsSync(join(root, 'moved', 'f')), existsSync(join(outside, 'f'))]).toEqual([false, true]);
    },
  );
});
