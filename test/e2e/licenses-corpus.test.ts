// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CORPUS, corpusModules, needCorpus } from '../support/corpus.ts';
import { runCli } from '../support/run-cli.ts';
import { schemaErrors } from '../support/schema.ts';

const APACHE = ['Apache-2.0 text'];
const SLA0044 = 'LicenseRef-ST-SLA0044 reuse-toml';
const ZLIB = 'Zlib tag';
const NXP_BSD = 'BSD-3-Clause text';
const NONE = ['NOASSERTION none'];

// What each licence file says to whoever reads it. The names of texts that nobody named begin so.
const own = (name: string): string => `LicenseRef-${name}-… license-file`;
const NXP = own('hal-nxp-LA-OPT-NXP-Software-License');
const NXP_HOSTING = own('hal-nxp-LA-OPT-NXP-Online-Code-Hosting');
const MSLA = own('hal-silabs-MSLA');

/** By the beginning of the directory in the corpus; the first that fits counts. */
const EXPECTED: readonly (readonly [string, readonly string[]])[] = [
  // The permission notice of ISC, word for word.
  ['jetpax__hal_broadcom', ['ISC text']],
  // Declares no blobs.
  ['nxp-zephyr-ear__hal_nxp', []],
  ['rtkconnectivity__hal_realtek_mainline', APACHE],
  ['telink-semi__hal_telink', [own('hal-telink-license')]],
  // "TODO: figure out blob license."
  ['tenstorrent__tt-zephyr-platforms/b7ab22c94a', NONE],
  ['tenstorrent__tt-zephyr-platforms/14be11d3ea', [own('tt-zephyr-platforms-license')]],
  ['tenstorrent__tt-zephyr-platforms/74122be72e', [own('tt-system-firmware-license')]],
  // A C header that begins with the three clauses.
  ['zephyrproject-rtos__hal_bouffalolab/af6758a0d5', ['BSD-3-Clause text']],
  ['zephyrproject-rtos__hal_bouffalolab', APACHE],
  ['zephyrproject-rtos__hal_espressif', APACHE],
  ['zephyrproject-rtos__hal_infineon/8485083ad9', NONE],
  ['zephyrproject-rtos__hal_infineon/a7d9717aae', [own('hal-infineon-license'), ...NONE]],
  ['zephyrproject-rtos__hal_nordic/bda16da6f9', ['LicenseRef-Nordic-5-Clause tag']],
  ['zephyrproject-rtos__hal_nordic', NONE],
  ['zephyrproject-rtos__hal_nxp/6f84190032', [NXP_BSD, NXP]],
  ['zephyrproject-rtos__hal_nxp/04c61ab37c', [NXP_HOSTING, NXP]],
  ['zephyrproject-rtos__hal_nxp/3b2de20ff1', [NXP_HOSTING, NXP]],
  ['zephyrproject-rtos__hal_nxp', [NXP_BSD, NXP_HOSTING, NXP]],
  ['zephyrproject-rtos__hal_realtek', APACHE],
  ['zephyrproject-rtos__hal_silabs/89422d0995', [own('hal-silabs-LRUL'), MSLA, ZLIB]],
  ['zephyrproject-rtos__hal_silabs', [MSLA, ZLIB]],
  ['zephyrproject-rtos__hal_stm32/fe7d2e2bfb', [SLA0044]],
  ['zephyrproject-rtos__hal_stm32', [own('hal-stm32-license')]],
  ['zephyrproject-rtos__hal_st', [own('hal-st-license')]],
  ['zephyrproject-rtos__hal_telink', [own('hal-telink-license')]],
  ['zephyrproject-rtos__nrf_wifi', NONE],
];

test('the licences of real modules are what their files say', async (context) => {
  needCorpus(context);
  // Their directories are named after commits, and two have no name of their own.
  const modules = corpusModules();
  const args = modules.flatMap((module) => ['-m', join(CORPUS, module)]);
  const result = await runCli(['licenses', '--json', ...args], { timeoutMs: 60_000 });

  const document = result.json();
  expect(schemaErrors('licenses', document)).toEqual([]);
  const found = new Map(modules.map((module) => [module.replace('modules/', ''), new Set<string>()]));
  for (const blob of document.blobs) {
    const abspath = String(blob['abspath']);
    const module = [...found.keys()].find((name) => abspath.startsWith(join(CORPUS, 'modules', name, '/')));
    const expression = String(blob['license-expression'])
      .replace(/-[0-9a-f]{16}$/, '-…')
      // The module's name, where module.yml has none.
      .replace(`LicenseRef-${module?.slice(-10)}-`, `LicenseRef-${nameOf(module)}-`);
    found.get(module ?? '')?.add(`${expression} ${blob['license-source']}`);
  }
  const expected = (module: string) => EXPECTED.find(([prefix]) => module.startsWith(prefix))?.[1];
  for (const [module, licenses] of found)
    expect([module, [...licenses].sort()]).toEqual([module, expected(module)]);
  expect(document.blobs).toHaveLength(709);
  // 30 of them name a file that is not there, 3 a placeholder.
  expect(document.summary).toMatchObject({ total: 709, unknown: 33 });
});

function nameOf(module = ''): string {
  return module.replace(/^.*__|\/.*$/g, '').replaceAll('_', '-');
}
