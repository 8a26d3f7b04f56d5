// SPDX-License-Identifier: Apache-2.0
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { Content } from './content.ts';

/**
 * Answers with the whole content, as bytes that a browser neither shows nor runs. A content that fails on its way ends in
 * a broken connection.
 */
export async function sendContent(reply: FastifyReply, content: Content): Promise<FastifyReply> {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    gone.abort(new Error('the client is gone'));
    void content.release();
  });
  reply
    .header('content-type', 'application/octet-stream')
    .header('content-disposition', 'attachment')
    .header('x-content-type-options', 'nosniff')
    .header('content-security-policy', "default-src 'none'; sandbox");
  if (content.bytes !== undefined) reply.header('content-length', content.bytes);
  if (content.digest !== undefined) reply.header('etag', `"${content.digest}"`);
  return reply.send(Readable.from(content.read({ from: 0 }, gone.signal), { objectMode: false }));
}
