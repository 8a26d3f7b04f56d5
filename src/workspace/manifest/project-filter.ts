// SPDX-License-Identifier: Apache-2.0
import vm from 'node:vm';
import { BlobsError, systemCode } from '../../core/errors.ts';
import { escapeControls } from '../../core/text.ts';
import type { compilePythonRegex } from '../python/regex.ts';
import { strip } from '../python/white-space.ts';
import type { IniValue } from '../west-config/ini-value.ts';

/** Milliseconds for all names. A sound filter needs some ten for a thousand. */
const MAX_MATCHING_MS = 5000;

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
  const items = found.value.split(',').map(strip);
  const elements = items
    .filter((item) => item !== '')
    .map((item) => readElement(item, found, compilePythonRegex));
  const inTime = timeLimit(found);
  const decided = new Map<string, boolean | undefined>();
  return {
    isEmpty: elements.length === 0,
    decide: (name) => {
      if (!decided.has(name)) {
        decided.set(
          name,
          inTime(() => elements.findLast(({ matches }) => matches(name))?.makesActive),
        );
      }
      return decided.get(name);
    },
  };
}

/** Runs functions that may match without end, and ends them when all together have taken too long. */
function timeLimit({ file, line }: IniValue): <T>(action: () => T) => T {
  const script = new vm.Script('result = action()');
  let leftMs = MAX_MATCHING_MS;
  return <T>(action: () => T): T => {
    const context: { action: () => T; result?: T } = { action };
    const startMs = performance.now();
    try {
      script.runInContext(vm.createContext(context), { timeout: Math.max(1, Math.ceil(leftMs)) });
    } catch (error) {
      if (systemCode(error) !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      const message = 'to match manifest.project-filter takes too long';
      const hint = 'write it without repetitions inside repetitions';
      throw new BlobsError('BLOBS_BAD_CONFIG', message, { file, line, hint });
    }
    leftMs -= performance.now() - startMs;
    return context.result as T;
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
