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
import { count } from '../core/text.ts';
import { findUrl, redactUrl } from '../core/url.ts';
import { revisionsText } from './diff-text.ts';
import { findShared, isAlike, urlChangeText, valueText } from './key-change.ts';
import { codeText, markdownTable } from './markdown.ts';

/** Characters that GitHub takes in the text of a pull request or a comment. */
export const MAX_GITHUB_CHARACTERS = 65_536;

const MAX_LISTED = 10;
const MAX_OPEN_ROWS = 20;
const TO_FILL_IN = '*(to be filled in)*';
const TYPES = { img: 'Firmware image', lib: 'Precompiled library' } as const;

/**
 * The changes for the text of a pull request (GitHub Flavored Markdown): a table for each kind of change, and for a
 * module with new blobs the fields that Zephyr asks of a submission, as far as module.yml can answer them.
 */
export function diffMarkdown({ before, after, modules }: DiffReport): string {
  const title = `## Binary blobs: ${sideMarkdown(before)} → ${sideMarkdown(after)}`;
  if (modules.length === 0) return `${title}\n\nNo blob differs.\n`;
  const counts = Object.entries(countChanges(modules)).filter(([, number]) => number > 0);
  const summary = counts.map(([kind, number]) => `${number} ${kind}`).join(', ');
  return `${[title, `${summary}.`, ...modules.flatMap(moduleParts)].join('\n\n')}\n`;
}

function sideMarkdown({ revision }: DiffSide): string {
  return revision === undefined ? 'working tree' : codeText(revision);
}

function moduleParts(module: ModuleDiff): readonly string[] {
  const { name, kind, before, after, changes } = module;
  const sides = before || after ? ` (${codeText(revisionsText(before, after))})` : '';
  const added = changes.flatMap((change) => (change.kind === 'added' ? [change.after] : []));
  const removed = changes.flatMap((change) => (change.kind === 'removed' ? [change.before] : []));
  return [
    `### Module ${codeText(name)}${kind === 'changed' ? '' : `, ${kind}`}${sides}`,
    ...addedParts(added),
    ...modifiedParts(changes),
    ...renamedParts(changes),
    ...section(
      'Removed',
      ['Path', 'Type', 'Version'],
      removed.map((blob) => [codeText(blob.path), TYPES[blob.type], cell('version', blob.version)]),
    ),
    ...(added.length === 0 ? [] : [submission(name, added)]),
  ];
}

function addedParts(added: readonly Blob[]): readonly string[] {
  const titles = ['Path', 'Type', 'Version', 'Purpose', 'License', 'Origin', 'SHA-256'];
  const rows = added.map((blob) => [
    codeText(blob.path),
    TYPES[blob.type],
    cell('version', blob.version),
    cell('description', blob.description),
    licenseCell(blob),
    blob.urls.map((url) => codeText(redactUrl(url))).join('<br>'),
    codeText(blob.digest),
  ]);
  return section('Added', titles, rows);
}

function modifiedParts(changes: readonly BlobChange[]): readonly string[] {
  const shared = findShared(changes);
  const rows = changes.flatMap((change) => {
    if (change.kind !== 'modified') return [];
    const rest = change.keys.filter((key) => !shared.some((other) => isAlike(key, other)));
    return [[codeText(change.after.path), rest.map(keyMarkdown).join('<br>')]];
  });
  const told = shared.length === 0 ? [] : [['*(all of them)*', shared.map(keyMarkdown).join('<br>')]];
  return section('Modified', ['Path', 'Changes'], [...told, ...rows], rows.length);
}

function renamedParts(changes: readonly BlobChange[]): readonly string[] {
  const rows = changes.flatMap((change) => {
    if (change.kind !== 'renamed') return [];
    const rest = change.keys.filter(({ key }) => key !== 'path');
    return [[codeText(change.before.path), codeText(change.after.path), rest.map(keyMarkdown).join('<br>')]];
  });
  return section('Renamed', ['From', 'To', 'Further changes'], rows);
}

/** A table under a heading, folded where it is long; nothing where there are no rows. */
function section(
  title: string,
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  total = rows.length,
): readonly string[] {
  if (rows.length === 0) return [];
  const table = markdownTable(titles, rows);
  const folded = `<details><summary>${count(total, 'blob')}</summary>\n\n${table}\n\n</details>`;
  return [`#### ${title}`, rows.length > MAX_OPEN_ROWS ? folded : table];
}

/** What Zephyr's form for new binary blobs asks, with what module.yml says. */
function submission(module: string, added: readonly Blob[]): string {
  const types = (Object.keys(TYPES) as (keyof typeof TYPES)[]).flatMap((type) => {
    const number = added.filter((blob) => blob.type === type).length;
    return number === 0 ? [] : [`${TYPES[type]} (${number})`];
  });
  const clicks = added.filter(({ clickThrough }) => clickThrough).length;
  const rows = [
    ['Origin', listed(added.flatMap((blob) => blob.urls.map(originOf)).map(codeText))],
    ['Type', types.join(', ')],
    ['Module', codeText(module)],
    ['Purpose', listed(added.map((blob) => cell('description', blob.description)))],
    [
      'Documentation',
      listed(added.flatMap(({ docUrl }) => (docUrl === undefined ? [] : [codeText(redactUrl(docUrl))]))),
    ],
    ['Pull Request', TO_FILL_IN],
    ['Dependencies', TO_FILL_IN],
    [
      'License',
      `${listed(added.map(licenseCell))}${clicks === 0 ? '' : `<br>to be accepted before a download: ${clicks}`}`,
    ],
  ];
  return `#### For the submission to Zephyr\n\n${markdownTable(['Field', 'Value'], rows)}`;
}

// Hosts on which the first two segments of a path name a repository.
const FORGES = new Set(['github.com', 'gitlab.com', 'bitbucket.org', 'codeberg.org', 'huggingface.co']);

/** The repository that a URL lies in, where its host is a forge, else its host; a URL that has none as it is. */
function originOf(text: string): string {
  const url = findUrl(text);
  if (url === undefined || url.origin === 'null') return redactUrl(text);
  const [owner = '', repository = ''] = url.pathname.split('/').slice(1);
  if (owner === '' || repository === '') return url.origin;
  if (url.hostname === 'raw.githubusercontent.com') return `https://github.com/${owner}/${repository}`;
  return FORGES.has(url.hostname) ? `${url.origin}/${owner}/${repository}` : url.origin;
}

/** Each once, a limited number of them. */
function listed(cells: readonly string[]): string {
  const distinct = [...new Set(cells)];
  if (distinct.length === 0) return TO_FILL_IN;
  const more = distinct.length - MAX_LISTED;
  return [...distinct.slice(0, MAX_LISTED), ...(more > 0 ? [`and ${more} more`] : [])].join('<br>');
}

function licenseCell({ license, licensePath }: Blob): string {
  return [...(license === undefined ? [] : [cell('license', license)]), codeText(licensePath)].join(' ');
}

function keyMarkdown(change: KeyChange): string {
  const { key, before, after } = change;
  const url = urlChangeText(change);
  if (url !== undefined) return `${codeText(key)}: ${codeText(url)}`;
  return `${codeText(key)}: ${cell(key, before)} → ${cell(key, after)}`;
}

function cell(key: string, value: unknown): string {
  return value === undefined ? '*(none)*' : codeText(valueText(key, value));
}
