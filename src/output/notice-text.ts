// SPDX-License-Identifier: Apache-2.0
import type { LicenseRow, LicensesReport, LicenseTextRow } from '../core/license-report.ts';
import { count, escapeControls, escapeControlsInText } from '../core/text.ts';

const RULE = `${'-'.repeat(80)}\n`;

/**
 * The licence texts for a NOTICE file, each once: above it its licences, files and blobs. At the end, the blobs whose
 * module holds no text. Nothing in it can control a terminal.
 */
export function noticeText({ rows, texts }: LicensesReport): string {
  if (rows.length === 0) return '';
  const covered = new Set(texts.flatMap(({ blobs }) => blobs));
  const without = rows.filter(({ blob }) => !covered.has(blob));
  const head = `Licences of ${count(rows.length, 'binary blob')}: ${count(texts.length, 'text')}\n`;
  return [head, ...texts.map(part), ...(without.length === 0 ? [] : [rest(without)])].join('\n');
}

function part({ text, licenses, files, blobs }: LicenseTextRow): string {
  const lines = [
    ...licenses.map((license) => `Licence: ${license}`),
    ...files.map(({ module, path }) => `File: ${module}: ${path}`),
    ...blobs.map(({ module, path }) => `Blob: ${module}: ${path}`),
  ];
  return `${RULE}${lines.map((line) => `${escapeControls(line)}\n`).join('')}${RULE}\n${textOf(text)}\n`;
}

/** Page breaks, which old texts have, become empty lines. */
function textOf(text: string): string {
  const plain = text.replace(/^\uFEFF/, '').replace(/\f/g, '\n');
  return escapeControlsInText(plain).replace(/^\n+|\s+$/g, '');
}

function rest(rows: readonly LicenseRow[]): string {
  const lines = rows.map(({ blob, license }) => `Blob: ${blob.module}: ${blob.path} (${license.expression})`);
  return `${RULE}No licence text in the module of:\n${lines.map((line) => `${escapeControls(line)}\n`).join('')}${RULE}`;
}
