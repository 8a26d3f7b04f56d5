// SPDX-License-Identifier: Apache-2.0
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { listDownloads, writeBlobModule } from '../support/blob-module.mjs';
import { compareTimes } from '../support/case.mjs';
import { contentParts } from '../support/content.mjs';
import { runContest } from '../support/contest.mjs';
import { isInstalled } from '../support/run-command.mjs';
import { scrubbedEnvironment } from '../support/scratch.mjs';

const count = 5;
const sizeBytes = 200_000_000;
const rounds = 5;
const targetRatio = 1.2;
const reference = 'openssl dgst -sha256';

/** @type {import('../support/case.mjs').Case} */
export const verify = {
  name: 'verify',
  about: 'verify 1 GB of blobs',
  async run({ program, scratch, signal }) {
    const module = path.join(scratch, 'module');
    const downloads = listDownloads({ origin: 'https://example.com', count, sizeBytes });
    const blobsDirectory = await writeBlobModule(module, downloads);
    await mkdir(blobsDirectory);
    for (const [seed, { fileName }] of downloads.entries()) {
      const file = createWriteStream(path.join(blobsDirectory, fileName));
      await pipeline(Readable.from(contentParts({ seed, sizeBytes })), file);
    }
    const env = scrubbedEnvironment(scratch);
    const files = downloads.map(({ fileName }) => path.join(blobsDirectory, fileName));
    const isThere = await isInstalled('openssl', 'version', signal);
    const [oursRuns = [], referenceRuns] = await runContest({
      contenders: [
        {
          name: 'blobs verify',
          prepare: async (cwd) => ({
            commands: [{ file: process.execPath, args: [program, '-m', module, 'verify'], cwd, env }],
          }),
        },
        ...(isThere
          ? [
              {
                name: reference,
                prepare: async (/** @type {string} */ cwd) => ({
                  commands: [{ file: 'openssl', args: ['dgst', '-sha256', ...files], cwd, env }],
                }),
              },
            ]
          : []),
      ],
      rounds,
      scratch,
      signal,
    });
    return {
      case: 'verify',
      rows: [compareTimes({ oursRuns, reference, referenceRuns, targetRatio })],
      notes: [],
    };
  },
};
