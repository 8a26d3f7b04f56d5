// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../core/errors.ts';
import { isRecord } from '../core/record.ts';
import { redactUrl } from '../core/url.ts';
import { BLOCK, type Mirror, ORIGIN, parsePrefix, parseReplacement } from './mirrors.ts';

const MAX_RULES = 1000;

/** A value of the configuration, and where it stands. */
export interface ConfiguredValue {
  readonly value: string;
  /** A variable, or an option and its file. */
  readonly where: string;
}

type Fail = (problem: string) => BlobsError;

/**
 * The rules of `blobs.mirrors` or `BLOBS_MIRRORS`, in order. JSON, in one of these shapes, where a replacement is a URL,
 * `"origin"` or `"block"`:
 *
 *     {"<prefix>": "<replacement>"}           the longest matching prefix alone counts
 *     {"<prefix>": ["<replacement>", …]}      the same, with several replacements in order
 *     [{"<prefix>": "<replacement>"}, …]      every matching pair counts, in order
 *
 * An empty or absent value has none.
 *
 * @throws BlobsError `BLOBS_BAD_CONFIG` for anything else
 */
export function parseConfiguredMirrors(configured: ConfiguredValue | undefined): readonly Mirror[] {
  if (configured === undefined || configured.value.trim() === '') return [];
  const { value, where } = configured;
  const fail: Fail = (problem) =>
    new BlobsError('BLOBS_BAD_CONFIG', `${where}: ${problem}`, {
      hint: 'for example {"https://github.com/": ["https://mirror.example/github/", "origin"]}',
    });
  const json = parseJson(value, fail);
  const isList = Array.isArray(json);
  const objects: readonly unknown[] = isList ? json : [json];
  const rules: Mirror[] = [];
  let count = 0;
  for (const object of objects) {
    if (!isRecord(object)) {
      throw fail(
        'it must be an object of prefixes and replacements, or a list of such objects with one pair each',
      );
    }
    const pairs = Object.entries(object);
    count += pairs.length;
    if (isList && pairs.length !== 1) {
      throw fail(`an object in a list must hold one pair, but one holds ${pairs.length}`);
    }
    for (const [from, to] of pairs) {
      const prefix = parsePrefix(from, fail);
      if (!isList && rules.some((rule) => rule.prefix === prefix)) {
        throw fail(`two prefixes mean the same: ${redactUrl(prefix)}`);
      }
      for (const replacement of parseReplacements(from, to, fail)) {
        if (rules.length >= MAX_RULES) throw fail(`there are more than ${MAX_RULES} replacements`);
        rules.push({ prefix, replacement, configuredIn: where, ...(isList ? {} : { yieldsToLonger: true }) });
      }
    }
  }
  // JSON.parse takes the last of them in silence.
  if (countKeys(value) > count) throw fail('an object has a key twice');
  return rules;
}

function parseReplacements(from: string, value: unknown, fail: Fail): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const about = `the replacement of ${redactUrl(from)}`;
  if (list.length === 0) throw fail(`${about} is an empty list`);
  return list.map((to, index) => {
    if (typeof to !== 'string') throw fail(`${about} must be a string or a list of strings`);
    if (to === BLOCK && index < list.length - 1) throw fail(`"block" must be the last in ${about}`);
    return to === BLOCK || to === ORIGIN ? to : parseReplacement(from, to, fail);
  });
}

function parseJson(text: string, fail: Fail): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The rest of the message quotes the text, which may hold credentials.
    const [, position] = /at position (\d+)/.exec(error instanceof Error ? error.message : '') ?? [];
    throw fail(
      `it is not JSON${position === undefined ? '' : `, from character ${Number(position) + 1} on`}`,
    );
  }
}

/** The keys of all objects in a sound JSON text, those that stand twice in one too. */
function countKeys(text: string): number {
  // In a sound text, each of these is a string of it, and one before a colon is a key.
  const strings = text.match(/"(?:[^"\\]|\\.)*"(?:\s*:)?/g) ?? [];
  return strings.filter((found) => found.endsWith(':')).length;
}
