// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { compareModules, type ModulePair } from '../../../../src/app/diff/compare-modules.ts';
import type { ModuleState } from '../../../../src/app/diff/module-state.ts';
import type { Issue, Severity } from '../../../../src/core/report.ts';
import { readModuleText } from '../../../../src/module/read-module.ts';
import { moduleYaml } from '../../../support/modules.ts';

function issue(severity: Severity, message: string): Issue {
  return { severity, code: 'BLOBS_MALFORMED_MODULE', message };
}

/** A module that declares one blob in this version. */
function state(name: string, version: string, issues: readonly Issue[], oid?: string): ModuleState {
  const text = Buffer.from(moduleYaml({ name, blobs: [{ path: 'a.bin', version }] }));
  const { module } = readModuleText({ directory: '/nowhere', defaultName: name }, 'REV:file', text);
  const declared = { blobs: module.blobs, unsoundPaths: new Set<string>() };
  return { module, issues, declared, ...(oid === undefined ? {} : { oid }) };
}

function pair(name: string, before: readonly Issue[] = [], after: readonly Issue[] = []): ModulePair {
  return { directory: `/${name}`, before: state(name, 'v1', before), after: state(name, 'v2', after) };
}

function told(issues: readonly Issue[]): string[] {
  return issues.map(({ severity, message }) => `${severity} ${message}`);
}

describe('modules of which some are named', () => {
  const wrong = [issue('error', 'wrong'), issue('warning', 'odd'), issue('info', 'note')];

  it('alone are compared, and what is wrong with the others is no error of the run', () => {
    const { modules, issues } = compareModules([pair('other', [], wrong), pair('hal_x', [], wrong)], {
      modules: ['hal_x'],
    });
    expect(modules.map(({ name }) => name)).toEqual(['hal_x']);
    expect(told(issues)).toEqual([
      ...['warning wrong', 'warning odd', 'info note'],
      ...['error wrong', 'warning odd', 'info note'],
    ]);
  });

  it('count by the name of either side', () => {
    const renamed = { ...pair('new'), before: state('old', 'v1', [issue('error', 'wrong')]) };
    for (const name of ['old', 'new']) {
      const { modules, issues } = compareModules([renamed], { modules: [name] });
      expect(modules).toMatchObject([{ name: 'new', kind: 'changed' }]);
      expect(told(issues)).toEqual(['error wrong']);
    }
  });

  it('are all where none is', () => {
    const { modules, issues } = compareModules([pair('other', wrong), pair('hal_x')], { modules: [] });
    expect(modules.map(({ name }) => name)).toEqual(['other', 'hal_x']);
    // What was odd before does not matter any more.
    expect(told(issues)).toEqual(['error wrong']);
  });
});

it('tells once what is wrong with a file that both sides have', () => {
  const one = state('hal_x', 'v1', [issue('error', 'wrong')], 'oid');
  const same = { directory: '/hal_x', before: one, after: { ...one } };
  expect(told(compareModules([same], { modules: [] }).issues)).toEqual(['error wrong']);
  const other = { ...same, after: { ...one, oid: 'other' } };
  expect(told(compareModules([other], { modules: [] }).issues)).toEqual(['error wrong', 'error wrong']);
});
