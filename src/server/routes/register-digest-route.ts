// SPDX-License-Identifier: Apache-2.0
import type { FastifyInstance } from 'fastify';
import { BlobsError } from '../../core/errors.ts';
import { findSha256, type Sha256 } from '../../core/sha256.ts';
import { findFileName } from '../file-name.ts';
import type { Catalogue } from '../library/catalogue.ts';
import { answerContent, type ContentRouteOptions } from './content-route.ts';

export const DIGEST_PATH = '/sha256/';
export const DIGEST_ROUTE = `${DIGEST_PATH}:digest`;

/** `GET|HEAD /sha256/DIGEST`: bytes by their digest. */
export function registerDigestRoute(
  app: FastifyInstance,
  options: ContentRouteOptions & { readonly catalogue: () => Catalogue },
): void {
  app.get(DIGEST_ROUTE, async (request, reply) => {
    const digest = findSha256((request.params as { digest: string }).digest);
    if (digest === undefined) throw new BlobsError('BLOBS_MISSING', 'this is no SHA-256');
    const fileName = (): string | undefined => declaredFileName(options.catalogue(), digest);
    return answerContent(request, reply, { ...options, asked: { digest, fileName } });
  });
}

/** The name of the first blob that is declared with a digest. */
export function declaredFileName(catalogue: Catalogue, digest: Sha256): string | undefined {
  const [blob] = catalogue.byDigest(digest);
  return blob && findFileName(blob.path.slice(blob.path.lastIndexOf('/') + 1));
}
