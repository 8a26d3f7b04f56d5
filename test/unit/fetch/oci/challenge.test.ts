// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { parseChallenges } from '../../../../src/fetch/oci/challenge.ts';

function plain(...headers: string[]): unknown[] {
  return parseChallenges(headers).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);
}

describe('parseChallenges', () => {
  it.each<[string, unknown[]]>([
    [
      'Bearer realm="https://auth.invalid/token",service="registry",scope="repository:a/b:pull,push"',
      [
        [
          'bearer',
          { realm: 'https://auth.invalid/token', service: 'registry', scope: 'repository:a/b:pull,push' },
        ],
      ],
    ],
    ['Basic realm="a \\"b\\" \\\\ c"', [['basic', { realm: 'a "b" \\ c' }]]],
    [
      'Negotiate, Basic realm=x , Bearer realm = "y"',
      [
        ['negotiate', {}],
        ['basic', { realm: 'x' }],
        ['bearer', { realm: 'y' }],
      ],
    ],
    [
      'Negotiate YWJj==, BASIC Realm="x"',
      [
        ['negotiate', {}],
        ['basic', { realm: 'x' }],
      ],
    ],
    ['Bearer realm="x",realm="y"', [['bearer', { realm: 'x' }]]],
    ['Bearer realm="x', [['bearer', {}]]],
    ['Bearer __proto__="x"', [['bearer', { ['__proto__']: 'x' }]]],
    ['realm="x"', []],
    ['"', []],
    ['', []],
    [',,,', []],
  ])('reads %j', (header, challenges) => {
    expect(plain(header)).toEqual(challenges);
  });

  it('reads several headers, and no more than 8 KiB of them', () => {
    expect(plain('Basic realm="x"', 'Bearer realm="y"')).toHaveLength(2);
    expect(plain('x'.repeat(9000), 'Basic realm="x"')).toEqual([]);
  });

  it('takes linear time for what is hostile', () => {
    for (const part of ['"\\', 'a=', 'a, ', 'a ', 'a="']) {
      expect(parseChallenges([part.repeat(8192 / part.length)]).length).toBeLessThan(5000);
    }
  });
});
