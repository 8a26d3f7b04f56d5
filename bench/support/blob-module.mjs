// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { contentPath, contentSha256 } from './content.mjs';

/** @typedef {{ url: string, sha256: string, fileName: string }} Download */

/**
 * Files of one size with different bytes, as a file server of these benchmarks offers them.
 * @param {{ origin: string, count: number, sizeBytes: number }} options
 * @returns {Download[]}
 */
export function listDownloads({ origin, count, sizeBytes }) {
  return Array.from({ length: count }, (_, seed) => ({
    url: `${origin}${contentPath({ seed, sizeBytes })}`,
    sha256: contentSha256({ seed, sizeBytes }),
    fileName: `blob-${seed}.bin`,
  }));
}

/**
 * Writes a module that declares the downloads as blobs.
 * @param {string} directory
 * @param {Download[]} downloads
 * @returns {Promise<string>} the directory in which its blobs will lie
 */
export async function writeBlobModule(directory, downloads) {
  await mkdir(path.join(directory, 'zephyr'), { recursive: true });
  await writeFile(path.join(directory, 'zephyr', 'LICENSE'), 'Licence of the benchmark blobs\n');
  const entries = downloads.map(({ url, sha256, fileName }) =>
    [
      `  - path: ${fileName}`,
      `    sha256: ${sha256}`,
      '    type: img',
      "    version: '1.0'",
      '    license-path: zephyr/LICENSE',
      `    url: ${url}`,
      '    description: Benchmark blob',
      '    doc-url: https://example.com/doc',
    ].join('\n'),
  );
  const text = `name: bench\nblobs:\n${entries.join('\n')}\n`;
  await writeFile(path.join(directory, 'zephyr', 'module.yml'), text);
  return path.join(directory, 'zephyr', 'blobs');
}

/**
 * Rejects unless every download lies in `directory` with the right bytes.
 * @param {string} directory
 * @param {Download[]} downloads
 */
export async function checkDownloads(directory, downloads) {
  for (const { fileName, sha256 } of downloads) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path.join(directory, fileName), { highWaterMark: 1024 * 1024 }), hash);
    if (hash.digest('hex') !== sha256) throw new Error(`${fileName} has the wrong bytes`);
  }
}
