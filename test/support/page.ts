// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import fastify, { type FastifyInstance } from 'fastify';
import { onTestFinished } from 'vitest';
import type { Blob } from '../../src/core/blob.ts';
import { Catalogue } from '../../src/server/library/catalogue.ts';
import { registerPage } from '../../src/server/page/register-page.ts';
import { Statistics } from '../../src/server/statistics/statistics.ts';
import { BlobStore } from '../../src/store/blob-store.ts';
import { entryFile, recordFile } from '../../src/store/store-layout.ts';
import { digestOf, sampleBlob } from '../unit/samples.ts';
import { tempDir } from './temp.ts';

/** The time of every clock here, unless a test turns it on. */
export const NOW_MS = Date.parse('2026-01-31T12:00:00.000Z');

export interface TestPage {
  readonly app: FastifyInstance;
  readonly store: BlobStore;
  readonly statistics: Statistics;
  readonly clock: { nowMs: number; now(): number };
  /** What the modules declare; may be replaced. */
  blobs: readonly Blob[];
}

/** The routes of the page on a server of their own, over a new store. It is closed after the running test. */
export async function makePage(options: { readonly isIndexHidden?: boolean } = {}): Promise<TestPage> {
  const store = new BlobStore(tempDir());
  await store.prepare();
  const clock = { nowMs: NOW_MS, now: () => clock.nowMs };
  const statistics = await Statistics.open({
    directory: store.directory,
    instance: 'test',
    clock,
    warn: (message) => {
      throw new Error(message);
    },
  });
  const app = fastify();
  let catalogue = new Catalogue([]);
  const page = {
    ...{ app, store, statistics, clock },
    get blobs() {
      return catalogue.blobs;
    },
    set blobs(blobs: readonly Blob[]) {
      catalogue = new Catalogue(blobs);
    },
  };
  registerPage(app, {
    ...{ store, statistics, clock },
    catalogue: () => catalogue,
    isIndexHidden: options.isIndexHidden ?? false,
  });
  onTestFinished(async () => {
    await app.close();
    await statistics.save();
  });
  return page;
}

/** Puts `content` into the store, as a download would; where it came from is recorded if `url` says so. */
export function putEntry(
  store: BlobStore,
  content: string,
  { url, time = '2026-01-30T08:00:00.000Z' }: { readonly url?: string; readonly time?: string } = {},
): void {
  const digest = digestOf(content);
  const file = entryFile(store.directory, digest);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  utimesSync(file, new Date(time), new Date(time));
  if (url === undefined) return;
  const record = recordFile(store.directory, digest);
  mkdirSync(dirname(record), { recursive: true });
  writeFileSync(record, JSON.stringify({ schemaVersion: 1, kind: 'url', url, time }));
}

const MODULES = ['hal_espressif', 'hal_nxp', 'hal_silabs', 'hal_infineon', 'tf-m'];
const LICENSES = ['Apache-2.0', 'BSD-3-Clause', 'LicenseRef-Vendor-EULA AND MIT'];

/** Blobs as modules declare them, numbered; `content-<number>` is what each holds. */
export function sampleBlobs(count: number): Blob[] {
  return Array.from({ length: count }, (_, i) => {
    const module = MODULES[i % MODULES.length] ?? '';
    const license = LICENSES[i % 4];
    return sampleBlob({
      module,
      content: `content-${i}`,
      path: `lib/part${i % 7}/libfirmware_${String(i).padStart(5, '0')}.a`,
      type: i % 3 === 0 ? 'img' : 'lib',
      version: `2.${i % 10}.${i % 3}`,
      size: 1000 * (i + 1),
      description: `Firmware number ${i} for the radio coprocessor`,
      urls: [`https://downloads.invalid/${module}/v2.${i % 10}/libfirmware_${i}.a`],
      docUrl: `https://docs.invalid/${module}`,
      ...(license !== undefined && { license }),
      ...(i % 11 === 0 && { clickThrough: true }),
    });
  });
}
