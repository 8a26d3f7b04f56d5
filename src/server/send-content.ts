// SPDX-License-Identifier: Apache-2.0
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { findAccelPath } from './accel.ts';
import type { Content } from './content.ts';

/**
 * Answers with the whole content, as bytes that a browser neither shows nor runs. A content that fails on its way ends in
 * a broken connection.
 */
export async function sendContent(
  reply: FastifyReply,
  content: Content,
  accelPrefix?: string,
): Promise<FastifyReply> {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    gone.abort(new Error('the client is gone'));
    void content.release();
  });
  reply
    .header('content-type', 'application/octet-stream')
    .header('content-disposition', 'attachment')
    .header('x-content-type-options', 'nosniff')
    .header('content-security-policy', "default-src 'none'; sandbox")
    .header('etag', `"${content.digest}"`);
  // What is here is a whole entry of the store.
  const stored = { isComplete: true, digest: content.digest, file: content };
  const accelPath = findAccelPath(accelPrefix, stored, reply.request.headers);
  if (accelPath !== undefined) return reply.header('x-accel-redirect', accelPath).send('');
  reply.header('content-length', content.bytes);
  return reply.send(
    Readable.from(content.read({ from: 0, to: content.bytes }, gone.signal), { objectMode: false }),
  );
}
