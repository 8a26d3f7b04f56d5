// SPDX-License-Identifier: Apache-2.0
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { startFaultServer } from '../support/fault-server.ts';
import { startServe } from '../support/serve.ts';
import { moduleWith } from '../support/store.ts';
import { sha256, someBytes } from '../support/temp.ts';

const IS_FULL = process.env['BLOBS_TEST_FULL'] === '1';
const CLIENTS = IS_FULL ? 1000 : 200;
const BYTES = someBytes('crowd', IS_FULL ? 20_000_000 : 4_000_000);
const MAX_RSS_BYTES = 200 * 1024 * 1024;
const CROWD = fileURLToPath(new URL('../support/crowd.mjs', import.meta.url));

/** How many of so many clients got which bytes. */
async function crowd(url: string, path: string): Promise<unknown> {
  const args = [CROWD, new URL(url).port, path, String(CLIENTS)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout);
}

/** The most memory that a process had at any time; undefined where the system does not tell. */
function peakRssBytes(pid: number): number {
  const [, kib] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) * 1024;
}

describe.skipIf(process.platform !== 'linux')(`${CLIENTS} clients at once`, () => {
  it('get a cold blob by one request upstream, then a stored one, in little memory', async () => {
    const server = await startFaultServer();
    // Slow enough for all to come while it arrives.
    const bytesPerSecond = BYTES.length;
    const url = server.serve('/fw.bin', BYTES, { kind: 'throttle', bytesPerSecond });
    const module = moduleWith([{ path: 'fw.bin', bytes: BYTES, url }]);
    const served = await startServe(['-m', module.directory], { timeoutMs: 600_000 });
    const expected = { [sha256(BYTES)]: CLIENTS };
    const path = `/sha256/${sha256(BYTES)}`;
    expect(await crowd(served.url, path)).toEqual(expected);
    const peakBytes = peakRssBytes(served.cli.pid);
    expect(await crowd(served.url, path)).toEqual(expected);
    expect(server.requestsFor('/fw.bin').length).toBe(1);
    const laterBytes = peakRssBytes(served.cli.pid);
    const inMib = [peakBytes, laterBytes].map((bytes) => Math.round(bytes / 1024 / 1024));
    console.info(`peak of the server, in MiB: ${inMib.join(', and with the second crowd ')}`);
    expect(peakBytes).toBeLessThan(MAX_RSS_BYTES);
    expect(laterBytes).toBeLessThan(MAX_RSS_BYTES);
  }, 600_000);
});
