// SPDX-License-Identifier: Apache-2.0
import type { Part } from './byte-range.ts';
import type { Content } from './content.ts';

/**
 * The bytes of a part of a content. As long as bytes with a digest are not verified, the last byte of the part is held
 * back, also where it is not the content's last: an answer of a part looks whole by itself.
 *
 * @throws what {@link Content.read} throws
 */
export async function* readPart(
  content: Content,
  { from, to }: Part,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { bytes, digest } = content;
  if (content.isComplete || digest === undefined || bytes === undefined || to >= bytes) {
    yield* content.read({ from, to }, signal);
    return;
  }
  if (from < to - 1) yield* content.read({ from, to: to - 1 }, signal);
  await readToEnd(content, { from: bytes - 1, to: bytes }, signal);
  yield* content.read({ from: to - 1, to }, signal);
}

/** Reads a part and keeps nothing of it. @throws what {@link Content.read} throws */
export async function readToEnd(
  content: Content,
  range: { readonly from: number; readonly to?: number },
  signal: AbortSignal,
): Promise<void> {
  for await (const _piece of content.read(range, signal)) signal.throwIfAborted();
}
