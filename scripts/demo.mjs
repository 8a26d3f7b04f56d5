// SPDX-License-Identifier: Apache-2.0
// What a newcomer would type, in a small workspace of its own: list, fetch, verify, a tampered file, clean.
import { spawn } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startVendor } from './demo-server.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const topdir = mkdtempSync(join(tmpdir(), 'blobs-demo-'));
const vendor = await startVendor();
const mirror = `https://firmware.acme.example/=http://127.0.0.1:${vendor.port}/`;

try {
  // The fixture's directory of west's configuration has a name that git and npm do not hide.
  cpSync(join(root, 'fixtures/demo'), topdir, { recursive: true });
  mkdirSync(join(topdir, '.west'));
  appendFileSync(join(topdir, '.west/config'), '[manifest]\npath = app\nfile = west.yml\n');

  say('A west workspace with two modules whose blobs were never fetched.');
  await blobs([0], 'list');
  say('Fetch them. The vendor of this demo lives on loopback, so a mirror stands in for its host.');
  await blobs([0], 'fetch', '--mirror', mirror);
  say('Everything is there, and every byte is right.');
  await blobs([0], 'verify');
  const victim = 'modules/hal_acme/zephyr/blobs/lib/libradio.a';
  say('Somebody changes one of them …');
  show(`echo tampered >> ${victim}`);
  appendFileSync(join(topdir, victim), 'tampered\n');
  await blobs([65], 'verify', 'hal_acme');
  say('… and fetching again puts it right, without downloading the others.');
  await blobs([0], 'fetch', '--mirror', mirror, 'hal_acme');
  say('Clean up.');
  await blobs([0], 'clean');
  await blobs([0], 'list', '--status', 'D', '--format', '{module} {path} is gone');
} finally {
  vendor.close();
  rmSync(topdir, { recursive: true, force: true });
}

function say(text) {
  process.stdout.write(`\n# ${text}\n`);
}

function show(command) {
  process.stdout.write(`$ ${command}\n`);
}

/** Runs blobs in the workspace and fails unless it ends with one of `expected`. */
async function blobs(expected, ...args) {
  show(['blobs', ...args.map((arg) => (/^[\w./,:=-]+$/.test(arg) ? arg : `'${arg}'`))].join(' '));
  const child = spawn(process.execPath, [join(root, 'bin/blobs.js'), ...args], {
    cwd: topdir,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: environment(),
  });
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', resolve);
  });
  if (code !== 0) process.stdout.write(`(exit code ${code})\n`);
  if (!expected.includes(code)) throw new Error(`blobs ${args.join(' ')} ended with ${code}`);
}

/** The caller's environment without what would lead the demo out of its workspace. */
function environment() {
  const left = Object.entries(process.env).filter(([name]) => !/ZEPHYR|^WEST_|^BLOBS_|_proxy$/i.test(name));
  return { ...Object.fromEntries(left), HOME: topdir };
}
