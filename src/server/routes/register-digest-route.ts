// SPDX-License-Identifier: Apache-2.0
import type { FastifyInstance } from 'fastify';
import { BlobsError } from '../../core/errors.ts';
import { findSha256 } from '../../core/sha256.ts';
import type { Catalogue } from '../catalogue.ts';
import { findFileName } from '../file-name.ts';
import { answerContent, type ContentRouteOptions } from './content-route.ts';

/** `GET|HEAD /sha256/DIGEST`: bytes by their digest. */
export function registerDigestRoute(
  app: FastifyInstance,
  options: ContentRouteOptions & { readonly catalogue: () => Catalogue },
): void {
  app.get('/sha256/:digest', async (request, reply) => {
    const digest = findSha256((request.params as { digest: string }).digest);
    if (digest === undefined) throw new BlobsError('BLOBS_MISSING', 'this is no SHA-256');
    const fileName = (): string | undefined => {
      const [blob] = options.catalogue().byDigest(digest);
      return blob && findFileName(blob.path.slice(blob.path.lastIndexOf('/') + 1));
    };
    return answerContent(request, reply, { ...options, asked: { digest, fileName } });
  });
}
