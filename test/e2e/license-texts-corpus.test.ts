// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { recognizeLicense } from '../../src/spdx/recognize-license.ts';
import { CORPUS, needCorpus } from '../support/corpus.ts';
import { filesBelow } from '../support/temp.ts';

/** What each licence file of the corpus is, looked at by eye; by the ends of their paths. */
const RIGHT: readonly (readonly [RegExp, string | undefined])[] = [
  [/hal_broadcom\/\w+\/zephyr\/blobs\/license\/LICENCE\.broadcom_bcm43xx$/, 'ISC'],
  [/hal_realtek(?:_mainline)?\/\w+\/LICENSE$/, 'Apache-2.0'],
  // The appendix is filled in.
  [/hal_bouffalolab\/\w+\/zephyr\/blobs\/license_sdk\.txt$/, 'Apache-2.0'],
  [/hal_espressif\/\w+\/zephyr\/blobs\/license\.txt$/, 'Apache-2.0'],
  // A header.
  [/hal_bouffalolab\/\w+\/include\/.*\/btble_lib_api\.h$/, 'BSD-3-Clause'],
  [/hal_nxp\/\w+\/zephyr\/blobs\/license\/BSD_3\.txt$/, 'BSD-3-Clause'],
  [/hal_stm32\/\w+\/LICENSES\/BSD-3-Clause\.txt$/, 'BSD-3-Clause'],
  [/hal_stm32\/\w+\/LICENSES\/MIT\.txt$/, 'MIT'],
  // Not the text that SPDX lists: words of sections 1 and 4 and of the appendix are others.
  [/hal_stm32\/\w+\/LICENSES\/Apache-2\.0\.txt$/, undefined],
  // A tag says Zlib; the text has a sentence on its licensor before it.
  [/hal_silabs\/\w+\/zephyr\/blobs\/license\/Zlib\.txt$/, undefined],
  // Five clauses, with a tag that names them.
  [/hal_nordic\/\w+\/zephyr\/LICENSE\.txt$/, undefined],
  // The vendors' own.
  [/hal_silabs\/\w+\/zephyr\/blobs\/license\/(?:MSLA|LRUL)\.txt$/, undefined],
  [/hal_nxp\/\w+\/zephyr\/blobs\/license\/LA_OPT_NXP_\w+\.txt$/, undefined],
  [/hal_telink\/\w+\/tlsr9\/ble\/license\.txt$/, undefined],
  [/hal_infineon\/\w+\/zephyr\/blobs\/license\.txt$/, undefined],
  [/hal_st(?:m32)?\/\w+\/zephyr\/blobs\/(?:\w+\/)*license\.md$/, undefined],
  [/hal_stm32\/\w+\/LICENSES\/LicenseRef-ST-SLA0044\.txt$/, undefined],
  // One is their own, the other says that it must be found out.
  [/tt-zephyr-platforms\/\w+\/zephyr\/blobs\/license\.txt$/, undefined],
];

it('recognises what the licence files of real modules are, and claims nothing of the others', async (context) => {
  needCorpus(context);
  const directory = join(CORPUS, 'modules');
  const files = filesBelow(directory).filter((file) => !/\/(?:module\.ya?ml|REUSE\.toml)$/.test(file));
  expect(files.length).toBeGreaterThan(50);
  const unknown = files.filter((file) => !RIGHT.some(([path]) => path.test(file)));
  expect(unknown).toEqual([]);
  expect(RIGHT.filter(([path]) => !files.some((file) => path.test(file)))).toEqual([]);
  const wrong: string[] = [];
  for (const file of files) {
    const found = await recognizeLicense(readFileSync(join(directory, file), 'utf8'));
    const right = RIGHT.find(([path]) => path.test(file))?.[1];
    if (found !== right) wrong.push(`${file} as ${found}`);
  }
  expect(wrong).toEqual([]);
});
