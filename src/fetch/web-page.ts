// SPDX-License-Identifier: Apache-2.0

/** What is known of an answer. */
export interface PageSigns {
  readonly contentType?: string;
  /** Its first bytes. */
  readonly start?: Uint8Array;
}

/**
 * Whether an answer seems to be a web page: its bytes begin like one; where none are known, it says so. Servers call files
 * with an unknown ending HTML, too.
 */
export function isWebPage({ contentType, start }: PageSigns): boolean {
  const saysSo = /^(?:text\/html|application\/xhtml\+xml)\b/i.test(contentType?.trim() ?? '');
  if (start === undefined) return saysSo;
  const text = Buffer.from(start.buffer, start.byteOffset, start.byteLength).toString('latin1');
  // Behind a byte order mark and white space.
  const begin = text.replace(/^(?:\xef\xbb\xbf)?\s*/, '');
  return /^<(?:!doctype\s+html|html|head|title)\b/i.test(begin) || (saysSo && begin.startsWith('<'));
}
