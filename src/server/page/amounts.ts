// SPDX-License-Identifier: Apache-2.0
import prettyBytes from 'pretty-bytes';
import { type Html, html } from './html.ts';

const COUNTS = new Intl.NumberFormat('en');

/** "1.2 MB": decimal units, as disks and networks count. */
export function showBytes(bytes: number): string {
  return prettyBytes(bytes, { nonBreakingSpace: true });
}

/** "12,345". */
export function showCount(n: number): string {
  return COUNTS.format(n);
}

/** "87 %"; never a whole hundred where something is missing. */
export function showPart(part: number): string {
  const percent = Math.round(part * 1000) / 10;
  return `${percent === 100 && part < 1 ? 99.9 : percent} %`;
}

/** "2026-01-31", UTC, with the exact time for programs. */
export function showDay(timeMs: number): Html {
  const text = new Date(timeMs).toISOString();
  return html`<time datetime="${text}" title="${text}">${text.slice(0, 10)}</time>`;
}
