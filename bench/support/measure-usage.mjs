// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from './run-command.mjs';
import { scrubbedEnvironment } from './scratch.mjs';

const preload = new URL('./record-usage.mjs', import.meta.url);

/**
 * Runs a node command in a directory of its own.
 * @param {object} run
 * @param {string[]} run.args
 * @param {string} run.directory
 * @param {AbortSignal} run.signal
 * @param {Record<string, string>} [run.environment] beside what every measured process has
 * @param {number[]} [run.exitCodes] those that mean success: 0 alone by default
 * @returns {Promise<{ peakMemoryMib: number, cpuSeconds: number, stdout: string }>} what it used, and printed
 */
export async function measureUsage({ args, directory, signal, environment = {}, exitCodes = [0] }) {
  const file = path.join(directory, 'usage.json');
  const env = { ...scrubbedEnvironment(directory), ...environment, BENCH_USAGE_FILE: file };
  const { stdout } = await runCommand(
    { file: process.execPath, args: ['--import', preload.href, ...args], cwd: directory, env, exitCodes },
    signal,
  );
  const { peakMemoryKib, cpuSeconds } = JSON.parse(await readFile(file, 'utf8'));
  return { peakMemoryMib: peakMemoryKib / 1024, cpuSeconds, stdout };
}

/**
 * A row about our own value with a limit of its own: it holds for the worst run, not for the middle one.
 * @param {object} figures
 * @param {'s' | 'MiB'} figures.unit
 * @param {number[]} figures.oursRuns
 * @param {string} figures.reference
 * @param {number[]} figures.referenceRuns
 * @param {number} figures.target
 * @returns {import('./case.mjs').Row}
 */
export function limitRow({ unit, oursRuns, reference, referenceRuns, target }) {
  const ours = Math.max(...oursRuns);
  const referenceValue = Math.max(...referenceRuns);
  const ratio = ours / referenceValue;
  const withinTarget = ours < target;
  return {
    unit,
    ours,
    oursRuns,
    reference,
    referenceValue,
    referenceRuns,
    ratio,
    target,
    targetUnit: unit,
    withinTarget,
  };
}
