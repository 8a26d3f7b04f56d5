// SPDX-License-Identifier: Apache-2.0
// The file server of the fetch benchmarks: `node bench/server.mjs DELAY_MS` prints its port and ends with its stdin.
// It runs in a process of its own, so that its work is not done on the event loop that takes the times.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { contentParts, parseContentPath } from './support/content.mjs';

const keptBodySizeBytes = 1024 * 1024;

const delayMs = Number(process.argv[2] ?? 0);

/** @type {Map<string, Buffer>} */
const keptBodies = new Map();

/** @param {import('./support/content.mjs').Content} content */
function keptBody(content) {
  const key = `${content.seed}/${content.sizeBytes}`;
  const body = keptBodies.get(key) ?? Buffer.concat([...contentParts(content)]);
  keptBodies.set(key, body);
  return body;
}

/**
 * @param {import('node:http').ServerResponse} response
 * @param {import('./support/content.mjs').Content} content
 */
async function send(response, content) {
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'content-length': content.sizeBytes,
  });
  if (content.sizeBytes <= keptBodySizeBytes) {
    response.end(keptBody(content));
    return;
  }
  for (const part of contentParts(content)) {
    // When the client hangs up there is no drain: the wait is left to the garbage collector.
    if (!response.write(part)) await once(response, 'drain');
  }
  response.end();
}

const server = createServer((request, response) => {
  const content = parseContentPath(request.url ?? '');
  if (content === undefined) {
    response.writeHead(404).end();
    return;
  }
  // A timer of 0 ms would still wait for the next millisecond.
  if (delayMs === 0) void send(response, content);
  else setTimeout(() => void send(response, content), delayMs);
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') process.stdout.write(`${address.port}\n`);
});

// The pipe closes also when the benchmark is killed, so the server never outlives it.
process.stdin.resume();
process.stdin.once('close', () => process.exit(0));
