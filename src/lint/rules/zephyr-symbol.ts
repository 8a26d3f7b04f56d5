// SPDX-License-Identifier: Apache-2.0
import { count, shorten } from '../../core/text.ts';
import { memberLabel, presentLibraries, someOf } from '../present-files.ts';
import type { Finding, Rule } from '../rule.ts';

const MAX_SHOWN = 20;
const MAX_NAME_CHARACTERS = 80;

/** What counts as a symbol of Zephyr's is in zephyr-symbols.ts. */
export const zephyrSymbol: Rule = {
  id: 'zephyr-symbol',
  severity: 'error',
  checks: "a library wants no symbol of Zephyr's that it does not define itself",
  why: 'The policy: a blob must not depend on Zephyr APIs directly, since they may change and nobody but the vendor can change the blob. Looked for is a selection: well-known exact names of the kernel (k_sem_give, k_malloc, printk, …), of devices, networking, Bluetooth, settings, flash and power management, and what only its headers make (z_impl_…, __device_dts_ord_…). A library in which nothing is found may still want other names.',
  mend: 'Let the library call a porting layer of its own, and put that beside it, as documented source under an OSI-approved licence.',
  async check({ entries }, tools) {
    return (await presentLibraries(entries, tools)).flatMap(({ entry, file: { symbols } }): Finding[] => {
      if (symbols.length === 0) return [];
      return [
        {
          entry,
          at: ['path'],
          message: `the library depends on ${count(symbols.length, 'Zephyr symbol')}`,
          facts: someOf(
            symbols.map(
              ({ name, member }) => `${memberLabel(member)} wants ${shorten(name, MAX_NAME_CHARACTERS)}`,
            ),
            MAX_SHOWN,
          ),
          hint: 'call a porting layer instead, and publish that as source',
        },
      ];
    });
  },
};
