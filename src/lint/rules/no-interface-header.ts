// SPDX-License-Identifier: Apache-2.0
import { count, shorten } from '../../core/text.ts';
import { searchInterfaceHeader } from '../find-interface-header.ts';
import { filesBeside } from '../module-files.ts';
import type { Finding, Rule } from '../rule.ts';

const MAX_SHOWN_CHARACTERS = 60;

export const noInterfaceHeader: Rule = {
  id: 'no-interface-header',
  severity: 'warning',
  otherwise: { info: 'where there are too many headers to look at all' },
  checks: 'a module with libraries has a header under a non-copyleft, OSI-approved licence',
  why: 'The blob policy: a precompiled library must be accompanied by header files, distributed under a non-copyleft OSI approved license, that define the interface to the library. They must be in the module itself.',
  mend: 'Add the headers of the libraries, each with a line such as "SPDX-License-Identifier: Apache-2.0", or name their licence in REUSE.toml.',
  async check(module, { signal }) {
    const library = module.entries.find(({ value }) => value['type'] === 'lib');
    if (library === undefined) return [];
    const { files, spdx } = filesBeside(module);
    const { isFound, isComplete, headers, directories, others } = await searchInterfaceHeader(
      files,
      spdx,
      signal,
    );
    if (isFound) return [];
    const looked = `looked at ${count(headers, 'header')} in ${count(directories, 'directory', 'directories')}`;
    const finding: Finding = {
      at: ['blobs'],
      isAboutKey: true,
      message: 'the module has libraries, but no header whose licence is OSI-approved and not copyleft',
      facts: [
        isComplete ? looked : `${looked}, then gave up: there are more`,
        ...(headers === 0
          ? []
          : ['a licence counts that a tag in the header, a ".license" file or REUSE.toml names']),
        ...(others.length === 0
          ? []
          : [`theirs: ${others.map((one) => shorten(one, MAX_SHOWN_CHARACTERS)).join(', ')}`]),
      ],
      hint: 'add the headers, with a line such as "SPDX-License-Identifier: Apache-2.0"',
    };
    // What was not looked at may be there.
    return [isComplete ? finding : { ...finding, severity: 'info' }];
  },
};
