// SPDX-License-Identifier: Apache-2.0
import prettyBytes from 'pretty-bytes';

/** "1.2 MB": decimal units, as disks and networks count. */
export function formatBytes(bytes: number): string {
  return prettyBytes(bytes);
}

/** "0.8 s", "2 min 5 s". */
export function formatDuration(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
