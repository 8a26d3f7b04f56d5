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
  /** Why what it says is not known. */
  readonly problem?: string;
  /** As they are written: they need not be valid. */
  readonly expressions: readonly string[];
}

/**
 * The annotations of a REUSE.toml (REUSE specification 3.2), in its order. What is malformed, or too much, is an annotation
 * with a problem: of all files, where nobody can tell which are meant.
 */
export async function parseReuseToml(text: string): Promise<Annotation[]> {
  const { parse } = await import('smol-toml');
  let root: unknown;
  try {
    root = parse(text, { maxDepth: 20 });
  } catch {
    return [unknownOfAll('it is not TOML')];
  }
  if (!isRecord(root) || root['version'] !== 1) return [unknownOfAll('it is not of version 1')];
  const { annotations = [] } = root;
  if (!Array.isArray(annotations)) return [unknownOfAll('"annotations" is not a list of tables')];
  const read = annotations.slice(0, MAX_ANNOTATIONS).map(readAnnotation);
  return annotations.length > MAX_ANNOTATIONS
    ? [...read, unknownOfAll(`it has more than ${MAX_ANNOTATIONS} annotations`)]
    : read;
}

/** Says of every file that what is said of it is not known. */
export function unknownOfAll(problem: string): Annotation {
  return { globs: [parseReuseGlob('**')], precedence: 'closest', expressions: [], problem };
}

function readAnnotation(annotation: unknown): Annotation {
  if (!isRecord(annotation)) return unknownOfAll('an annotation is not a table');
  const { precedence = 'closest' } = annotation;
  const paths = findStrings(annotation['path']);
  if (paths === undefined || paths.length > MAX_PATTERNS)
    return unknownOfAll(`the path of an annotation is not a string, or more than ${MAX_PATTERNS}`);
  if (paths.some((path) => path.length > MAX_PATTERN_CHARACTERS))
    return unknownOfAll(`the path of an annotation is longer than ${MAX_PATTERN_CHARACTERS} characters`);
  const globs = paths.map(parseReuseGlob);
  const expressions = findStrings(annotation['SPDX-License-Identifier'] ?? []);
  const isKnown = isPrecedence(precedence);
  const problem = isKnown ? findListProblem(expressions) : 'the precedence of an annotation is unknown';
  if (problem !== undefined || expressions === undefined || !isKnown)
    return { ...unknownOfAll(problem ?? ''), globs };
  return { globs, precedence, expressions };
}

function findListProblem(expressions: readonly string[] | undefined): string | undefined {
  if (expressions === undefined || expressions.some((one) => one.trim() === ''))
    return 'the licence of an annotation is not a string';
  return expressions.length > MAX_EXPRESSIONS
    ? `an annotation has more than ${MAX_EXPRESSIONS} licences`
    : undefined;
}

function isPrecedence(value: unknown): value is Precedence {
  return value === 'closest' || value === 'aggregate' || value === 'override';
}

/** A string or a list of them; undefined where it holds something else. */
function findStrings(value: unknown): string[] | undefined {
  const all: unknown[] = Array.isArray(value) ? value : [value];
  const strings = all.filter((one) => typeof one === 'string');
  return strings.length === all.length ? strings : undefined;
}
