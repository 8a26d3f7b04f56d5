// SPDX-License-Identifier: Apache-2.0
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { compareTimes } from '../support/case.mjs';
import { runContest } from '../support/contest.mjs';
import { copyCorpusModules } from '../support/corpus-modules.mjs';
import { writeGeneratedModules } from '../support/generated-modules.mjs';
import { scrubbedEnvironment } from '../support/scratch.mjs';
import { writeWorkspace } from '../support/workspace.mjs';

const rounds = 15;
const targetRatio = 8.5;

/** @type {import('../support/case.mjs').Case} */
export const list = {
  name: 'list',
  about: 'list some 300 absent blobs of a workspace, with nothing remembered',
  async run({ program, scratch, signal }) {
    const topdir = path.join(scratch, 'workspace');
    await mkdir(topdir);
    const modules = (await copyCorpusModules(topdir)) ?? (await writeGeneratedModules(topdir));
    await writeWorkspace(topdir, modules.projects);

    /** @param {string} stdout */
    async function checkResult(stdout) {
      const lines = stdout.trimEnd().split('\n');
      if (lines.length !== modules.blobs || !lines.every((line) => / D /.test(line))) {
        throw new Error(`blobs list printed ${lines.length} lines instead of ${modules.blobs} absent blobs`);
      }
    }
    const command = {
      file: process.execPath,
      cwd: topdir,
      env: { ...scrubbedEnvironment(scratch), BLOBS_STORE: 'off' },
    };
    const [oursRuns = [], referenceRuns] = await runContest({
      contenders: [
        {
          name: 'blobs list',
          prepare: async () => ({ commands: [{ ...command, args: [program, 'list'] }], checkResult }),
        },
        { name: 'node -e 0', prepare: async () => ({ commands: [{ ...command, args: ['-e', '0'] }] }) },
      ],
      rounds,
      scratch,
      signal,
    });
    return {
      case: 'list',
      rows: [compareTimes({ oursRuns, reference: 'node -e 0', referenceRuns, targetRatio })],
      notes: [`${modules.blobs} absent blobs in ${modules.projects.length} modules, ${modules.source}`],
    };
  },
};
