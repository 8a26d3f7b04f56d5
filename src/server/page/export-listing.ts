// SPDX-License-Identifier: Apache-2.0
import type { Listing } from './listing.ts';
import { type PageQuery, pageUrl } from './page-query.ts';
import { selectRows } from './select-rows.ts';

/** A page of the export, in tuxpub's words. */
export interface Export {
  readonly files: readonly {
    /** Relative to this server. */
    readonly Url: string;
    /** In bytes. */
    readonly Size: number;
    /** ISO 8601, UTC. */
    readonly LastModified: string;
    /** As in the answers' header, quotes included. */
    readonly ETag: string;
  }[];
  /** A list for each module, all on the first page. */
  readonly folders: readonly { readonly Url: string }[];
  /** What to give as `continuation` for the next page, and its whole URL; absent from the last page. */
  readonly continuation?: string;
  readonly next?: string;
}

const MAX_FILES = 1000;

/**
 * What the store holds of what `query` asks for, by digest, at most a thousand files. Whoever follows `next` until there is
 * none has seen every file that was there all the time, once.
 *
 * @throws BlobsError `BLOBS_BAD_REQUEST` for a bad continuation
 */
export function exportListing(listing: Listing, query: PageQuery): Export {
  const { q, module, continuation } = query;
  const page = selectRows(listing, {
    ...{ q, module, continuation, key: 'digest', order: 'asc' },
    ...{ maxRows: MAX_FILES, isStoredOnly: true },
  });
  const isWhole = q === '' && module === '' && continuation === '';
  const stored = new Set(listing.rows.flatMap((row) => (row.isStored ? row.modules : [])));
  const plain = { ...query, sort: 'name', order: 'asc', continuation: '' } as const;
  return {
    files: page.rows.map(({ digest, sizeBytes = 0, fetchedMs, modifiedMs }) => ({
      Url: `/sha256/${digest}`,
      Size: sizeBytes,
      LastModified: new Date(fetchedMs ?? modifiedMs ?? 0).toISOString(),
      ETag: `"${digest}"`,
    })),
    folders: isWhole ? [...stored].sort().map((name) => ({ Url: pageUrl(plain, { module: name }) })) : [],
    ...(page.continuation !== undefined && {
      continuation: page.continuation,
      next: pageUrl(plain, { export: 'json', continuation: page.continuation }),
    }),
  };
}
