// SPDX-License-Identifier: Apache-2.0
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { checkDownloads, writeBlobModule } from './blob-module.mjs';
import { isInstalled } from './run-command.mjs';
import { scrubbedEnvironment } from './scratch.mjs';

/** @typedef {import('./blob-module.mjs').Download} Download */
/** @typedef {import('./contest.mjs').Contender} Contender */

const jobs = 16;

/**
 * `blobs fetch` into a new module, with an empty store or with none.
 * @param {string} program
 * @param {Download[]} downloads
 * @param {boolean} usesStore
 * @returns {Contender}
 */
export function blobsFetch(program, downloads, usesStore) {
  return {
    name: 'blobs fetch',
    async prepare(directory) {
      const moduleDirectory = path.join(directory, 'module');
      const blobsDirectory = await writeBlobModule(moduleDirectory, downloads);
      return {
        commands: [
          {
            file: process.execPath,
            args: [program, '-m', moduleDirectory, 'fetch', ...(usesStore ? [] : ['--no-store'])],
            cwd: directory,
            env: scrubbedEnvironment(directory),
          },
        ],
        checkResult: () => checkDownloads(blobsDirectory, downloads),
      };
    },
  };
}

/**
 * @param {Download[]} downloads
 * @param {string} directory
 * @returns {Promise<import('./run-command.mjs').Command>}
 */
async function curlCommand(downloads, directory) {
  const list = path.join(directory, 'curl.config');
  const lines = downloads.map(({ url, fileName }) => `url = "${url}"\noutput = "${fileName}"\n`);
  await writeFile(list, lines.join(''));
  return {
    file: 'curl',
    args: [
      '-q',
      '-Z',
      '--parallel-max',
      String(jobs),
      '--silent',
      '--show-error',
      '--fail',
      '--config',
      list,
    ],
    cwd: directory,
    env: scrubbedEnvironment(directory),
  };
}

/**
 * @param {Download[]} downloads
 * @returns {Contender}
 */
function curl(downloads) {
  return {
    name: `curl -Z (${jobs})`,
    async prepare(directory) {
      return {
        commands: [await curlCommand(downloads, directory)],
        checkResult: () => checkDownloads(directory, downloads),
      };
    },
  };
}

/**
 * Download and hash, as a shell script would do it.
 * @param {Download[]} downloads
 * @returns {Contender}
 */
function curlThenOpenssl(downloads) {
  return {
    name: `curl -Z (${jobs}); openssl dgst`,
    async prepare(directory) {
      const download = await curlCommand(downloads, directory);
      const hash = {
        ...download,
        file: 'openssl',
        args: ['dgst', '-sha256', ...downloads.map(({ fileName }) => fileName)],
      };
      return { commands: [download, hash], checkResult: () => checkDownloads(directory, downloads) };
    },
  };
}

/**
 * @param {Download[]} downloads
 * @returns {Contender}
 */
function aria2c(downloads) {
  return {
    name: `aria2c -j${jobs}`,
    async prepare(directory) {
      const list = path.join(directory, 'aria2c.txt');
      await writeFile(list, downloads.map(({ url, fileName }) => `${url}\n  out=${fileName}\n`).join(''));
      return {
        commands: [
          {
            file: 'aria2c',
            args: ['--no-conf', '--quiet', `-j${jobs}`, '-i', list],
            cwd: directory,
            env: scrubbedEnvironment(directory),
          },
        ],
        checkResult: () => checkDownloads(directory, downloads),
      };
    },
  };
}

/**
 * What a user might run instead of `blobs fetch`: the contenders that are installed, and the names of the others.
 * @param {Download[]} downloads
 * @param {AbortSignal} signal
 * @returns {Promise<{ installed: Contender[], absent: string[] }>}
 */
export async function findReferences(downloads, signal) {
  const hasCurl = await isInstalled('curl', '--version', signal);
  const hasOpenssl = await isInstalled('openssl', 'version', signal);
  const hasAria2c = await isInstalled('aria2c', '--version', signal);
  const all = [
    { contender: curl(downloads), found: hasCurl },
    { contender: curlThenOpenssl(downloads), found: hasCurl && hasOpenssl },
    { contender: aria2c(downloads), found: hasAria2c },
  ];
  return {
    installed: all.filter(({ found }) => found).map(({ contender }) => contender),
    absent: all.filter(({ found }) => !found).map(({ contender }) => contender.name),
  };
}
