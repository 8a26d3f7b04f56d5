// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { Issue } from '../../../../src/core/report.ts';
import {
  disabledGroups,
  type GroupFilter,
  readConfiguredGroupFilter,
  readGroupFilter,
} from '../../../../src/workspace/manifest/group-filter.ts';
import { parseManifestText } from '../../../../src/workspace/manifest/read-manifest.ts';
import { manifestData } from '../../../../src/workspace/manifest/shape.ts';
import { caught } from '../temporary.ts';

/** What a manifest with this text after `group-filter:` says. */
function read(text: string): GroupFilter | undefined {
  const document = parseManifestText('west.yml', Buffer.from(`manifest:\n  group-filter: ${text}\n`));
  return readGroupFilter(document, manifestData(document));
}

function readConfigured(value: string): { readonly filter: GroupFilter; readonly issues: readonly Issue[] } {
  const issues: Issue[] = [];
  const filter = readConfiguredGroupFilter({ value, file: '/ws/.west/config', line: 3 }, issues);
  return { filter, issues };
}

describe('the group-filter of a manifest', () => {
  it('is undefined where there is none, which is something else than an empty one', () => {
    const document = parseManifestText('west.yml', Buffer.from('manifest: {}\n'));
    expect(readGroupFilter(document, manifestData(document))).toBeUndefined();
  });

  it.each([
    ['one item', '[-a]', ['-a']],
    ['items in their order, repeated ones too', '[-a, +b, +a, -a]', ['-a', '+b', '+a', '-a']],
    ['signs inside of a name', '[-a-b+c]', ['-a-b+c']],
    ['anything but white space, commas and colons in a name', '["-.*/\\\\ä"]', ['-.*/\\ä']],
    ['U+FEFF in a name, which is no white space', '["-\\ufeffa"]', ['-\ufeffa']],
    ['a number with its sign', '[-12]', ['-12']],
    ['a number as YAML 1.1 has it', '[-010, -1.50]', ['-8', '-1.5']],
    ['a number in quotes as it is written', '["+010"]', ['+010']],
  ])('has %s', (_what, text, filter) => {
    expect(read(text)).toEqual(filter);
  });

  it.each([
    ['an empty list', '[]', '"group-filter" must not be empty'],
    ['null', '~', '"group-filter" must not be empty'],
    ['no value', '', '"group-filter" must not be empty'],
    ['a text', '-a', '"group-filter" must be a list'],
    ['an item without sign', '[a]', 'invalid item "a" of "group-filter": it must begin with "+" or "-"'],
    ['an empty item', '[""]', 'invalid item "" of "group-filter": it must begin with "+" or "-"'],
    ['null as an item', '[~]', 'invalid item "null" of "group-filter": it must begin with "+" or "-"'],
    ['a number whose sign YAML takes away', '[+12]', 'invalid item "12" of "group-filter": it must begin'],
    ['a sign alone', '["-"]', 'invalid item "-" of "group-filter": "" is no group name'],
    ['two signs', '["-+a"]', 'invalid item "-+a" of "group-filter": "+a" is no group name'],
    ['a space in a name', '["-a b"]', '"a b" is no group name'],
    ['a space behind a name', '["-a "]', '"a " is no group name'],
    ['a space before the sign', '[" -a"]', 'it must begin with "+" or "-"'],
    ['a comma in a name', '["-a,b"]', '"a,b" is no group name'],
    ['a colon in a name', '["-a:b"]', '"a:b" is no group name'],
    ['U+001C in a name, which is white space', '["-a\\x1cb"]', '"a\\x1cb" is no group name'],
    ['U+0085 in a name, which is white space', '["-a\\x85b"]', '"a\\x85b" is no group name'],
    ['a boolean', '[no]', '"group-filter[0]" must be a string'],
    ['a list', '[[-a]]', '"group-filter[0]" must be a string'],
  ])('must not be, or hold, %s', (_what, text, message) => {
    const error = caught(() => read(text));
    expect(error.code).toBe('BLOBS_MALFORMED_MANIFEST');
    expect(error.message).toContain(message);
    expect(error.details).toMatchObject({ file: 'west.yml', line: 2 });
  });

  it('is blamed at the item that is none', () => {
    const error = caught(() => read('[-a, +b, c]'));
    expect(error.details).toMatchObject({ line: 2, column: 26 });
  });
});

describe('manifest.group-filter', () => {
  it('is empty where it is not set', () => {
    const issues: Issue[] = [];
    expect(readConfiguredGroupFilter(undefined, issues)).toEqual([]);
    expect(issues).toEqual([]);
  });

  it.each([
    ['items parted by commas, in their order', '-a,+b,+a', ['-a', '+b', '+a']],
    ['nothing for an empty value', '', []],
    ['nothing for empty items', ',-a,, ,+b,', ['-a', '+b']],
    ['no white space around items', ' -a ,\t+b\n', ['-a', '+b']],
    ['no white space around items that only Python takes for it', '\x1c-g\x85', ['-g']],
    ['no white space of Unicode around items', '\u3000-g\u2029,\x1f+h\u00a0', ['-g', '+h']],
    ['an item that is nothing but white space as an empty one', '\x1d\x85,-g', ['-g']],
    ['U+FEFF inside of a name, which is no white space', '-a\ufeffb', ['-a\ufeffb']],
    ['U+FEFF at the end of a name', '-a\ufeff', ['-a\ufeff']],
  ])('has %s', (_what, value, filter) => {
    expect(readConfigured(value)).toEqual({ filter, issues: [] });
  });

  it.each([
    ['without sign', 'a', 'a', 'it must begin with "+" or "-"'],
    ['with U+FEFF before its sign', '\ufeff-g', '\ufeff-g', 'it must begin with "+" or "-"'],
    ['that is a sign alone', '-', '-', '"" is no group name'],
    ['with two signs', '--a', '--a', '"-a" is no group name'],
    ['with white space behind its sign', '- a', '- a', '" a" is no group name'],
    ['with a colon', '-a:b', '-a:b', '"a:b" is no group name'],
    ['with a control character, which is shown escaped', '-a\x1cb', '-a\\x1cb', '"a\\x1cb" is no group name'],
  ])('leaves out, with a warning, an item %s', (_what, item, shown, problem) => {
    expect(readConfigured(`+x,${item},-y`)).toEqual({
      filter: ['+x', '-y'],
      issues: [
        {
          severity: 'warning',
          code: 'BLOBS_BAD_CONFIG',
          message: `ignored item "${shown}" of manifest.group-filter: ${problem}`,
          file: '/ws/.west/config',
          line: 3,
        },
      ],
    });
  });

  it('warns of each item that is none', () => {
    expect(readConfigured('a,b').issues).toHaveLength(2);
  });
});

describe('disabledGroups', () => {
  it.each([
    ['nothing without filters', [], []],
    ['what is taken out', [['-a', '-b']], ['a', 'b']],
    ['nothing that is put in alone', [['+a']], []],
    ['nothing that is put in after it was taken out', [['-a', '+a']], []],
    ['what is taken out after it was put in', [['+a', '-a']], ['a']],
    ['nothing that a later filter puts in', [['-a', '-b'], ['+a']], ['b']],
    ['what a later filter takes out', [['+a'], ['-a']], ['a']],
    ['no group whose name only begins alike', [['-a', '+ab']], ['a']],
  ])('are %s', (_what, filters, disabled) => {
    expect([...disabledGroups(filters)]).toEqual(disabled);
  });
});
