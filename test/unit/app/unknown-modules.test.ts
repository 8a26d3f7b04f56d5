// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unknownModules } from '../../../src/app/unknown-modules.ts';
import type { Module } from '../../../src/core/blob.ts';
import type { WestProject, WithoutModule } from '../../../src/core/modules.ts';

const topdir = '/nonexistent';

interface Given extends Partial<WestProject> {
  /** Why it gives no module; null where it gives one. */
  readonly why?: WithoutModule | null;
}

function advice(name: string, given: readonly Given[], modules: readonly Module[] = []): string {
  const withoutModule = new Map<string, WithoutModule>();
  const projects = given.map(({ name: project = 'p', why = 'absent', ...rest }) => {
    if (why !== null) withoutModule.set(project, why);
    const abspath = join(topdir, project);
    return { name: project, path: project, abspath, active: true, cloned: false, ...rest };
  });
  const workspace = { topdir, manifestPath: join(topdir, 'west.yml'), projects, withoutModule };
  const { facts, hint } = unknownModules([name], modules, workspace).details;
  return [...(facts ?? []), hint].join('; ');
}

describe('an unknown module that is a project of the workspace', () => {
  it('is not cloned: west update', () => {
    expect(advice('hal', [{ name: 'hal' }])).toBe(
      'the project hal of the workspace is not cloned; run "west update"',
    );
  });

  it('is found by the last segment of its path too', () => {
    expect(advice('hal', [{ name: 'x', abspath: '/nonexistent/modules/hal' }])).toContain('project x');
  });

  it('is not active: the filters', () => {
    const inactive = { because: 'B', hint: 'H' };
    expect(advice('hal', [{ name: 'hal', inactive, why: 'inactive' }])).toMatch(/is not active: B; H$/);
  });

  it('is the Zephyr repository', () => {
    expect(advice('zephyr', [{ name: 'zephyr', why: 'zephyr' }])).toContain('is the Zephyr repository');
  });

  it('holds a module of another name: that name', () => {
    const module = { name: 'other', directory: join(topdir, 'hal'), depends: [], blobs: [] };
    expect(advice('hal', [{ name: 'hal', why: null }], [module])).toContain(
      'holds the module other; say other',
    );
    expect(advice('hal', [{ name: 'hal', why: 'no-module' }])).toContain('holds no module');
  });
});

describe('an unknown module that is nothing of the workspace', () => {
  it('may be in a project that is not cloned', () => {
    const projects = [{ name: 'a' }, { name: 'b' }, { name: 'c', why: 'inactive' as const }];
    const said = advice('hal', projects, [{ name: 'x', directory: '/x', depends: [], blobs: [] }]);
    expect(said).toContain('2 projects of the workspace are not cloned');
    expect(said).toMatch(/closest names are .*\ba\b/);
  });
});
