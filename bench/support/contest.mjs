// SPDX-License-Identifier: Apache-2.0
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from './run-command.mjs';

/** @typedef {import('./run-command.mjs').Command} Command */

/**
 * One run, ready to start in its fresh directory.
 * @typedef {object} Attempt
 * @property {Command[]} commands run one after the other; their times are added
 * @property {(stdout: string) => Promise<void>} [checkResult] rejects when the commands did not do their work
 */

/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {(directory: string) => Promise<Attempt>} prepare not part of the time
 */

/**
 * Runs the contenders in turn (A B C A B C …), so that a busy moment of the machine hits all of them. The first
 * round is a warm-up and is not counted; each run is checked, so that a broken one is never timed.
 * @param {object} contest
 * @param {Contender[]} contest.contenders
 * @param {number} contest.rounds counted rounds
 * @param {string} contest.scratch
 * @param {AbortSignal} contest.signal
 * @returns {Promise<number[][]>} seconds of the counted runs, for each contender
 */
export async function runContest({ contenders, rounds, scratch, signal }) {
  /** @type {number[][]} */
  const secondsByContender = contenders.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      const directory = path.join(scratch, `run-${round}-${index}`);
      await mkdir(directory);
      const seconds = await runAttempt(await contender.prepare(directory), signal);
      await rm(directory, { recursive: true });
      if (round > 0) secondsByContender[index]?.push(seconds);
    }
  }
  return secondsByContender;
}

/**
 * @param {Attempt} attempt
 * @param {AbortSignal} signal
 */
async function runAttempt({ commands, checkResult }, signal) {
  let seconds = 0;
  let stdout = '';
  for (const command of commands) {
    const result = await runCommand(command, signal);
    seconds += result.seconds;
    stdout += result.stdout;
  }
  await checkResult?.(stdout);
  return seconds;
}

/** @param {number[]} values at least one */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
