// SPDX-License-Identifier: Apache-2.0
import type { FastifyReply, FastifyRequest } from 'fastify';
import { findAccelPath } from './accel.ts';
import { findPart, type Part } from './byte-range.ts';
import { contentHeaders, type Delivery, validatorsOf } from './content-headers.ts';
import type { Content } from './library/content.ts';
import { allowsPart, judgePreconditions } from './preconditions.ts';
import { type Problem, refuse } from './problem.ts';
import { type BodyOptions, breakOff, writeBody } from './write-body.ts';

/** `onWritten` is told at least once of a 200 or 206, though there be no bytes. */
export interface SendOptions extends Delivery, BodyOptions {
  /** See {@link findAccelPath}. */
  readonly accelPrefix?: string | undefined;
}

/**
 * Answers with a content, or a part of it, and resolves when all of it is on its way. A content that fails before anything
 * was sent becomes an error status; later, its connection is ended, so that nobody takes for whole what is not.
 *
 * @throws BlobsError and whatever else the content throws, with the connection ended where the answer had begun
 */
export async function sendContent(
  request: FastifyRequest,
  reply: FastifyReply,
  content: Content,
  options: SendOptions,
): Promise<void> {
  const { headers, method } = request;
  const isHead = method === 'HEAD';
  // HTTP/1.0 ends a body of unknown length by closing the connection, which a failure does too.
  if (!isHead && content.bytes === undefined && request.raw.httpVersion === '1.0') {
    for await (const _piece of content.read({ from: 0 }, options.signal)) options.signal.throwIfAborted();
    if (content.bytes === undefined) {
      refuse(request, reply, unfit(505, 'the length is not known: ask by HTTP/1.1'));
      return;
    }
  }
  const validators = validatorsOf(content);
  const verdict = judgePreconditions(headers, validators);
  if (verdict === 412) {
    refuse(request, reply, unfit(412, 'a precondition of the request does not hold'));
    return;
  }
  const own = contentHeaders(content, options);
  if (verdict === 304) {
    const { 'content-type': _type, 'content-disposition': _disposition, ...kept } = own;
    reply.hijack();
    reply.raw.writeHead(304, kept).end();
    return;
  }
  const { bytes } = content;
  const asked = isHead || bytes === undefined ? undefined : findPart(headers.range, bytes);
  const part = allowsPart(headerText(headers['if-range']), validators) ? asked : undefined;
  if (part === 'unsatisfiable') {
    const problem = unfit(416, 'nothing of the range is there');
    refuse(request, reply, { ...problem, headers: { 'content-range': `bytes */${bytes}` } });
    return;
  }
  const accelPath = findAccelPath(options.accelPrefix, content, headers);
  if (accelPath !== undefined) {
    reply.hijack();
    options.onWritten(isHead ? 0 : (content.bytes ?? 0));
    own['x-accel-redirect'] = accelPath;
    own['content-length'] = 0;
    reply.raw.writeHead(200, own).end();
    return;
  }
  if (part !== undefined) own['content-range'] = `bytes ${part.from}-${part.to - 1}/${bytes}`;
  const length = part === undefined ? bytes : part.to - part.from;
  if (length !== undefined) own['content-length'] = length;
  const { signal, onWritten } = options;
  const status = part === undefined ? 200 : 206;
  await sendBody(reply, content, { signal, onWritten, part, isHead, head: [status, own] });
}

interface PartOptions extends BodyOptions {
  readonly part: Part | undefined;
  readonly isHead: boolean;
  readonly head: readonly [status: number, headers: ReturnType<typeof contentHeaders>];
}

async function sendBody(reply: FastifyReply, content: Content, options: PartOptions): Promise<void> {
  const { part, isHead, head, signal, onWritten } = options;
  const response = reply.raw;
  const whole = isHead ? EMPTY : (content.wholeBuffer() ?? (await findWarmed(content)));
  if (whole !== undefined) {
    const piece = part === undefined ? whole : whole.subarray(part.from, part.to);
    onWritten(piece.length);
    reply.hijack();
    response.writeHead(...head).end(piece);
    return;
  }
  const { bytes } = content;
  const range = part ?? (bytes === undefined ? { from: 0 } : { from: 0, to: bytes });
  const iterator = content.read(range, signal)[Symbol.asyncIterator]();
  // What fails before its first byte can still be told.
  const first = await iterator.next();
  reply.hijack();
  response.writeHead(...head);
  onWritten(0);
  try {
    await writeBody(response, first, iterator, { signal, onWritten });
  } catch (error) {
    breakOff(response);
    throw error;
  }
}

const EMPTY = new Uint8Array();

async function findWarmed(content: Content): Promise<Uint8Array | undefined> {
  await content.warm?.();
  return content.wholeBuffer();
}

function headerText(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function unfit(status: number, message: string): Problem {
  return { status, code: 'BLOBS_BAD_REQUEST', message };
}
