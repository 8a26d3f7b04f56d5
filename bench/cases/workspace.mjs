// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { compareTimes } from '../support/case.mjs';
import { runContest } from '../support/contest.mjs';
import { scrubbedEnvironment } from '../support/scratch.mjs';

const rounds = 15;
const targetRatio = 1.5;
const blobsPerModule = 5;

/**
 * A project and what its repository says: a manifest in git for those that are imported from.
 * @typedef {{ name: string, path: string, import?: boolean, brings?: WestProject[] }} WestProject
 */

/**
 * @param {string} prefix
 * @param {number} count
 * @returns {WestProject[]}
 */
function numbered(prefix, count) {
  return Array.from({ length: count }, (_, index) => {
    return { name: `${prefix}_${index}`, path: `modules/${prefix}/${prefix}_${index}` };
  });
}

// A big manifest and four small ones are imported from projects, two files from the manifest repository.
const own = numbered('own', 2);
const sdk = { name: 'sdk', path: 'sdk', import: true, brings: numbered('hal', 45) };
const kits = numbered('kit', 4).map((kit) => ({
  ...kit,
  import: true,
  brings: numbered(`${kit.name}_part`, 2),
}));
const importing = [sdk, ...kits];
const projects = [...own, ...importing, ...importing.flatMap(({ brings }) => brings)];

/** @param {WestProject[]} entries */
function manifestYaml(entries, self = '') {
  const items = entries.map((entry) =>
    [
      `    - name: ${entry.name}`,
      `      path: ${entry.path}`,
      '      revision: 0123456789abcdef0123456789abcdef01234567',
      ...(entry.import === true
        ? ['      import: {name-blocklist: [ci-tools, doc]}']
        : ['      submodules: true']),
    ].join('\n'),
  );
  const head =
    'manifest:\n  defaults: {remote: bench}\n  remotes:\n    - {name: bench, url-base: https://example.com}\n';
  return `${head}  projects:\n${items.join('\n')}\n${self}`;
}

/**
 * Makes a directory a git repository; what `manifest` holds is committed, if anything.
 * @param {string} directory
 * @param {string} [manifest]
 */
async function writeRepository(directory, manifest) {
  for (const part of ['objects', 'refs'])
    await mkdir(path.join(directory, '.git', part), { recursive: true });
  await writeFile(path.join(directory, '.git', 'HEAD'), 'ref: refs/heads/main\n');
  if (manifest === undefined) return;
  const header =
    'commit refs/heads/manifest-rev\ncommitter Bench <bench@example.com> 1700000000 +0000\ndata 5\nbench\n';
  const input = `${header}M 100644 inline west.yml\ndata ${Buffer.byteLength(manifest)}\n${manifest}\ndone\n`;
  execFileSync('git', ['fast-import', '--quiet', '--done'], { cwd: directory, input });
}

/** @param {string} name */
function moduleYaml(name) {
  const entries = Array.from({ length: blobsPerModule }, (_, index) =>
    [
      `  - path: lib/${index}.a`,
      `    sha256: ${createHash('sha256').update(`${name}/${index}`).digest('hex')}`,
      '    type: lib',
      "    version: '1.0'",
      '    license-path: LICENSE',
      `    url: https://example.com/${name}/${index}.a`,
      '    description: Benchmark blob',
    ].join('\n'),
  );
  return `name: ${name}\nbuild: {cmake: .}\nblobs:\n${entries.join('\n')}\n`;
}

/** @param {string} topdir */
async function writeTopdir(topdir) {
  const parts = path.join(topdir, 'manifest', 'parts');
  await mkdir(parts, { recursive: true });
  await mkdir(path.join(topdir, '.west'));
  await writeFile(path.join(topdir, '.west', 'config'), '[manifest]\npath = manifest\nfile = west.yml\n');
  const self = '  self:\n    path: manifest\n    import: parts\n';
  await writeFile(path.join(topdir, 'manifest', 'west.yml'), manifestYaml(importing, self));
  for (const project of own)
    await writeFile(path.join(parts, `${project.name}.yml`), manifestYaml([project]));
  for (const project of projects) {
    const directory = path.join(topdir, project.path);
    await mkdir(path.join(directory, 'zephyr'), { recursive: true });
    await writeFile(path.join(directory, 'zephyr', 'module.yml'), moduleYaml(project.name));
    await writeRepository(directory, project.brings && manifestYaml(project.brings));
  }
}

/**
 * A directory for PATH in which there are git and node alone: neither west nor Python can be part of the figures.
 * @param {string} directory
 */
async function writeTools(directory) {
  await mkdir(directory);
  await symlink(process.execPath, path.join(directory, 'node'));
  for (const place of (process.env['PATH'] ?? '').split(path.delimiter)) {
    const git = path.join(place, 'git');
    const isThere = await access(git, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return symlink(git, path.join(directory, 'git'));
  }
  throw new Error('git is not on the PATH');
}

/** @type {import('../support/case.mjs').Case} */
export const workspace = {
  name: 'workspace',
  about: `list the blobs of a workspace of ${projects.length} projects, most of them imported`,
  async run({ program, scratch, signal }) {
    const topdir = path.join(scratch, 'workspace');
    const tools = path.join(scratch, 'tools');
    await writeTopdir(topdir);
    await writeTools(tools);
    const command = {
      file: process.execPath,
      cwd: topdir,
      env: { ...scrubbedEnvironment(scratch), PATH: tools },
    };
    const directories = projects.flatMap((project) => ['-m', path.join(topdir, project.path)]);

    /** @type {string | undefined} */
    let printed;
    /** @param {string} stdout */
    async function checkResult(stdout) {
      printed ??= stdout;
      if (stdout !== printed) throw new Error('the workspace and its directories do not have the same list');
      const lines = stdout.split('\n').length - 1;
      if (lines !== projects.length * blobsPerModule) throw new Error(`blobs list printed ${lines} lines`);
    }
    /** @param {string} name @param {string[]} args */
    const contender = (name, args) => ({
      name,
      prepare: async () => ({ commands: [{ ...command, args }], checkResult }),
    });
    const [oursRuns = [], directoriesRuns, nodeRuns] = await runContest({
      contenders: [
        contender('blobs list', [program, 'list']),
        contender('blobs list -m', [program, 'list', ...directories]),
        { name: 'node -e 0', prepare: async () => ({ commands: [{ ...command, args: ['-e', '0'] }] }) },
      ],
      rounds,
      scratch,
      signal,
    });
    return {
      case: 'workspace',
      rows: [
        compareTimes({
          oursRuns,
          reference: `blobs list, ${projects.length} × -m`,
          referenceRuns: directoriesRuns,
          targetRatio,
        }),
        compareTimes({ oursRuns, reference: 'node -e 0', referenceRuns: nodeRuns }),
      ],
      notes: [`${importing.length} projects are imported from; git and node alone on the PATH`],
    };
  },
};
