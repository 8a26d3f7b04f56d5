// SPDX-License-Identifier: Apache-2.0
import { createCipheriv, createHash } from 'node:crypto';

/**
 * A file that exists only as a rule: the server sends it and the benchmark knows its digest, whatever its size.
 * @typedef {{ seed: number, sizeBytes: number }} Content
 */

const chunkSizeBytes = 1024 * 1024;
const headerSizeBytes = 8;

// A key stream instead of zeros, so that nothing on the way can compress or skip it.
const chunkBody = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(
  Buffer.alloc(chunkSizeBytes - headerSizeBytes),
);

/**
 * The bytes of a content in order. Each chunk is a header that no other chunk has, and a body that all share:
 * making the bytes costs next to nothing.
 * @param {Content} content
 * @returns {Generator<Buffer>}
 */
export function* contentParts({ seed, sizeBytes }) {
  for (let offset = 0; offset < sizeBytes; offset += chunkSizeBytes) {
    const header = Buffer.alloc(headerSizeBytes);
    header.writeUInt32BE(seed, 0);
    header.writeUInt32BE(offset / chunkSizeBytes, 4);
    const chunkBytes = Math.min(chunkSizeBytes, sizeBytes - offset);
    yield header.subarray(0, chunkBytes);
    if (chunkBytes > headerSizeBytes) yield chunkBody.subarray(0, chunkBytes - headerSizeBytes);
  }
}

/**
 * The SHA-256 of a content, in lower-case hex.
 * @param {Content} content
 */
export function contentSha256(content) {
  const hash = createHash('sha256');
  for (const part of contentParts(content)) hash.update(part);
  return hash.digest('hex');
}

/** @param {Content} content */
export function contentPath({ seed, sizeBytes }) {
  return `/${seed}/${sizeBytes}.bin`;
}

/**
 * The content that a URL's path names; undefined for any other path.
 * @param {string} urlPath
 * @returns {Content | undefined}
 */
export function parseContentPath(urlPath) {
  const match = /^\/(\d+)\/(\d+)\.bin$/.exec(urlPath);
  return match === null ? undefined : { seed: Number(match[1]), sizeBytes: Number(match[2]) };
}
