// SPDX-License-Identifier: Apache-2.0
// Preloaded into a measured process (`node --import`): writes what it used to BENCH_USAGE_FILE, as JSON.
import { readFileSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/** The most memory that this process has held, in KiB. */
function readPeakMemoryKib() {
  try {
    // On Linux ru_maxrss starts at the size of the process that spawned this one; VmHWM is this program's own.
    const match = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
    if (match !== null) return Number(match[1]);
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS;
}

const file = process.env['BENCH_USAGE_FILE'];
// Worker threads inherit --import; the figure is the whole process's already.
if (isMainThread && file !== undefined) {
  process.once('exit', () => {
    const { user, system } = process.cpuUsage();
    const usage = { peakMemoryKib: readPeakMemoryKib(), cpuSeconds: (user + system) / 1e6 };
    writeFileSync(file, JSON.stringify(usage));
  });
}
