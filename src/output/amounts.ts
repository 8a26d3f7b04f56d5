// SPDX-License-Identifier: Apache-2.0
import prettyBytes from 'pretty-bytes';

/** "1.2 MB": decimal units, as disks and networks count. */
export function formatBytes(bytes: number): string {
  return prettyBytes(bytes);
}

/** "0.8 s", "2 min 5 s". */
export function formatDuration(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : formatSeconds(ms / 1000);
}

/** "8 s", "2 min 5 s": whole seconds, for what is not known exactly. */
export function formatSeconds(exact: number): string {
  const seconds = Math.round(exact);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
