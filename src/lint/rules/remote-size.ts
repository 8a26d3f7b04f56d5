// SPDX-License-Identifier: Apache-2.0
import { askAll } from '../remote-files.ts';
import type { Finding, Rule } from '../rule.ts';

/** Another size than the right file has. */
export const remoteSize: Rule = {
  id: 'remote-size',
  severity: 'error',
  checks: 'what each `url` leads to is as large as the declared `size`, else as the right file that is there',
  why: 'A file of another size cannot have the right checksum. That is how a URL that has moved on shows without a download.',
  mend: 'Name the revision that the entry means; or, where the new file is meant, write its sha256, size and version.',
  needs: 'online',
  async check(module, tools) {
    const answers = await askAll(module, tools, (probe, files) => probe.ask(files));
    return answers.flatMap(([{ entry, at, file }, answer]): Finding[] => {
      if (answer.kind !== 'found' || answer.isPage || answer.bytes === undefined) return [];
      if (file.bytes === undefined || file.bytes === answer.bytes) return [];
      const expected =
        entry.blob.size === undefined
          ? `the right file, which is there, has ${file.bytes}`
          : `module.yml declares ${file.bytes}`;
      return [
        {
          entry,
          at,
          message: `the URL leads to ${answer.bytes} bytes, ${expected}`,
          hint: 'name the revision that is meant, or update the entry',
        },
      ];
    });
  },
};
