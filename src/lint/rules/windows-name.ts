// SPDX-License-Identifier: Apache-2.0
import { shorten } from '../../core/text.ts';
import type { Finding, Rule } from '../rule.ts';

// Also with any extension: "aux.c" is the device too.
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)$/i;
const FORBIDDEN = /[<>:"|?*]/;
const MAX_SEGMENT_CHARACTERS = 255;
// MAX_PATH is 260 with the final NUL; a workspace needs some 60 for "C:\…\modules\hal\vendor\zephyr\blobs\".
const MAX_PATH_CHARACTERS = 200;
const MAX_SHOWN_CHARACTERS = 60;

export const windowsName: Rule = {
  id: 'windows-name',
  severity: 'warning',
  checks: '`path` holds only names that Windows can hold, and no more than 200 characters',
  why: 'Zephyr is developed on Windows too. There, names such as "aux.a", a trailing dot or one of <>:"|?* cannot be created, or become another file, and long paths fail in many tools.',
  mend: 'Choose another path; it need not be that of the vendor.',
  check({ entries }) {
    return entries.flatMap((entry): Finding[] => {
      const { path } = entry.value;
      const problem = typeof path === 'string' ? findProblem(path) : undefined;
      if (problem === undefined) return [];
      return [{ entry, at: ['path'], message: `"path" ${problem}`, hint: 'choose another path' }];
    });
  },
};

function findProblem(path: string): string | undefined {
  for (const segment of path.split('/')) {
    const problem = findSegmentProblem(segment);
    if (problem !== undefined) return `${problem}: "${shorten(segment, MAX_SHOWN_CHARACTERS)}"`;
  }
  if (path.length <= MAX_PATH_CHARACTERS) return undefined;
  return `is ${path.length} characters long, which leaves no room for a directory on Windows`;
}

function findSegmentProblem(segment: string): string | undefined {
  const [stem = ''] = segment.split('.');
  if (DEVICE.test(stem.trimEnd())) return 'holds a name that is a device on Windows';
  const character = FORBIDDEN.exec(segment)?.[0];
  if (character !== undefined) return `holds a name with ${character}, which Windows does not allow`;
  // "." and ".." are unsafe-path's.
  if (/[. ]$/.test(segment) && !/^\.{1,2}$/.test(segment))
    return 'holds a name that ends with a dot or a blank, which Windows drops';
  if (segment.length > MAX_SEGMENT_CHARACTERS)
    return `holds a name of more than ${MAX_SEGMENT_CHARACTERS} characters`;
  return undefined;
}
