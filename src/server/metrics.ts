// SPDX-License-Identifier: Apache-2.0
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ErrorCode } from '../core/errors.ts';
import type { ContentOrigin } from './library/content.ts';

/** What a scrape reads at that moment. */
export interface Readings {
  readonly connections: number;
  readonly requests: number;
  readonly downloads: number;
  readonly store: { readonly entries: number; readonly bytes: number; readonly freeBytes?: number };
}

/** A request that was answered, whole or not. */
export interface Answered {
  /** As it is registered: one of a few. */
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly seconds: number;
  readonly bytes: number;
  readonly origin?: ContentOrigin | undefined;
  readonly code?: ErrorCode | undefined;
}

// From a hit in memory to a download of minutes.
const BUCKETS_SECONDS = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300];

/** Counters of this process, in the text format of Prometheus. No label holds what a client chose. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #registers = [this.#registry];
  readonly #requests = new Counter({
    name: 'blobs_http_requests_total',
    help: 'Requests that were answered.',
    labelNames: ['route', 'method', 'status'],
    registers: this.#registers,
  });
  readonly #seconds = new Histogram({
    name: 'blobs_http_request_duration_seconds',
    help: 'From the headers of a request to the end of its answer.',
    labelNames: ['route'],
    buckets: BUCKETS_SECONDS,
    registers: this.#registers,
  });
  readonly #served = new Counter({
    name: 'blobs_served_bytes_total',
    help: 'Bytes of blobs that were sent to clients.',
    registers: this.#registers,
  });
  readonly #downloaded = new Counter({
    name: 'blobs_downloaded_bytes_total',
    help: 'Bytes of bodies that came from upstream.',
    registers: this.#registers,
  });
  readonly #contents = new Counter({
    name: 'blobs_contents_total',
    help: 'Answers with a body, from the store (hit), a download they began (miss) or joined (join), and answers to HEAD (look).',
    labelNames: ['origin'],
    registers: this.#registers,
  });
  readonly #failures = new Counter({
    name: 'blobs_failures_total',
    help: 'Requests that were refused or failed, by error code.',
    labelNames: ['code'],
    registers: this.#registers,
  });

  /** @param read Called for each scrape. */
  constructor(read: () => Promise<Readings>) {
    const gauge = (name: string, help: string): Gauge =>
      new Gauge({ name, help, registers: this.#registers });
    const connections = gauge('blobs_connections', 'Connections that are open.');
    const requests = gauge('blobs_requests_in_progress', 'Requests in work.');
    const downloads = gauge('blobs_downloads_in_progress', 'Downloads from upstream under way.');
    const entries = gauge('blobs_store_entries', 'Files in the store, as of some seconds ago.');
    const bytes = gauge('blobs_store_bytes', 'Bytes of the files in the store, as of some seconds ago.');
    const free = gauge('blobs_store_free_bytes', 'Bytes that are free on the file system of the store.');
    const memory = gauge('process_resident_memory_bytes', 'Resident memory size in bytes.');
    const start = gauge(
      'process_start_time_seconds',
      'Start time of the process since unix epoch in seconds.',
    );
    start.set(Math.round(Date.now() / 1000 - process.uptime()));
    this.#read = async () => {
      const now = await read();
      connections.set(now.connections);
      requests.set(now.requests);
      downloads.set(now.downloads);
      entries.set(now.store.entries);
      bytes.set(now.store.bytes);
      if (now.store.freeBytes !== undefined) free.set(now.store.freeBytes);
      memory.set(process.memoryUsage.rss());
    };
  }

  readonly #read: () => Promise<void>;

  get contentType(): string {
    return this.#registry.contentType;
  }

  note({ route, method, status, seconds, bytes, origin, code }: Answered): void {
    this.#requests.inc({ route, method, status });
    this.#seconds.observe({ route }, seconds);
    if (bytes > 0) this.#served.inc(bytes);
    if (origin !== undefined) this.#contents.inc({ origin });
    if (code !== undefined) this.#failures.inc({ code });
  }

  /** A download from upstream ended, whole or not, after `bytes`. */
  noteDownloaded(bytes: number): void {
    this.#downloaded.inc(bytes);
  }

  /** Everything, in the text format 0.0.4. */
  async text(): Promise<string> {
    await this.#read();
    return this.#registry.metrics();
  }
}
