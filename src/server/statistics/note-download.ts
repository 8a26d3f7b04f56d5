// SPDX-License-Identifier: Apache-2.0
import type { DownloadEnd } from '../downloads.ts';
import type { Statistics } from './statistics.ts';

/** Counts a download that ended. What failed before anybody knew whose bytes they would be is counted nowhere. */
export function noteDownload(
  { result, digest, downloadedBytes }: DownloadEnd,
  statistics: Pick<Statistics, 'noteDownloaded' | 'noteStored'>,
): void {
  if (digest === undefined) return;
  statistics.noteDownloaded(digest, downloadedBytes);
  if (result === 'stored') statistics.noteStored(digest);
}
