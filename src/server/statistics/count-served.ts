// SPDX-License-Identifier: Apache-2.0
import type { Content } from '../content.ts';
import type { Statistics } from './statistics.ts';

/**
 * `content`, which notes when it is released how many of its bytes were read. What nobody reads is not counted, nor what
 * nobody knew the digest of until then.
 */
export function countServed(content: Content, statistics: Pick<Statistics, 'noteServed'>): Content {
  let bytesRead: number | undefined;
  const own: Pick<Content, 'wholeBuffer' | 'read' | 'release'> = {
    wholeBuffer() {
      const whole = content.wholeBuffer();
      if (whole) bytesRead ??= whole.length;
      return whole;
    },
    async *read(range, signal) {
      bytesRead ??= 0;
      for await (const piece of content.read(range, signal)) {
        bytesRead += piece.length;
        yield piece;
      }
    },
    async release() {
      const { digest } = content;
      if (bytesRead !== undefined && digest !== undefined) statistics.noteServed(digest, bytesRead);
      bytesRead = undefined;
      await content.release();
    },
  };
  // What is known of a content changes while it comes.
  return new Proxy(content, {
    get: (target, name) => (name in own ? Reflect.get(own, name) : Reflect.get(target, name, target)),
  });
}
