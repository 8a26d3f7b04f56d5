// SPDX-License-Identifier: Apache-2.0
import type { Blob } from '../core/blob.ts';
import { BlobsError } from '../core/errors.ts';
import { type AskedHost, runByHost } from '../fetch/by-host.ts';
import { HttpStatusError } from '../fetch/http-status-error.ts';
import { isWebPage } from '../fetch/impostor.ts';
import type { LfsClientOptions } from '../fetch/lfs/lfs-client.ts';
import { type Look, lookAt } from '../fetch/look.ts';
import { findPlaces, type Mirror } from '../fetch/mirrors.ts';
import { isRefusingStatus } from '../fetch/retry.ts';
import type { RemoteAnswer, RemoteBytes, RemoteFile, UrlProbe } from '../lint/url-probe.ts';
import { findBlobState } from './blob-state.ts';
import { downloadFile, openLfs } from './url-download.ts';

/** Objects of one batch request; servers refuse more than some hundreds. */
const PAGE_SIZE = 100;
/** So often in a row a host may keep everybody waiting for nothing. */
const MAX_TIMEOUTS = 4;

export interface UrlAskerOptions extends Omit<LfsClientOptions, 'retries'> {
  /** What keeps original URLs from being asked holds here too. */
  readonly mirrors: readonly Mirror[];
  /** The limit for files of which no size is known. */
  readonly maxSizeBytes: number;
}

/** Objects that one Git LFS server is asked for together. */
interface LfsPage {
  readonly url: string;
  readonly files: readonly RemoteFile[];
}

/**
 * Asks what URLs lead to, a few at once of each host, and each only once in a run, whatever comes of it. A host that answers
 * 429 or 503 is left alone from then on.
 */
export class UrlAsker implements UrlProbe {
  readonly #options: UrlAskerOptions;
  readonly #answers = new Map<string, RemoteAnswer>();
  readonly #bytes = new Map<string, RemoteBytes>();
  /** The names of hosts that want to be left alone, and what they said. */
  readonly #refusals = new Map<string, number>();

  constructor(options: UrlAskerOptions) {
    this.#options = options;
  }

  async ask(files: readonly RemoteFile[]): Promise<readonly RemoteAnswer[]> {
    const sizes = sizesByKey(files);
    const open = distinct(files).filter((file) => !this.#answers.has(keyOf(file)) && !this.#isBlocked(file));
    const plain = open.filter(({ isLfs }) => !isLfs);
    await runByHost(plain, async (file, host) => {
      const answer = await this.#settle(host, () => this.#look(file, sizes.get(keyOf(file)) ?? []));
      this.#answers.set(keyOf(file), answer);
    });
    await runByHost(toPages(open.filter(({ isLfs }) => isLfs)), async (page, host) => {
      const answer = await this.#settle(host, () => this.#askLfs(page));
      for (const file of page.files) {
        if (!this.#answers.has(keyOf(file))) this.#answers.set(keyOf(file), answer);
      }
    });
    return files.map((file) => answered(this.#answers.get(keyOf(file))));
  }

  async download(files: readonly RemoteFile[]): Promise<readonly RemoteBytes[]> {
    const answers = await this.ask(files);
    const found = files.filter((_, index) => answers[index]?.kind === 'found');
    const open = distinct(found).filter((file) => !this.#bytes.has(keyOf(file)));
    const once = { ...this.#options, retries: 0 };
    const options = { ...once, lfs: await openLfs(open, once) };
    await runByHost(open, async (file, host) => {
      const status = this.#refusals.get(host.name);
      const bytes: RemoteBytes =
        status === undefined
          ? await downloadFile(file, options)
          : { kind: 'failed', error: leftAlone(host, status) };
      if (bytes.kind === 'failed') this.#note(host, bytes.error);
      this.#bytes.set(keyOf(file), bytes);
    });
    return files.map((file) => this.#bytes.get(keyOf(file)) ?? { kind: 'skipped' });
  }

  async findPresentBytes(blob: Blob): Promise<number | undefined> {
    const { row } = await findBlobState(blob, this.#options.signal);
    return row.status === 'A' ? row.bytes : undefined;
  }

  #isBlocked(file: RemoteFile): boolean {
    const { blocked } = findPlaces(this.#options.mirrors, [file], file.digest);
    if (blocked.length === 0) return false;
    this.#answers.set(keyOf(file), { kind: 'skipped', reason: 'a mirror rule blocks it' });
    return true;
  }

  /** What `ask` gives; a failure is an answer too, unless it fails the run. */
  async #settle(host: AskedHost, ask: () => Promise<RemoteAnswer>): Promise<RemoteAnswer> {
    const status = this.#refusals.get(host.name);
    if (status !== undefined) return { kind: 'failed', error: leftAlone(host, status) };
    if (host.timeouts >= MAX_TIMEOUTS) return { kind: 'failed', error: silentHost(host) };
    try {
      const answer = await ask();
      host.timeouts = 0;
      return answer;
    } catch (error) {
      this.#options.signal.throwIfAborted();
      if (!(error instanceof BlobsError) || error.code === 'BLOBS_BAD_CONFIG') throw error;
      this.#note(host, error);
      host.timeouts = error.code === 'BLOBS_TIMEOUT' ? host.timeouts + 1 : 0;
      return { kind: 'failed', error };
    }
  }

  #note({ name }: AskedHost, error: BlobsError): void {
    if (error instanceof HttpStatusError && isRefusingStatus(error.status))
      this.#refusals.set(name, error.status);
  }

  async #look({ url }: RemoteFile, sizes: readonly number[]): Promise<RemoteAnswer> {
    const isPlausible = ({ contentType, bytes }: Look): boolean => {
      if (contentType !== undefined && isWebPage({ contentType })) return false;
      return sizes.every((size) => size === bytes);
    };
    const look = await lookAt(url, this.#options, isPlausible);
    return {
      kind: 'found',
      url: look.url.href,
      ...(look.bytes === undefined ? {} : { bytes: look.bytes }),
      isPage: isWebPage(look),
    };
  }

  async #askLfs({ url, files }: LfsPage): Promise<RemoteAnswer> {
    const { postBatch } = await import('../fetch/lfs/post-batch.ts');
    const objects = files.map(({ digest, bytes = 0 }) => ({ oid: digest, sizeBytes: bytes }));
    const answers = await postBatch(url, objects, this.#options);
    for (const file of files) {
      const error = answers.get(file.digest);
      if (error instanceof BlobsError) this.#answers.set(keyOf(file), { kind: 'failed', error });
    }
    return { kind: 'found', url, isPage: false };
  }
}

function keyOf({ url, isLfs, digest, bytes }: RemoteFile): string {
  return isLfs ? `${digest} ${bytes} ${url}` : url;
}

function distinct(files: readonly RemoteFile[]): RemoteFile[] {
  return [...new Map(files.map((file) => [keyOf(file), file])).values()];
}

/** Every size that something at a URL should have: two entries may differ. */
function sizesByKey(files: readonly RemoteFile[]): ReadonlyMap<string, readonly number[]> {
  const sizes = new Map<string, number[]>();
  for (const file of files) {
    if (file.bytes === undefined) continue;
    const list = sizes.get(keyOf(file)) ?? [];
    sizes.set(keyOf(file), list);
    list.push(file.bytes);
  }
  return sizes;
}

function toPages(files: readonly RemoteFile[]): LfsPage[] {
  const servers = new Map<string, RemoteFile[]>();
  for (const file of files) {
    const list = servers.get(file.url) ?? [];
    servers.set(file.url, list);
    list.push(file);
  }
  return [...servers].flatMap(([url, list]) =>
    Array.from({ length: Math.ceil(list.length / PAGE_SIZE) }, (_, page) => ({
      url,
      files: list.slice(page * PAGE_SIZE, (page + 1) * PAGE_SIZE),
    })),
  );
}

function answered(answer: RemoteAnswer | undefined): RemoteAnswer {
  if (answer === undefined) throw new Error('a URL without an answer');
  return answer;
}

function silentHost({ name }: AskedHost): BlobsError {
  return new BlobsError(
    'BLOBS_TIMEOUT',
    `${name} did not answer ${MAX_TIMEOUTS} times, and is not asked again`,
  );
}

function leftAlone({ name }: AskedHost, status: number): BlobsError {
  return new BlobsError(
    'BLOBS_HTTP_STATUS',
    `${name} answered with HTTP status ${status}, and is left alone`,
  );
}
