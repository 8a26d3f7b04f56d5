// SPDX-License-Identifier: Apache-2.0
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BlobsError } from '../../core/errors.ts';
import type { Content } from '../library/content.ts';
import type { Library, Wanted } from '../library/library.ts';
import { problemOf } from '../problem.ts';
import { sendContent } from '../send-content.ts';
import { workOf } from '../work.ts';

/** What the routes that give bytes share. */
export interface ContentRouteOptions {
  readonly library: Pick<Library, 'open' | 'look'>;
  /** Whether clients must show a token, so that no shared cache may keep an answer. */
  readonly isPrivate: () => boolean;
  readonly now: () => number;
  readonly accelPrefix: string | undefined;
}

/** What a request asks for, and how it is called where it is saved. */
export interface ContentRequest extends Wanted {
  readonly fileName: (content: Content) => string | undefined;
}

/**
 * Answers with what the library has or gets. A HEAD downloads nothing.
 *
 * @throws BlobsError `BLOBS_MISSING` where it has nothing; what the library and the content throw
 */
export async function answerContent(
  request: FastifyRequest,
  reply: FastifyReply,
  { library, isPrivate, now, accelPrefix, asked }: ContentRouteOptions & { readonly asked: ContentRequest },
): Promise<FastifyReply> {
  const work = workOf(request.raw);
  const { signal } = work;
  const { fileName, ...rest } = asked;
  const { via } = request.headers;
  const wanted: Wanted = via === undefined ? rest : { ...rest, via };
  if (wanted.digest !== undefined) work.digest = wanted.digest;
  const isHead = request.method === 'HEAD';
  const content = await (isHead ? library.look(wanted, signal) : library.open(wanted, signal));
  if (content === undefined) {
    throw new BlobsError('BLOBS_MISSING', 'it is neither here nor declared by a module');
  }
  try {
    await sendContent(request, reply, content, {
      fileName: fileName(content),
      // Where upstream was only looked at, nobody knows that it has what was asked for.
      isImmutable: wanted.digest !== undefined && content.digest === wanted.digest,
      accelPrefix,
      isPrivate: isPrivate(),
      nowMs: now(),
      signal,
      onWritten: (bytes) => {
        work.origin = isHead ? 'look' : content.origin;
        work.bytes += bytes;
      },
    });
  } catch (error) {
    if (!reply.raw.headersSent) throw error;
    // Its client sees that the rest is missing, and all that is left to do is to say why.
    work.cause = error;
    work.code = problemOf(error).code;
  } finally {
    if (content.digest !== undefined) work.digest = content.digest;
    await content.release();
  }
  return reply;
}
