// SPDX-License-Identifier: Apache-2.0
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { listDownloads, writeBlobModule } from '../support/blob-module.mjs';
import { compareTimes } from '../support/case.mjs';
import { contentParts } from '../support/content.mjs';
import { runContest } from '../support/contest.mjs';
import { runCommand } from '../support/run-command.mjs';
import { scrubbedEnvironment } from '../support/scratch.mjs';
import { writeWorkspace } from '../support/workspace.mjs';

const count = 300;
const sizeBytes = 1_000_000;
const rounds = 15;

/**
 * A command that finds everything as it left it, beside the start of Node itself.
 * @param {object} warm
 * @param {string} warm.name
 * @param {string} warm.about
 * @param {string} warm.command
 * @param {number} warm.targetRatio
 * @param {(stdout: string) => Promise<void>} warm.checkResult
 * @returns {import('../support/case.mjs').Case}
 */
function warmCase({ name, about, command, targetRatio, checkResult }) {
  return {
    name,
    about,
    async run({ program, scratch, signal }) {
      const topdir = path.join(scratch, 'workspace');
      await mkdir(topdir);
      const downloads = listDownloads({ origin: 'https://example.com', count, sizeBytes });
      const blobs = await writeBlobModule(path.join(topdir, 'bench'), downloads);
      await mkdir(blobs, { recursive: true });
      for (const [seed, { fileName }] of downloads.entries())
        await writeFile(path.join(blobs, fileName), Buffer.concat([...contentParts({ seed, sizeBytes })]));
      await writeWorkspace(topdir, [{ name: 'bench', path: 'bench' }]);

      const ours = { file: process.execPath, cwd: topdir, env: scrubbedEnvironment(scratch) };
      // What is remembered is part of the scenario; files just written are remembered by the second run at the latest.
      for (let run = 0; run < 2; run++) await runCommand({ ...ours, args: [program, 'list'] }, signal);
      const [oursRuns = [], referenceRuns] = await runContest({
        contenders: [
          {
            name: `blobs ${command}`,
            prepare: async () => ({ commands: [{ ...ours, args: [program, command] }], checkResult }),
          },
          { name: 'node -e 0', prepare: async () => ({ commands: [{ ...ours, args: ['-e', '0'] }] }) },
        ],
        rounds,
        scratch,
        signal,
      });
      return {
        case: name,
        rows: [compareTimes({ oursRuns, reference: 'node -e 0', referenceRuns, targetRatio })],
        notes: [`${count} blobs of ${sizeBytes / 1e6} MB in one module of a workspace`],
      };
    },
  };
}

export const listWarm = warmCase({
  name: 'list-warm',
  about: `list ${count} blobs that are there, once more`,
  command: 'list',
  targetRatio: 2,
  async checkResult(stdout) {
    const lines = stdout.trimEnd().split('\n');
    if (lines.length !== count || !lines.every((line) => / A /.test(line)))
      throw new Error(`blobs list printed ${lines.length} lines instead of ${count} present blobs`);
  },
});

export const fetchWarm = warmCase({
  name: 'fetch-warm',
  about: `fetch ${count} blobs that are there`,
  command: 'fetch',
  targetRatio: 2.5,
  async checkResult(stdout) {
    if (stdout !== '') throw new Error(`blobs fetch had something to do: ${stdout.slice(0, 200)}`);
  },
});
