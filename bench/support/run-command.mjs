// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';

/**
 * @typedef {object} Command
 * @property {string} file
 * @property {string[]} args
 * @property {string} cwd
 * @property {NodeJS.ProcessEnv} env
 * @property {number[]} [exitCodes] those that mean success: 0 alone by default
 */

const commandTimeoutMs = 120_000;

/**
 * Runs a command to its end; rejects when it does not exit as it should.
 * @param {Command} command
 * @param {AbortSignal} signal
 * @returns {Promise<{ seconds: number, stdout: string }>} seconds from spawn to exit
 */
export function runCommand({ file, args, cwd, env, exitCodes = [0] }, signal) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    let ended = started;
    const child = spawn(file, args, {
      cwd,
      env,
      signal,
      timeout: commandTimeoutMs,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('exit', () => {
      ended = performance.now();
    });
    child.once('close', (code, endSignal) => {
      if (code !== null && exitCodes.includes(code)) resolve({ seconds: (ended - started) / 1000, stdout });
      else reject(new Error(`${file} ended with ${code ?? endSignal}: ${stderr.trim().slice(-2000)}`));
    });
  });
}

/**
 * Whether a program can be started: it answers `argument` with exit code 0.
 * @param {string} file
 * @param {string} argument
 * @param {AbortSignal} signal
 */
export async function isInstalled(file, argument, signal) {
  try {
    await runCommand({ file, args: [argument], cwd: '.', env: process.env }, signal);
    return true;
  } catch {
    return false;
  }
}
