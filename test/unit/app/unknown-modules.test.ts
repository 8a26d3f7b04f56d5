// SPDX-License-Identifier: Apache-2.0
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unknownModules } from '../../../src/app/unknown-modules.ts';
import type { Module } from '../../../src/core/blob.ts';
import type { WestProject } from '../../../src/core/modules.ts';
import { tempDir } from '../../support/temp.ts';

const topdir = '/nonexistent';

function advice(name: string, projects: readonly Partial<WestProject>[], modules: readonly Module[] = []) {
  const workspace = {
    topdir,
    manifestPath: join(topdir, 'west.yml'),
    projects: projects.map((given) => {
      const { name: project = 'p', abspath = join(topdir, project), active = true, ...rest } = given;
      return { name: project, path: project, abspath, active, cloned: false, onDisk: false, ...rest };
    }),
  };
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
    expect(advice('hal', [{ name: 'hal', active: false, inactive: { because: 'B', hint: 'H' } }])).toMatch(
      /is not active: B; H$/,
    );
  });

  it('holds a module of another name: that name', () => {
    const directory = join(tempDir(), 'hal');
    mkdirSync(directory);
    const module = { name: 'other', directory, depends: [], blobs: [] };
    expect(advice('hal', [{ name: 'hal', abspath: directory, onDisk: true }], [module])).toContain(
      'holds the module other; say other',
    );
    expect(advice('hal', [{ name: 'hal', abspath: directory, onDisk: true }])).toContain('holds no module');
  });
});

describe('an unknown module that is nothing of the workspace', () => {
  it('may be in a project that is not cloned', () => {
    const projects = [{ name: 'a' }, { name: 'b' }, { name: 'c', active: false }];
    expect(advice('hal', projects)).toContain('2 projects of the workspace are not cloned');
  });
});
