// SPDX-License-Identifier: Apache-2.0
import contentDisposition from 'content-disposition';

const MAX_CHARACTERS = 200;

// Separators of any platform, what Windows forbids, controls, and what reorders text or cannot be seen.
const UNFIT = /[/\\<>:"|?*\p{C}\p{Zl}\p{Zp}]/gu;

/**
 * `text` as the name of a file that is safe to make in the directory of whoever downloads it; undefined where nothing is
 * left of it. It is one name: no directory, no hidden file, no control character, no end of line.
 */
export function findFileName(text: string): string | undefined {
  const name = [...text.replace(UNFIT, '_').trim()].slice(0, MAX_CHARACTERS).join('');
  const bare = name.replace(/^[.\s]+/, '').replace(/[.\s]+$/, '');
  return bare === '' ? undefined : bare;
}

/** The last segment of a URL's path, as {@link findFileName} gives it. */
export function fileNameOfUrl(url: URL): string | undefined {
  const segment = url.pathname.slice(url.pathname.lastIndexOf('/') + 1);
  try {
    return findFileName(decodeURIComponent(segment));
  } catch {
    return findFileName(segment);
  }
}

/** The value of Content-Disposition for bytes that are to be saved, never shown (RFC 6266, RFC 8187). */
export function attachment(fileName: string | undefined): string {
  // Only ASCII reads the same everywhere; who knows RFC 8187 takes the other one.
  return contentDisposition(fileName, { fallback: fileName?.replace(/[^ -~]/g, '_') ?? true });
}
