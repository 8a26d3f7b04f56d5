// SPDX-License-Identifier: Apache-2.0
import { sniff } from '../binary/sniff.ts';

/** What is known of an answer. */
export interface Signs {
  readonly contentType?: string;
  /** Its first bytes, as many as `sniff` looks at, or all. */
  readonly start?: Uint8Array;
}

/** What servers send in the place of a blob. */
export type Impostor = 'nothing' | 'web-page' | 'lfs-pointer';

/**
 * Whether an answer seems to be a web page: its bytes begin like one; where none are known, it says so. Servers call files
 * with an unknown ending HTML, too.
 */
export function isWebPage({ contentType, start }: Signs): boolean {
  const saysSo = /^(?:text\/html|application\/xhtml\+xml)\b/i.test(contentType?.trim() ?? '');
  if (start === undefined) return saysSo;
  const head = Buffer.from(start.buffer, start.byteOffset, start.byteLength);
  return sniff(head) === 'html' || (saysSo && /^(?:\xef\xbb\xbf)?\s*</.test(head.toString('latin1')));
}

/** What an answer surely is if it is no blob. */
export function findImpostor(signs: Signs & { readonly start: Uint8Array }): Impostor | undefined {
  const { start } = signs;
  const kind = sniff(Buffer.from(start.buffer, start.byteOffset, start.byteLength));
  if (kind === 'empty') return 'nothing';
  if (kind === 'lfs-pointer') return kind;
  return isWebPage(signs) ? 'web-page' : undefined;
}
