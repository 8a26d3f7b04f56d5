// SPDX-License-Identifier: Apache-2.0
import { isRecord } from '../core/record.ts';
import { type Glob, parseReuseGlob } from './glob.ts';

const MAX_ANNOTATIONS = 1_000;
const MAX_PATTERNS = 1_000;
const MAX_PATTERN_CHARACTERS = 500;
const MAX_EXPRESSIONS = 100;

/** Which counts, what the file says itself or this: the closest to it, both, or this alone. */
export type Precedence = 'closest' | 'aggregate' | 'override';

/** What is said of all files that fit one of the patterns. */
export interface Annotation {
  readonly globs: readonly Glob[];
  readonly precedence: Precedence;
  /** As they are written: they need not be valid. */
  readonly expressions: readonly string[];
}

/**
 * The annotations of a REUSE.toml (REUSE specification 3.2), in its order. What is malformed is left out; a file that is
 * no TOML, or of a version other than 1, has none.
 */
export async function parseReuseToml(text: string): Promise<Annotation[]> {
  const { parse } = await import('smol-toml');
  let root: unknown;
  try {
    root = parse(text, { maxDepth: 20 });
  } catch {
    return [];
  }
  if (!isRecord(root) || root['version'] !== 1 || !Array.isArray(root['annotations'])) return [];
  return root['annotations'].slice(0, MAX_ANNOTATIONS).flatMap((annotation: unknown): Annotation[] => {
    if (!isRecord(annotation)) return [];
    const { precedence = 'closest' } = annotation;
    if (!isPrecedence(precedence)) return [];
    const globs = strings(annotation['path'])
      .filter((path) => path.length <= MAX_PATTERN_CHARACTERS)
      .slice(0, MAX_PATTERNS)
      .map(parseReuseGlob);
    const expressions = strings(annotation['SPDX-License-Identifier']).slice(0, MAX_EXPRESSIONS);
    return [{ globs, precedence, expressions }];
  });
}

function isPrecedence(value: unknown): value is Precedence {
  return value === 'closest' || value === 'aggregate' || value === 'override';
}

/** A string or a list of them; what is empty or something else does not count. */
function strings(value: unknown): string[] {
  const all: unknown[] = Array.isArray(value) ? value : [value];
  return all.filter((one): one is string => typeof one === 'string' && one.trim() !== '');
}
