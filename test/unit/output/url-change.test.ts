// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { describeUrlChange } from '../../../src/output/url-change.ts';

describe('the change of a URL', () => {
  it.each([
    ['https://h/a/v1/x', 'https://h/a/v2/x', 'https://h/a/{v1 → v2}/…'],
    ['https://h/a/x', 'https://h/a/b/x', 'https://h/a/{ → b}/…'],
    ['https://h/a/a/x', 'https://h/a/x', 'https://h/a/{a → }/…'],
    ['https://h/x', 'https://h/y', 'https://h/{x → y}'],
    ['https://h/x', 'https://h/x/x', 'https://h/x/{ → x}'],
    ['https://h/x', 'https://other/x', undefined],
    ['http://h/x', 'https://h/x', undefined],
    ['https://h/x', 'https://h/x', undefined],
  ])('%s → %s is shown by what differs', (before, after, text) => {
    expect(describeUrlChange(before, after)).toBe(text);
  });
});
