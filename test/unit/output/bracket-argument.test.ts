// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bracketArgument } from '../../../src/output/bracket-argument.ts';

/** What CMake reads: the text up to the first closing bracket that fits, without a line feed at its beginning. */
function read(argument: string): { text: string; rest: string } {
  const opening = /^\[=*\[/.exec(argument)?.[0] ?? '';
  const closing = opening.replaceAll('[', ']');
  const end = argument.indexOf(closing, opening.length);
  return {
    text: argument.slice(opening.length, end).replace(/^\n/, ''),
    rest: argument.slice(end + closing.length),
  };
}

describe('a bracket argument', () => {
  it.each([
    ['plain', '[[plain]]'],
    ['', '[[]]'],
    ['$ENV{HOME} "x" \\', '[[$ENV{HOME} "x" \\]]'],
    ['a]]b', '[=[a]]b]=]'],
    ['ends]', '[=[ends]]=]'],
    ['ends]=', '[[ends]=]]'],
    ['a]]b]=', '[==[a]]b]=]==]'],
    ['\nx', '[[\n\nx]]'],
  ])('of %j is %j', (text, argument) => {
    expect(bracketArgument(text)).toBe(argument);
  });

  it('holds any text, and ends where that ends', () => {
    const text = fc.string({ unit: fc.constantFrom(']', '=', '[', '\n', 'a') });
    fc.assert(
      fc.property(text, (any) => {
        expect(read(bracketArgument(any))).toEqual({ text: any, rest: '' });
      }),
    );
  });
});
