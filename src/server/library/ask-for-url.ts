// SPDX-License-Identifier: Apache-2.0
import type { Clock } from '../../core/deps.ts';
import { followSignal } from '../../core/follow-signal.ts';
import type { Sha256 } from '../../core/sha256.ts';
import { httpExchange } from '../../fetch/http.ts';
import { clientsFor, type SourceClients } from '../../fetch/open-source.ts';
import { LookedAtContent, urlFacts } from './flow-content.ts';
import { type PlaceOptions, planSources } from './plan-download.ts';

export interface AskedUrl {
  readonly url: string;
  /** What its bytes must have, as far as who asks knows. */
  readonly digest: Sha256 | undefined;
  readonly ttlMs: number;
}

/**
 * What upstream says of a URL to a HEAD, until `signal` or that of the clients ends it. That its bytes have the digest is not known before they came.
 *
 * @throws BlobsError as `httpExchange` and {@link planSources} throw it
 */
export async function askForUrl(
  { url, digest, ttlMs }: AskedUrl,
  clients: SourceClients & PlaceOptions & { readonly clock: Pick<Clock, 'now'> },
  signal: AbortSignal,
): Promise<LookedAtContent> {
  const source = planSources(url, digest, clients).find((one) => /^https?:/.test(one.url));
  // Files and registries are not looked into before they are to give the bytes.
  if (source === undefined) return new LookedAtContent({});
  const either = new AbortController();
  const ends = [signal, clients.signal].map((one) => followSignal(one, either));
  const { body } = await httpExchange(
    source.url,
    { ...clientsFor(source, clients), signal: either.signal },
    { look: 'head' },
  ).finally(() => {
    for (const end of ends) end();
  });
  body.stream.on('error', () => undefined).destroy();
  return new LookedAtContent({
    bytes: body.length,
    ...(digest === undefined ? { url: urlFacts(body, { nowMs: clients.clock.now(), ttlMs }) } : {}),
  });
}
