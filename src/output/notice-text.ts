// SPDX-License-Identifier: Apache-2.0
import type { LicenseRow, LicensesReport, LicenseTextRow } from '../core/license-report.ts';
import { count, escapeControls, escapeControlsInText } from '../core/text.ts';

const RULE = `${'-'.repeat(80)}\n`;

/**
 * The licence texts for a NOTICE file, each once: above it what it is called, its files, and its blobs with their licences.
 * At the end, the blobs of whose licence the module holds no text. Nothing in it can control a terminal.
 */
export function noticeText({ rows, texts, withoutText }: LicensesReport): string {
  if (rows.length === 0) return '';
  const without = rows.filter(({ blob }) => withoutText.has(blob));
  const head = `Licences of ${count(rows.length, 'binary blob')}: ${count(texts.length, 'text')}\n`;
  return [head, ...texts.map(part), ...(without.length === 0 ? [] : [rest(without)])].join('\n');
}

function part({ text, licenses, files, rows }: LicenseTextRow): string {
  const lines = [
    ...licenses.map((license) => `Licence: ${license}`),
    ...files.map(({ module, path }) => `File: ${module}: ${path}`),
    ...rows.map(blobLine),
  ];
  return `${RULE}${lines.map((line) => `${escapeControls(line)}\n`).join('')}${RULE}\n${textOf(text)}\n`;
}

function blobLine({ blob, license }: LicenseRow): string {
  return `Blob: ${blob.module}: ${blob.path} (${license.expression})`;
}

/** Page breaks, which old texts have, become empty lines. */
function textOf(text: string): string {
  const plain = text.replace(/^\uFEFF/, '').replace(/\f/g, '\n');
  return escapeControlsInText(plain).replace(/^\n+|\s+$/g, '');
}

function rest(rows: readonly LicenseRow[]): string {
  const lines = rows.map(blobLine);
  return `${RULE}No licence text in the module of:\n${lines.map((line) => `${escapeControls(line)}\n`).join('')}${RULE}`;
}
