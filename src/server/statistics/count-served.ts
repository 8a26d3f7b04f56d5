// SPDX-License-Identifier: Apache-2.0
import type { Content } from '../content.ts';
import type { Statistics } from './statistics.ts';

/** `content`, which notes when it is released how many of its bytes were read. What nobody reads is not counted. */
export function countServed(content: Content, statistics: Pick<Statistics, 'noteServed'>): Content {
  const { digest, bytes } = content;
  let bytesRead: number | undefined;
  return {
    digest,
    bytes,
    async *read(range, signal) {
      bytesRead ??= 0;
      for await (const piece of content.read(range, signal)) {
        bytesRead += piece.length;
        yield piece;
      }
    },
    async release() {
      if (bytesRead !== undefined) statistics.noteServed(digest, bytesRead);
      bytesRead = undefined;
      await content.release();
    },
  };
}
