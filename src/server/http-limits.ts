// SPDX-License-Identifier: Apache-2.0

/** What one client, and all of them together, may take of the server. */
export interface HttpLimits {
  /** Of the first line and all header lines together. */
  readonly maxHeaderBytes: number;
  readonly maxHeaders: number;
  /** Of the path with its query, of which a URL of 8 KiB may be percent-encoded. */
  readonly maxTargetCharacters: number;
  /** From a connection's first byte, or its beginning, to the end of the headers. */
  readonly headersTimeoutMs: number;
  /** A connection without a request. Longer than nginx keeps its own. */
  readonly keepAliveTimeoutMs: number;
  /** A client that takes none of the bytes that wait for it. */
  readonly stallTimeoutMs: number;
  readonly maxConnections: number;
  /** In work at once. */
  readonly maxRequests: number;
  /** In work at once for one connection, which may send requests before it has read answers. */
  readonly maxRequestsPerConnection: number;
  /** From the wish to end to the end, whatever is still under way. */
  readonly drainTimeoutMs: number;
}

/** The limits of a real server. The one place for them. */
export const HTTP_LIMITS: HttpLimits = {
  maxHeaderBytes: 32 * 1024,
  maxHeaders: 100,
  maxTargetCharacters: 26 * 1024,
  headersTimeoutMs: 15_000,
  keepAliveTimeoutMs: 65_000,
  stallTimeoutMs: 60_000,
  maxConnections: 4096,
  maxRequests: 2048,
  maxRequestsPerConnection: 4,
  drainTimeoutMs: 5 * 60_000,
};
