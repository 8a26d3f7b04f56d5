// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { Module } from '../../../../src/core/blob.ts';
import { duplicateNameIssues, orderModules } from '../../../../src/workspace/order/order-modules.ts';

function module(name: string, depends: readonly string[] = [], directory = `/m/${name}`): Module {
  return { name, directory, depends, blobs: [] };
}

const namesOf = (modules: readonly Module[]) => modules.map(({ name }) => name).join(' ');

describe('orderModules', () => {
  it('puts modules without dependencies first, then each as soon as its last one is placed', () => {
    const given = [
      module('a', ['c']),
      module('b'),
      module('c', ['d']),
      module('d'),
      module('e', ['b', 'd']),
      module('f'),
    ];
    const { modules, issues } = orderModules(given);
    expect(namesOf(modules)).toBe('b d f c e a');
    expect(issues).toEqual([]);
  });

  it('counts a dependency that is named twice once', () => {
    const { modules, issues } = orderModules([module('a', ['b', 'b']), module('b')]);
    expect(namesOf(modules)).toBe('b a');
    expect(issues).toEqual([]);
  });

  it('keeps both of two modules with one name; the one placed first satisfies it', () => {
    const early = module('same', ['b'], '/early');
    const late = module('same', [], '/late');
    const { modules, issues } = orderModules([early, module('d', ['same']), late, module('b')]);
    expect(modules.map(({ directory }) => directory)).toEqual(['/late', '/m/b', '/m/d', '/early']);
    expect(issues).toEqual([]);
  });

  it('is not stopped by a module that needs its own namesake', () => {
    const { modules, issues } = orderModules([module('same', ['same'], '/one'), module('same', [], '/two')]);
    expect(modules.map(({ directory }) => directory)).toEqual(['/two', '/one']);
    expect(issues).toEqual([]);
  });

  it('puts modules with missing dependencies last and names what they need', () => {
    const given = [module('a', ['nope', 'b', 'gone']), module('b'), module('c', ['a']), module('d')];
    const { modules, issues } = orderModules(given);
    expect(namesOf(modules)).toBe('b d a c');
    expect(
      issues.map(({ severity, code, module: name, message }) => [severity, code, name, message]),
    ).toEqual([
      ['error', 'BLOBS_UNMET_DEPENDENCY', 'a', 'module a depends on nope, gone, which are not there'],
      ['error', 'BLOBS_UNMET_DEPENDENCY', 'c', 'module c depends on a, whose own dependencies are not met'],
    ]);
  });

  it('says that a cycle is one and names its members', () => {
    const given = [
      module('x', ['a']),
      module('a', ['b']),
      module('b', ['c']),
      module('c', ['a']),
      module('s', ['s']),
    ];
    const { modules, issues } = orderModules(given);
    expect(namesOf(modules)).toBe('x a b c s');
    expect(issues.map(({ message }) => message)).toEqual([
      'module a depends on itself through b, c: a cycle',
      'module s depends on itself: a cycle',
      'module x depends on a, whose own dependencies are not met',
    ]);
  });

  it('reports a missing dependency and a cycle of the same module', () => {
    const { issues } = orderModules([module('a', ['b', 'nope']), module('b', ['a'])]);
    expect(issues.map(({ message }) => message)).toEqual([
      'module a depends on nope, which is not there',
      'module a depends on itself through b: a cycle',
    ]);
  });

  it('orders a chain, and reports a cycle, of 50,000 modules without exhausting the stack', () => {
    const chain = Array.from({ length: 50_000 }, (_, i) =>
      module(`m${i}`, i === 49_999 ? [] : [`m${i + 1}`]),
    );
    expect(orderModules(chain).modules[0]?.name).toBe('m49999');
    const cycle = [...chain.slice(0, -1), module('m49999', ['m0'])];
    const { issues } = orderModules(cycle);
    expect(issues.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^module m0 depends on itself through m1, .* and 49989 others: a cycle$/),
    ]);
  });
});

describe('duplicateNameIssues', () => {
  it('names the directories of modules with one name', () => {
    const issues = duplicateNameIssues([module('a', [], '/one'), module('b'), module('a', [], '/two')]);
    expect(issues).toHaveLength(1);
    expect(issues[0]).toMatchObject({ severity: 'warning', code: 'BLOBS_DUPLICATE_MODULE', module: 'a' });
    expect(issues[0]?.message).toBe('2 modules are named a: /one and /two');
  });

  it('is silent when all names differ', () => {
    expect(duplicateNameIssues([module('a'), module('A'), module('__proto__')])).toEqual([]);
  });
});
