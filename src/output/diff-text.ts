// SPDX-License-Identifier: Apache-2.0
import type { Blob } from '../core/blob.ts';
import {
  type BlobChange,
  countChanges,
  type DiffReport,
  type DiffSide,
  type KeyChange,
  type ModuleDiff,
} from '../core/diff.ts';
import { count, escapeControls, shorten } from '../core/text.ts';
import type { Colors } from './colors.ts';
import { findShared, isAlike, urlChangeText, valueText } from './key-change.ts';

const MAX_VALUE_CHARACTERS = 300;
const DIGEST_DIGITS = 12;
const INDENT = '    ';

/**
 * The changes of each module, a line a blob with its digests, and a line for each other key. A change that all
 * modified blobs of a module share is told once, before them.
 */
export function diffText({ modules }: DiffReport, colors: Colors): string {
  return modules.map((module) => moduleText(module, colors)).join('\n');
}

/** The line that ends a comparison. */
export function diffSummaryText({ before, after, modules }: DiffReport): string {
  const isWorkingTree = after.revision === undefined;
  const what = `${sideText(before)}${isWorkingTree ? ' and the working tree' : `..${sideText(after)}`}`;
  if (modules.length === 0) return `no blob differs (${what})\n`;
  const counts = Object.entries(countChanges(modules)).filter(([, number]) => number > 0);
  const parts = counts.map(([kind, number]) => `${number} ${kind}`).join(', ');
  return `${parts} in ${count(modules.length, 'module')} (${what})\n`;
}

function sideText({ revision = '' }: DiffSide): string {
  return escapeControls(revision);
}

function moduleText(module: ModuleDiff, colors: Colors): string {
  const { changes } = module;
  const shared = findShared(changes);
  const number = changes.filter(({ kind }) => kind === 'modified').length;
  const lines = [
    headLine(module, colors),
    ...(shared.length === 0 ? [] : [`  all ${number} modified:`]),
    ...shared.flatMap((key) => keyLines(key, colors)),
    ...changes.flatMap((change) => changeLines(change, shared, colors)),
  ];
  return `${lines.join('\n')}\n`;
}

function headLine({ name, kind, before, after }: ModuleDiff, colors: Colors): string {
  const sides = before || after ? ` ${colors.dim(`(${revisionsText(before, after)})`)}` : '';
  const what = kind === 'changed' ? '' : ` ${kind}`;
  return `${colors.bold(escapeControls(name))}${what}${sides}`;
}

/** The revisions of a project, full commit ids shortened. */
export function revisionsText(before: DiffSide | undefined, after: DiffSide | undefined): string {
  const texts = [before, after].flatMap((side) => (side === undefined ? [] : [shortRevision(side)]));
  return [...new Set(texts)].join(' → ');
}

function shortRevision({ revision }: DiffSide): string {
  if (revision === undefined) return 'working tree';
  return escapeControls(/^[0-9a-f]{40,64}$/i.test(revision) ? revision.slice(0, DIGEST_DIGITS) : revision);
}

function changeLines(change: BlobChange, shared: readonly KeyChange[], colors: Colors): readonly string[] {
  const word = paintOf(change.kind, colors)(change.kind.padEnd('modified'.length));
  if (change.kind === 'added')
    return [`  ${word} ${change.after.path} ${colors.dim(entryText(change.after))}`];
  if (change.kind === 'removed')
    return [`  ${word} ${change.before.path} ${colors.dim(entryText(change.before))}`];
  const { before, after, keys } = change;
  const name = change.kind === 'renamed' ? `${before.path} → ${after.path}` : after.path;
  const digest = keys.find(({ key }) => key === 'sha256');
  const digests = digest ? ` ${colors.dim(`sha256 ${shortDigest(before)} → ${shortDigest(after)}`)}` : '';
  const rest = keys.filter((key) => {
    const isTold = change.kind === 'modified' && shared.some((other) => isAlike(key, other));
    return key.key !== 'sha256' && key.key !== 'path' && !isTold;
  });
  return [`  ${word} ${name}${digests}`, ...rest.flatMap((key) => keyLines(key, colors))];
}

function paintOf(kind: BlobChange['kind'], colors: Colors): (text: string) => string {
  return { added: colors.green, removed: colors.red, modified: colors.yellow, renamed: colors.cyan }[kind];
}

function shortDigest({ digest }: Blob): string {
  return digest.slice(0, DIGEST_DIGITS);
}

function entryText(blob: Blob): string {
  return `${blob.type} ${valueText('version', blob.version)} sha256 ${shortDigest(blob)}`;
}

function keyLines(change: KeyChange, colors: Colors): readonly string[] {
  const { key, before, after } = change;
  const name = escapeControls(shorten(key, MAX_VALUE_CHARACTERS));
  const url = urlChangeText(change);
  if (url !== undefined) return [`${INDENT}${name}: ${url}`];
  if (!Array.isArray(before) || !Array.isArray(after)) {
    const [old, now] = [valueText(key, before), valueText(key, after)];
    const hidden = old === now ? ' (the difference is in what is not shown)' : '';
    return [`${INDENT}${name}: ${colors.red(old)} → ${colors.green(now)}${hidden}`];
  }
  return [
    `${INDENT}${name}:`,
    ...before.map((item: unknown) => `${INDENT}  ${colors.red(`- ${itemText(key, item)}`)}`),
    ...after.map((item: unknown) => `${INDENT}  ${colors.green(`+ ${itemText(key, item)}`)}`),
  ];
}

function itemText(key: string, item: unknown): string {
  return valueText(key, key === 'url' ? [item] : item);
}
