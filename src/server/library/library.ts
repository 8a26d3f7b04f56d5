// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../../core/errors.ts';
import type { Sha256 } from '../../core/sha256.ts';
import { letHostsRest } from '../../fetch/host-rest.ts';
import { NotModified } from '../../fetch/http-status-error.ts';
import { conditionsOf } from '../../fetch/range.ts';
import { findUrlRecord, hashUrl, type UrlRecord } from '../../store/url-record.ts';
import { askForUrl } from './ask-for-url.ts';
import type { Catalogue } from './catalogue.ts';
import type { Content, ContentOrigin } from './content.ts';
import { Downloads, type DownloadsOptions } from './downloads.ts';
import { FlowContent, LookedAtContent, type UrlTerms } from './flow-content.ts';
import { type FlowPlan, Flows } from './flows.ts';
import type { OpenEntry } from './open-entry.ts';
import { type PlaceOptions, planJob, planSources } from './plan-download.ts';
import { PieceBudget } from './shared-pieces.ts';
import { Shelf } from './shelf.ts';
import { StoredContent } from './stored-content.ts';
import { WrongBodies } from './wrong-bodies.ts';

/** For how long a body that is known by its URL alone is given without asking again, as KissCache has it. */
export const DEFAULT_TTL_MS = 10 * 24 * 60 * 60 * 1000;
/** After so long a host that refused is asked as if it never had. */
const FORGET_AFTER_MS = 5 * 60 * 1000;
const DEFAULT_JOBS = 16;

export interface LibraryOptions extends DownloadsOptions, PlaceOptions {
  readonly catalogue: () => Catalogue;
  /** Connections to one host at once, as the transport has them. */
  readonly jobs?: number;
  /** Ends every download. */
  readonly signal: AbortSignal;
  /** How long a declared download goes on that nobody waits for any more, in milliseconds. */
  readonly lingerMs?: number;
  /** Downloads at once; beyond, who asks for more is told to come again. */
  readonly maxFlows?: number;
  /** How long one client may hold up others where the disk is full, in milliseconds. */
  readonly stallMs?: number;
}

/** What a request asks for. */
export interface Wanted {
  /** As {@link URL.href} spells it. That it may be asked for was found out before. */
  readonly url?: string;
  readonly digest?: Sha256;
  /** The oldest that a body without a known digest may be, in milliseconds. */
  readonly ttlMs?: number;
  /** Through which servers the request came (RFC 9110 §7.6.3). */
  readonly via?: string;
}

interface WantedUrl extends Pick<Wanted, 'via'> {
  readonly url: string;
  readonly ttlMs: number;
}

/** What a URL gave before, and whether upstream need not be asked again. */
interface KnownUrl {
  readonly record: UrlRecord;
  readonly entry: OpenEntry;
  readonly isFresh: boolean;
}

/**
 * What the server can give: what is in the store, what the modules declare, and what URLs give. Each is downloaded when it
 * is asked for, once for all who ask.
 */
export class Library {
  readonly #options: LibraryOptions;
  readonly #downloads: Downloads;
  readonly #shelf: Shelf;
  readonly #flows: Flows;
  readonly #wrong: WrongBodies;
  readonly #end = new AbortController();

  constructor(options: LibraryOptions) {
    const { forMirrors, jobs = DEFAULT_JOBS } = options;
    // What waits for a connection here is not timed, as it would be by the transport.
    const resting = { ...options, jobs, maxAtOnce: jobs, forgetAfterMs: FORGET_AFTER_MS };
    const transport = letHostsRest(options.transport, resting);
    const budget = new PieceBudget();
    const signal = AbortSignal.any([options.signal, this.#end.signal]);
    this.#options = {
      ...options,
      ...(forMirrors && {
        forMirrors: { ...forMirrors, transport: letHostsRest(forMirrors.transport, resting) },
      }),
      transport,
      signal,
    };
    this.#downloads = new Downloads(this.#options);
    this.#shelf = new Shelf(options.store, budget, signal);
    this.#flows = new Flows({ ...options, budget, signal });
    this.#wrong = new WrongBodies(options.clock);
  }

  /** Downloads under way. */
  get downloadCount(): number {
    return this.#flows.count;
  }

  /**
   * What a request asks for, downloaded where it is not here; undefined where it is neither here nor declared, and no URL
   * says where to ask. A digest beside a URL is what its bytes must have; a URL that is declared for one digest stands for
   * that. What is older than it may be is never given instead of an error.
   *
   * @throws BlobsError where it cannot be had, `BLOBS_BAD_REQUEST` where modules disagree on what a URL gives; the signal's reason when it is aborted
   */
  async open(wanted: Wanted, signal: AbortSignal): Promise<Content | undefined> {
    const digest = this.#digestOf(wanted);
    if (digest !== undefined) return this.#openDigest(digest, wanted, signal);
    return wanted.url === undefined ? undefined : this.#openUrl(withTtl(wanted.url, wanted), signal);
  }

  /**
   * As {@link open}, for the answer to a HEAD: downloads nothing. What is declared is believed to be there; what is not,
   * upstream is asked for by a HEAD.
   */
  async look(wanted: Wanted, signal: AbortSignal): Promise<Content | undefined> {
    const { url } = wanted;
    const digest = this.#digestOf(wanted);
    const here = digest === undefined ? undefined : await this.#shelf.find(digest);
    if (here) return new StoredContent(here);
    const blobs = digest === undefined ? [] : this.#options.catalogue().byDigest(digest);
    const [first] = blobs;
    if (digest !== undefined && first !== undefined) {
      // What a GET would be refused, a HEAD does not promise.
      if (this.#options.isOffline) planJob({ digest, blobs, url: undefined }, this.#options);
      const isAgreed = blobs.every(({ size }) => size === first.size);
      return new LookedAtContent({ digest, bytes: isAgreed ? first.size : undefined });
    }
    if (url === undefined) return undefined;
    const terms = withTtl(url, wanted);
    const known = digest === undefined ? await this.#findUrl(terms) : undefined;
    if (known?.isFresh) return fromRecord(known);
    const clients = { ...this.#options, ...this.#downloads.network(terms.via) };
    return askForUrl({ ...terms, digest }, clients, signal);
  }

  /** See {@link Shelf.findKnown}. */
  findHit(digest: string): OpenEntry | undefined {
    return this.#shelf.findKnown(digest);
  }

  /** See {@link Shelf.touch}. */
  touch(file: string): void {
    this.#shelf.touch(file);
  }

  /** Begins no further download; those under way go on. */
  drain(): void {
    this.#flows.drain();
  }

  /** Ends every download. */
  async close(): Promise<void> {
    this.drain();
    this.#end.abort(new Error('the server ends'));
    await this.#flows.ended();
    await this.#shelf.close();
  }

  #digestOf({ url, digest }: Wanted): Sha256 | undefined {
    if (digest !== undefined || url === undefined) return digest;
    const declared = new Set(
      this.#options
        .catalogue()
        .byUrl(url)
        .map((blob) => blob.digest),
    );
    // One module must not take from another that the bytes of its URL are compared with anything.
    if (declared.size > 1) {
      throw new BlobsError(
        'BLOBS_BAD_REQUEST',
        `modules declare ${declared.size} digests for this URL: say which one with sha256=`,
      );
    }
    return [...declared][0];
  }

  async #openDigest(digest: Sha256, { url, via }: Wanted, signal: AbortSignal): Promise<Content | undefined> {
    const here = await this.#shelf.find(digest);
    if (here) return new StoredContent(here);
    const catalogue = this.#options.catalogue();
    const blobs = catalogue.byDigest(digest);
    if (blobs.length === 0 && url === undefined) return undefined;
    // A URL that nobody declares for these bytes may be anything: who names none does not wait for it.
    const isForeign = url !== undefined && !catalogue.byUrl(url).some((blob) => blob.digest === digest);
    const key = isForeign ? `${digest} ${url}` : digest;
    this.#wrong.check(key, catalogue);
    const plan: FlowPlan = {
      declared: digest,
      // What a client made up may be downloaded for him, and for no longer than he waits.
      lingers: !isForeign,
      run: async (flow, until) => {
        const job = planJob({ digest, blobs, url: isForeign ? url : undefined }, this.#options);
        try {
          return await this.#downloads.obtain(job, flow, { until, via });
        } catch (error) {
          this.#wrong.note(key, error, catalogue);
          throw error;
        }
      },
    };
    return this.#join(key, plan, signal);
  }

  async #openUrl(wanted: WantedUrl, signal: AbortSignal): Promise<Content> {
    const { url, ttlMs, via } = wanted;
    for (;;) {
      const known = await this.#findUrl(wanted);
      if (known?.isFresh) return fromRecord(known);
      const terms = { nowMs: this.#options.clock.now(), ttlMs };
      const plan: FlowPlan = {
        declared: undefined,
        lingers: false,
        run: async (flow, until) => {
          const sources = planSources(url, undefined, this.#options);
          return this.#downloads.obtainUrl({ url, sources, ttlMs, before: known?.record }, flow, {
            until,
            via,
          });
        },
      };
      try {
        return await this.#join(`url ${url}`, plan, signal, terms);
      } catch (error) {
        if (!(error instanceof NotModified)) throw error;
        const same = await this.#findUrl(wanted);
        if (same) return fromRecord(same);
        // What upstream still has was removed here meanwhile.
      }
    }
  }

  /** What is here of a URL; nothing where its bytes are gone. */
  async #findUrl({ url, ttlMs }: WantedUrl): Promise<KnownUrl | undefined> {
    const record = findUrlRecord(this.#options.store.directory, hashUrl(url));
    const entry = record && (await this.#shelf.find(record.digest));
    if (record === undefined || entry === undefined) return undefined;
    const ageMs = this.#options.clock.now() - record.validatedAtMs;
    // A record from the future says nothing of its age.
    return { record, entry, isFresh: ageMs >= 0 && ageMs < Math.min(record.ttlMs, ttlMs) };
  }

  async #join(key: string, plan: FlowPlan, signal: AbortSignal, terms?: UrlTerms): Promise<Content> {
    const { flow, reader, isNew } = await this.#flows.join(key, plan, signal);
    const origin: ContentOrigin = isNew ? 'miss' : 'join';
    return new FlowContent(flow, reader, { origin, terms });
  }
}

function withTtl(url: string, { ttlMs = DEFAULT_TTL_MS, via }: Wanted): WantedUrl {
  return { url, ttlMs, ...(via === undefined ? {} : { via }) };
}

function fromRecord({ entry, record }: KnownUrl): StoredContent {
  const { validatedAtMs, ttlMs } = record;
  return new StoredContent(entry, { url: { validatedAtMs, ttlMs, ...conditionsOf(record) } });
}
