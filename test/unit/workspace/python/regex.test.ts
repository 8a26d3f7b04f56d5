// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { compilePythonRegex } from '../../../../src/workspace/python/regex.ts';

// What Python 3.11 answers: re.compile(pattern).fullmatch(text) is not None.

function matches(pattern: string, text: string): boolean | string {
  const compiled = compilePythonRegex(pattern);
  return 'problem' in compiled ? compiled.problem : compiled.matches(text);
}

describe('compilePythonRegex', () => {
  it.each([
    ['the whole text must match', 'hal', 'hal_x', false],
    ['the whole of an alternative must match', 'a|ab', 'ab', true],
    ['no alternative matches a part', 'a|b', 'ab', false],
    ['nothing matches nothing', '', '', true],
    ['"." is any character', 'h.l', 'h-l', true],
    ['"." is one character beyond the basic plane', '.', '𝒳', true],
    ['"." is no line feed', '.', '\n', false],
    ['"." is another line end', '...', '\r\u2028\u2029', true],
    ['"$" is before a last line feed', 'a$\\n', 'a\n', true],
    ['"$" is not before another one', 'a$\\n\\n', 'a\n\n', false],
    ['"\\Z" is at the end only', 'a\\Z\\n', 'a\n', false],
    ['"\\A" is at the start', '\\Aa', 'a', true],
    ['"^" is not behind a line feed', 'a\\n^b', 'a\nb', false],
    ['"\\d" is any decimal digit', '\\d', '٣', true],
    ['"\\w" is any letter', '\\w', 'é', true],
    ['"\\w" is any number', '\\w', '½', true],
    ['"\\s" is any white space', '\\s', '\x1c', true],
    ['"\\s" is no byte order mark', '\\s', '\ufeff', false],
    ['"\\W" in a set is no letter', '[\\W_]', 'é', false],
    ['"\\W" in a set is other punctuation of the kind of "_"', '[\\W]', '‿', true],
    ['"\\S" in a negated set is white space', '[^\\S]', '\x85', true],
    ['"\\b" is between words by Unicode', 'é\\b-', 'é-', true],
    ['"\\B" is not in an empty text', '\\B', '', false],
    ['"\\b" in a set is a backspace', '[\\b]', '\b', true],
    ['a quantifier may have no minimum', 'a{,2}', '', true],
    ['a quantifier may have no numbers', 'a{,}', 'aaa', true],
    ['"{}" is no quantifier', 'a{}', 'a{}', true],
    ['a brace without numbers is itself', 'a{x}', 'a{x}', true],
    ['a brace that is not closed is itself', 'a{1,2', 'a{1,2', true],
    ['a bracket that closes nothing is itself', 'a]', 'a]', true],
    ['a quantifier takes a position in a group', '(?:^)*a', 'a', true],
    ['a quantifier takes a lookahead', '(?=a)*b', 'b', true],
    ['a lazy quantifier gives way', 'a??b+?', 'abb', true],
    ['a first "]" of a set is a member', '[]a]', ']', true],
    ['a first "]" of a negated set is a member', '[^]a]', ']', false],
    ['a last "-" of a set is a member', '[a-]', '-', true],
    ['a "-" behind a category is a member', '[\\d-]', '-', true],
    ['a "-" behind a range is a member', '[a-c-e]', 'd', false],
    ['names of POSIX are sets of characters', '[[:alpha:]', ':', true],
    ['set operations are none', '[a&&b]', '&', true],
    ['a range counts in code points', '[𝒳-𝒵]', '𝒴', true],
    ['an escape by two digits', '\\x61', 'a', true],
    ['an escape by four digits', '\\u00e9', 'é', true],
    ['an escape by eight digits', '\\U0001d4b3', '𝒳', true],
    ['halves of a character are not the whole', '\\ud835\\udcb3', '𝒳', false],
    ['an escape by three octal digits', '\\101', 'A', true],
    ['an escape by "0" and octal digits', '\\08', '\x008', true],
    ['an octal escape in a set', '[\\7]', '\x07', true],
    ['an escaped sign is itself', '\\-\\/\\é', '-/é', true],
    ['a comment is nothing', 'a(?#x\\))b', 'ab', true],
    ['a reference to a number', '(a|b)\\1', 'bb', true],
    ['a reference to another text', '(a|b)\\1', 'ab', false],
    ['a reference before a digit', '(a)(?:\\1)0', 'aa0', true],
    ['a reference to a name', '(?P<é>a|b)(?P=é)', 'aa', true],
    ['a reference to the last turn of a group', '(?:(a|b)c)+\\1', 'acbcb', true],
    ['a lookahead', 'a(?=b).', 'ab', true],
    ['a negative lookahead', '(?!hal_).*', 'hal_x', false],
    ['a lookbehind', '.*(?<=ab|cd)e', 'cde', true],
    ['a negative lookbehind', '.*(?<!_hal)', 'a_hal', false],
    ['a lookbehind that looks ahead', '(?m)(?:(?<!$)a)+a', 'aa', true],
  ])('%s: %j, %j', (_rule, pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });

  it.each([
    ['"i" ignores case', '(?i)hal_É', 'HAL_é', true],
    ['"i" ignores case in ranges', '(?i)[a-z]', 'Q', true],
    ['"i" ignores case in negated sets', '(?i)[^a]', 'A', false],
    ['"i" takes "ı" and "İ" for an "i"', '(?i)iI', 'ıİ', true],
    ['"i" takes the Kelvin sign for a "k"', '(?i)[j-l]', '\u212a', true],
    ['"i" takes both lower sigmas for one', '(?i)σ', 'ς', true],
    ['"i" ignores case beyond the basic plane', '(?i)\\U00010400', '\u{10428}', true],
    ['"i" makes no two letters of one', '(?i)ß', 'ss', false],
    ['"a" keeps "i" to ASCII', '(?ai)k', '\u212a', false],
    ['"a" keeps categories to ASCII', '(?a)\\w', 'é', false],
    ['"a" lets "\\W" be other letters', '(?a)[\\W]', 'é', true],
    ['"s" makes "." a line feed', '(?s)a.b', 'a\nb', true],
    ['"m" lets "^" and "$" stand at line feeds', '(?m)a$\\n^b', 'a\nb', true],
    ['"m" knows no other line end', '(?m)a$\\r^b', 'a\rb', false],
    ['"x" leaves out blanks and comments', '(?x) a # b\n c', 'ac', true],
    ['"x" leaves out blanks before a quantifier', '(?x)a {2}', 'aa', true],
    ['"x" keeps escaped blanks, and those in sets', '(?x)\\ [ ]', '  ', true],
    ['flags for the whole pattern hold in all alternatives', '(?i)(?s)a|b.', 'B\n', true],
    ['a group has flags of its own', '(?i:a)b', 'Ab', true],
    ['flags of a group end with it', '(?i:a)b', 'AB', false],
    ['a group can be without a flag', '(?i)a(?-i:b)', 'AB', false],
    ['a group can be with "u" again', '(?a)(?u:\\w)', 'é', true],
  ])('the flag %s: %j, %j', (_rule, pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });

  it.each([
    ['*a', 'nothing to repeat at position 0'],
    ['a|*', 'nothing to repeat at position 2'],
    ['(+)', 'nothing to repeat at position 1'],
    ['^*', 'nothing to repeat at position 1'],
    ['\\b+', 'nothing to repeat at position 2'],
    ['{2}', 'nothing to repeat at position 0'],
    ['a**', 'a repetition of a repetition at position 2'],
    ['𝒳{1}{2}', 'a repetition of a repetition at position 4'],
    ['a*??', 'a repetition of a repetition at position 3'],
    ['a{2,1}', 'a minimum above its maximum at position 1'],
    ['a{4294967295}', 'a repetition number that is too large at position 1'],
    ['hal_(a', 'an unterminated group at position 4'],
    ['(?:a', 'an unterminated group at position 0'],
    ['a)', 'an unbalanced ")" at position 1'],
    ['(?#a', 'an unterminated comment at position 0'],
    ['a[b', 'an unterminated character set at position 1'],
    ['[]', 'an unterminated character set at position 0'],
    ['[^]', 'an unterminated character set at position 0'],
    ['[a-', 'an unterminated character set at position 0'],
    ['[b-a]', 'a bad character range at position 1'],
    ['[a-\\d]', 'a bad character range at position 1'],
    ['[\\w-z]', 'a bad character range at position 1'],
    ['a\\', 'an unfinished escape at position 1'],
    ['\\q', 'a bad escape \\q at position 0'],
    ['\\cA', 'a bad escape \\c at position 0'],
    ['\\p{L}', 'a bad escape \\p at position 0'],
    ['[\\A]', 'a bad escape \\A at position 1'],
    ['[\\8]', 'a bad escape \\8 at position 1'],
    ['\\x6', 'a bad escape \\x at position 0'],
    ['\\u00e', 'a bad escape \\u at position 0'],
    ['\\U00110000', 'a bad escape \\U at position 0'],
    ['[\\400]', 'an octal escape above \\377 at position 1'],
    ['(?P<n>a)(?P<n>b)', 'a group name that is used twice at position 8'],
    ['(?P<1>a)', 'a bad group name at position 0'],
    ['(?P<n', 'a bad group name at position 0'],
    ['(?P=n)', 'a reference to an unknown group at position 0'],
    ['\\1(a)', 'a reference to an unknown group at position 0'],
    ['(a\\1)', 'a reference to an open group at position 2'],
    ['(?<=a*)b', 'a lookbehind without a fixed width at position 0'],
    ['(?<=a|bc)d', 'a lookbehind without a fixed width at position 0'],
    ['(?<=(a)\\1)b', 'references to a group that may not have matched are not supported at position 7'],
    ['a(?i)', 'global flags that are not at the start at position 1'],
    ['(?a)(?u)', 'flags that exclude each other at position 4'],
    ['(?au:a)', 'flags that exclude each other at position 2'],
    ['(?i-i:a)', 'flags that exclude each other at position 2'],
    ['(?L)a', 'an unknown kind of group, or bad flags, at position 2'],
    ['(?-i)a', 'an unknown kind of group, or bad flags, at position 2'],
    ['(?-a:a)', 'an unknown kind of group, or bad flags, at position 2'],
    ['(?', 'an unknown kind of group, or bad flags, at position 2'],
    ['(?<n>a)', 'an unknown kind of group, or bad flags, at position 2'],
    ['(?P>n)', 'an unknown kind of group, or bad flags, at position 2'],
  ])('refuses %j, as Python does', (pattern, problem) => {
    expect(compilePythonRegex(pattern)).toEqual({ problem });
  });

  it.each([
    ['(a)?(?(1)b|c)', 'conditional groups are not supported at position 4'],
    ['(?>a)', 'atomic groups are not supported at position 0'],
    ['a*+', 'possessive repetitions are not supported at position 1'],
    ['\\N{EM DASH}', 'characters by name are not supported: \\N at position 0'],
    ['(?i)(a)\\1', 'references that ignore case are not supported at position 7'],
    ['(a)?\\1', 'references to a group that may not have matched are not supported at position 4'],
    ['(?:(a)|b)\\1', 'references to a group that may not have matched are not supported at position 9'],
    ['(a)(?#)*\\1', 'references to a group that may not have matched are not supported at position 8'],
    ['(?=(a))\\1', 'references to a group that may not have matched are not supported at position 7'],
    ['(|a)+\\1', 'references to a group that may not have matched are not supported at position 5'],
    ['a'.repeat(10_001), 'patterns of this length are not supported'],
    ['\\b'.repeat(200), 'patterns of this length are not supported'],
    ['('.repeat(451) + ')'.repeat(451), 'groups that are nested too deeply at position 450'],
  ])('says what it does not support', (pattern, problem) => {
    expect(compilePythonRegex(pattern)).toEqual({ problem });
  });

  it.each(['(', '[', '{1', '(?:', 'a{9}', '()', '(?i:', '\\', 'a|', '[^\\W]', '(?=', '(?#', '(?P<'])(
    'translates %j, many times, in little time',
    (piece) => {
      const start = performance.now();
      compilePythonRegex(piece.repeat(10_000 / piece.length));
      compilePythonRegex(`(?i)${piece.repeat(9_000 / piece.length)}`);
      expect(performance.now() - start).toBeLessThan(5000);
    },
  );
});
