// SPDX-License-Identifier: Apache-2.0
import { loadModules } from '../app/load-modules.ts';
import type { Blob } from '../core/blob.ts';
import { BlobsError, describeError } from '../core/errors.ts';
import { NOASSERTION } from '../core/license.ts';
import type { Issue } from '../core/report.ts';
import { count, escapeControls } from '../core/text.ts';
import { redactLine } from '../core/url.ts';
import { readToken } from '../server/bearer-token.ts';
import { Catalogue } from '../server/library/catalogue.ts';
import type { ServerLog } from '../server/server-log.ts';
import { logIssues } from './serve-log.ts';
import type { Session } from './session.ts';

export interface ServedOptions {
  readonly log: ServerLog;
  /** Whether it is no error that there are no modules at all. */
  readonly needsNoModules: boolean;
  /** Absolute. */
  readonly tokenFile: string | undefined;
}

/** What a server reads from files, and reads again when it is told to. */
export class ServedModules {
  catalogue = new Catalogue([]);
  /** What was wrong with the modules when they were read last. */
  issues: readonly Issue[] = [];
  token: string | undefined;
  readonly #session: Session;
  readonly #options: ServedOptions;
  #reading: Promise<void> = Promise.resolve();

  private constructor(session: Session, options: ServedOptions) {
    this.#session = session;
    this.#options = options;
  }

  /** @throws BlobsError where the token cannot be read, or there are no modules although they are needed */
  static async load(session: Session, options: ServedOptions): Promise<ServedModules> {
    const served = new ServedModules(session, options);
    served.#readToken();
    await served.#readModules();
    return served;
  }

  /** Reads everything again, once at a time. What cannot be read stays as it was, and the log says so. Never throws. */
  async reload(): Promise<void> {
    this.#reading = this.#reading.then(async () => {
      const { log } = this.#options;
      for (const read of [() => this.#readToken(), () => this.#readModules()]) {
        try {
          await read();
        } catch (error) {
          log.error(
            { reason: escapeControls(redactLine(describeError(error))) },
            'not read again, what was read before still holds',
          );
        }
      }
      log.info({ blobs: this.catalogue.blobs.length }, 'read again');
    });
    await this.#reading;
  }

  #readToken(): void {
    const { tokenFile, log } = this.#options;
    if (tokenFile === undefined) return;
    const { token, warning } = readToken(tokenFile);
    if (warning !== undefined) log.warn(escapeControls(warning));
    this.token = token;
  }

  #tellOfClickThrough(blobs: readonly Blob[]): void {
    const asked = blobs.filter((blob) => blob.clickThrough).length;
    if (asked === 0) return;
    this.#options.log.warn(
      `${count(asked, 'blob')} with a licence to accept: served to all who may ask, who are not asked to accept it`,
    );
  }

  async #readModules(): Promise<void> {
    const { config, signal } = this.#session;
    const { log, needsNoModules } = this.#options;
    try {
      const { blobs, issues } = await loadModules(
        { search: config.search, selection: { modules: [] }, ...config.index() },
        signal,
      );
      logIssues(log, issues);
      this.issues = issues;
      this.catalogue = new Catalogue(blobs, await findKnownLicenses(blobs, signal));
      this.#tellOfClickThrough(blobs);
    } catch (error) {
      if (!(error instanceof BlobsError) || error.code !== 'BLOBS_NO_MODULES') throw error;
      if (!needsNoModules) {
        throw new BlobsError(error.code, `nothing can be asked for: ${error.message}`, {
          hint: 'start it in a west workspace, name modules with -m, or hosts with --allow-host',
        });
      }
      this.catalogue = new Catalogue([]);
    }
    if (this.catalogue.blobs.length === 0 && !needsNoModules)
      log.warn(
        'no module declares a blob and no host is allowed: only what is in the store can be asked for',
      );
  }
}

/** What `blobs licenses` shows of each blob; its issues are not told here. */
async function findKnownLicenses(
  blobs: readonly Blob[],
  signal: AbortSignal,
): Promise<ReadonlyMap<Blob, string>> {
  const { findLicenses } = await import('../app/find-licenses.ts');
  const { licenses } = await findLicenses(blobs, signal);
  const known = [...licenses].filter(([, { expression }]) => expression !== NOASSERTION);
  return new Map(known.map(([blob, { expression }]) => [blob, expression]));
}
