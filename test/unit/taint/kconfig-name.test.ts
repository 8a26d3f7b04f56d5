// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { kconfigNameOf, sharedNameIssues } from '../../../src/taint/kconfig-name.ts';
import { sampleTaint } from '../taint-samples.ts';

describe('the name of a module in Kconfig', () => {
  it.each([
    ['hal_espressif', 'HAL_ESPRESSIF'],
    ['nrf-wifi', 'NRF_WIFI'],
    ['a.b c/d', 'A_B_C_D'],
    ['MCUboot2', 'MCUBOOT2'],
    // One character of Python's is two of JavaScript's.
    ['x😀y', 'X_Y'],
    ['straße', 'STRA_E'],
    ['ﬁ', '_'],
  ])('of %s is %s', (module, name) => {
    expect(kconfigNameOf(module)).toBe(name);
  });

  it('is told of where modules with different names share it', () => {
    const modules = ['a-b', 'other', 'a_b', 'a.b'].map((name) => sampleTaint(name, []));
    expect(sharedNameIssues(modules)).toMatchObject(
      [
        {
          severity: 'warning',
          code: 'BLOBS_KCONFIG_NAME',
          message: /^the modules a-b and a_b and a\.b .* A_B /,
        },
      ].map((issue) => ({ ...issue, message: expect.stringMatching(issue.message) })),
    );
  });

  it('is no news where modules have one name anyway', () => {
    expect(sharedNameIssues([sampleTaint('a', []), sampleTaint('a', [])])).toEqual([]);
  });
});
