// SPDX-License-Identifier: Apache-2.0
// Many clients of one server in one process, by raw sockets: crowd.mjs PORT PATH COUNT. Prints, as JSON, how often each
// SHA-256 of a whole body came, "broken" standing for those that were none.
import { createHash } from 'node:crypto';
import { connect } from 'node:net';

const [port, path, count] = process.argv.slice(2);

function get() {
  return new Promise((resolve) => {
    const hash = createHash('sha256');
    let head = Buffer.alloc(0);
    let leftBytes;
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => resolve('broken'));
    socket.on('close', () => resolve('broken'));
    socket.on('data', (chunk) => {
      let rest = chunk;
      if (leftBytes === undefined) {
        head = Buffer.concat([head, chunk]);
        const end = head.indexOf('\r\n\r\n');
        if (end === -1) return;
        const text = head.subarray(0, end).toString('latin1');
        const length = /^content-length: *(\d+)$/im.exec(text)?.[1];
        if (!text.startsWith('HTTP/1.1 200 ') || length === undefined) return void socket.destroy();
        leftBytes = Number(length);
        rest = head.subarray(end + 4);
      }
      leftBytes -= rest.length;
      hash.update(rest);
      if (leftBytes > 0) return;
      resolve(leftBytes === 0 ? hash.digest('hex') : 'broken');
      socket.destroy();
    });
    socket.write(`GET ${path} HTTP/1.1\r\nHost: crowd.invalid\r\n\r\n`);
  });
}

const counts = {};
for (const result of await Promise.all(Array.from({ length: Number(count) }, get))) {
  counts[result] = (counts[result] ?? 0) + 1;
}
process.stdout.write(JSON.stringify(counts));
