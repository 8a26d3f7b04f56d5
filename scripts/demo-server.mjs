// SPDX-License-Identifier: Apache-2.0
// The vendor of the demo: makes its "firmware" from its name, and sends it slowly enough to watch.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

const CHUNK_BYTES = 64 * 1024;
const PAUSE_MS = 15;

/** Always the same bytes for the same name. */
export function firmware(name, sizeBytes) {
  const blocks = [];
  let block = createHash('sha256').update(name).digest();
  for (let made = 0; made < sizeBytes; made += block.length) {
    blocks.push(block);
    block = createHash('sha256').update(block).digest();
  }
  return Buffer.concat(blocks).subarray(0, sizeBytes);
}

/** What the vendor offers: path below the origin, size in bytes. */
export const OFFERS = new Map([
  ['/radio/v2.1.0/libradio.a', 900_000],
  ['/radio/v2.1.0/libcoex.a', 250_000],
  ['/radio/v2.1.0/patch.bin', 40_000],
  ['/gnss/7.3/gnss-fw.img', 1_600_000],
]);

/** Serves the offers on a loopback port; resolves to `{ port, close }`. */
export async function startVendor() {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const sizeBytes = OFFERS.get(pathname);
    if (sizeBytes === undefined) return response.writeHead(404).end();
    const bytes = firmware(pathname, sizeBytes);
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes.length });
    for (let at = 0; at < bytes.length && !response.destroyed; at += CHUNK_BYTES) {
      response.write(bytes.subarray(at, at + CHUNK_BYTES));
      await wait(PAUSE_MS);
    }
    response.end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: server.address().port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
