// SPDX-License-Identifier: Apache-2.0
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { isRecord } from '../core/record.ts';
import { FREE_ALIAS_VALUES, MAX_ALIAS_EXPANSION, MAX_PROBLEMS } from './limits.ts';

/** Something wrong with a node of the document. */
export interface NodeProblem {
  readonly message: string;
  readonly node: Node;
}

/** What {@link toValue} made of a document. */
export interface ValueResult {
  /** Maps as objects without prototype, sequences as arrays, scalars as YAML 1.2 resolves them. */
  readonly value: unknown;
  readonly problems: readonly NodeProblem[];
  /** What each alias stands for. */
  readonly targets: ReadonlyMap<Alias, Node>;
}

interface Converted {
  readonly value: unknown;
  /** Values in it, aliases expanded. */
  readonly count: number;
}

class TooManyValues extends Error {}

/**
 * The plain value of a document, with anchors (YAML 1.2 §7.1) and merge keys (as PyYAML reads them) resolved.
 * Reports duplicate keys, keys that are not scalars, unknown aliases, and aliases that would expand without
 * bound. Linear in the size of the document.
 */
export function toValue(document: Document): ValueResult {
  const problems: NodeProblem[] = [];
  const targets = new Map<Alias, Node>();
  const anchors = new Map<string, Node>();
  const done = new Map<Node, Converted>();
  let own = 0;

  const report = (message: string, node: Node): void => {
    if (problems.length < MAX_PROBLEMS) problems.push({ message, node });
  };

  const convert = (node: Node | null): Converted => {
    if (node === null) return { value: null, count: 1 };
    if (isAlias(node)) return convertAlias(node);
    own += 1;
    const { anchor } = node as { anchor?: string };
    if (anchor !== undefined) anchors.set(anchor, node);
    let result: Converted;
    if (isMap(node)) result = convertMap(node);
    else if (isSeq(node)) {
      const items = node.items.map((item) => convert(item as Node | null));
      result = {
        value: items.map((item) => item.value),
        count: items.reduce((n, item) => n + item.count, 1),
      };
    } else result = { value: (node as Scalar).value, count: 1 };
    if (anchor !== undefined) done.set(node, result);
    return result;
  };

  const convertAlias = (alias: Alias): Converted => {
    const target = anchors.get(alias.source);
    const result = target && done.get(target);
    if (target === undefined || result === undefined) {
      report(
        target === undefined
          ? `nothing is anchored as &${alias.source}`
          : `*${alias.source} refers to itself`,
        alias,
      );
      return { value: null, count: 1 };
    }
    targets.set(alias, target);
    if (result.count > FREE_ALIAS_VALUES + MAX_ALIAS_EXPANSION * own) {
      report('the aliases expand to too many values', alias);
      throw new TooManyValues();
    }
    return result;
  };

  const convertMap = (map: YAMLMap): Converted => {
    const object: Record<string, unknown> = Object.create(null);
    const merged: Record<string, unknown> = Object.create(null);
    const seen = new Set<string>();
    let size = 1;
    for (const pair of map.items) {
      const key = pair.key as Node | null;
      const name = isAlias(key) ? scalarName(convertAlias(key).value) : keyName(key);
      if (name === undefined) {
        report('a key must be a plain value, not a list or a map', key ?? map);
        continue;
      }
      if (seen.has(name)) report(duplicateKeyMessage(name), key ?? map);
      seen.add(name);
      const anchor = (key as { anchor?: string } | null)?.anchor;
      if (key !== null && anchor !== undefined) {
        anchors.set(anchor, key);
        done.set(key, { value: name, count: 1 });
      }
      const value = convert(pair.value as Node | null);
      size += value.count + 1;
      if (name === '<<' && isScalar(key) && key.type === 'PLAIN') {
        for (const source of Array.isArray(value.value) ? value.value : [value.value]) {
          if (!isRecord(source))
            report('"<<" wants a map, or a list of maps, to merge', (pair.value as Node) ?? map);
          else for (const [k, v] of Object.entries(source)) if (!(k in merged)) merged[k] = v;
        }
      } else object[name] = value.value;
    }
    if (size > FREE_ALIAS_VALUES + MAX_ALIAS_EXPANSION * (own + map.items.length)) {
      report('the aliases expand to too many values', map);
      throw new TooManyValues();
    }
    for (const [k, v] of Object.entries(merged)) if (!(k in object)) object[k] = v;
    return { value: object, count: size };
  };

  let value: unknown = null;
  try {
    value = convert(document.contents as Node | null).value;
  } catch (error) {
    if (!(error instanceof TooManyValues)) throw error;
  }
  return { value, problems, targets };
}

function duplicateKeyMessage(name: string): string {
  return `the key "${name}" stands twice in one map`;
}

/** Whether a message of {@link toValue} is about a duplicate key. */
export function isAboutDuplicateKey(message: string): boolean {
  return /^the key ".*" stands twice in one map$/s.test(message);
}

function scalarName(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null ? undefined : String(value);
}

function keyName(key: Node | null): string | undefined {
  if (key === null) return 'null';
  if (!isScalar(key)) return undefined;
  return scalarName(key.value);
}
