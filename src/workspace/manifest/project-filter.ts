// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../../core/errors.ts';
import { escapeControls } from '../../core/text.ts';
import type { compilePythonRegex } from '../python/regex.ts';
import type { IniValue } from '../west-config/ini-value.ts';

/** `manifest.project-filter` of west's configuration. */
export interface ProjectFilter {
  readonly isEmpty: boolean;
  /** Whether the project is active; undefined where the filter says nothing of it. */
  readonly decide: (name: string) => boolean | undefined;
}

/**
 * Reads the option: items parted by commas, each `+` or `-` and a Python regular expression that must match a whole
 * name. The last item that matches decides.
 *
 * @throws BlobsError `BLOBS_BAD_CONFIG` for an item without sign or expression, or with a malformed one
 */
export async function readProjectFilter(found: IniValue | undefined): Promise<ProjectFilter> {
  if (!found?.value) return { isEmpty: true, decide: () => undefined };
  const { compilePythonRegex } = await import('../python/regex.ts');
  const items = found.value.split(',').map((item) => item.trim());
  const elements = items
    .filter((item) => item !== '')
    .map((item) => readElement(item, found, compilePythonRegex));
  return {
    isEmpty: elements.length === 0,
    decide: (name) => elements.findLast(({ matches }) => matches(name))?.makesActive,
  };
}

function readElement(
  item: string,
  found: IniValue,
  compile: typeof compilePythonRegex,
): { readonly makesActive: boolean; readonly matches: (name: string) => boolean } {
  const fail = (problem: string): never => {
    const message = `invalid item "${escapeControls(item)}" of manifest.project-filter: ${escapeControls(problem)}`;
    throw new BlobsError('BLOBS_BAD_CONFIG', message, {
      facts: [`manifest.project-filter is "${escapeControls(found.value)}"`],
      file: found.file,
      line: found.line,
    });
  };
  if (!/^[+-]/.test(item)) fail('it must begin with "+" or "-"');
  if (item.length === 1) fail('there is no regular expression');
  const compiled = compile(item.slice(1));
  if ('problem' in compiled) return fail(compiled.problem);
  return { makesActive: item.startsWith('+'), matches: compiled.matches };
}
