// SPDX-License-Identifier: Apache-2.0
import { escapeControls, shorten } from '../core/text.ts';

const MAX_CHARACTERS = 300;

/**
 * How one URL became another, in one line: `https://host/{v1 → v2}/…` where whole segments differ behind an origin and
 * before an end that stay; the end, which is often the blob's path, is left out. Undefined where they share no origin.
 */
export function describeUrlChange(before: string, after: string): string | undefined {
  const [old, now] = [before.split('/'), after.split('/')];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  // "https:", "" and the host.
  if (start < 3 || before === after) return undefined;
  let end = 0;
  while (end < Math.min(old.length, now.length) - start && old.at(-1 - end) === now.at(-1 - end)) end += 1;
  const part = (segments: readonly string[]): string =>
    segments.slice(start, segments.length - end).join('/');
  const head = old.slice(0, start).join('/');
  const text = `${head}/{${part(old)} → ${part(now)}}${end > 0 ? '/…' : ''}`;
  return text.length > MAX_CHARACTERS ? undefined : escapeControls(shorten(text, MAX_CHARACTERS));
}
