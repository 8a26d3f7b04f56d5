// SPDX-License-Identifier: Apache-2.0
import type { ConfigReport, SettingOrigin, SettingValue } from '../core/report.ts';
import { escapeControls } from '../core/text.ts';
import { redactText } from '../core/url.ts';

/** A line for each setting: name, value, and in parentheses where it comes from. */
export function configText({ rows }: ConfigReport): string {
  const cells = rows.map(({ name, value, origin }) => [name, valueText(value), originText(origin)] as const);
  const width = Math.max(0, ...cells.map(([name]) => name.length));
  return cells
    .map(
      ([name, value, origin]) =>
        `${name.padEnd(width)}  ${escapeControls(value)}  (${escapeControls(origin)})\n`,
    )
    .join('');
}

function valueText(value: SettingValue): string {
  if (value === null) return 'none';
  if (typeof value === 'object') return value.length === 0 ? 'none' : value.map(redactText).join('; ');
  return redactText(String(value));
}

function originText(origin: SettingOrigin): string {
  switch (origin.from) {
    case 'option':
      return `option ${origin.name}`;
    case 'environment':
      return `environment variable ${origin.name}`;
    case 'west':
      return `${origin.name} in ${origin.file}:${origin.line}`;
    case 'found':
      return `from ${origin.name}`;
    case 'default':
      return 'default';
  }
}
