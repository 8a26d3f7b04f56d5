// SPDX-License-Identifier: Apache-2.0
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { redactUrl } from '../../core/url.ts';
import type { UpstreamPolicy } from '../../fetch/upstream-policy.ts';
import { parseFetchQuery } from '../fetch-query.ts';
import { fileNameOfUrl, findFileName } from '../file-name.ts';
import type { Catalogue } from '../library/catalogue.ts';
import { workOf } from '../work.ts';
import { answerContent, type ContentRequest, type ContentRouteOptions } from './content-route.ts';

export interface FetchRouteOptions extends ContentRouteOptions {
  readonly catalogue: () => Catalogue;
  readonly policy: Pick<UpstreamPolicy, 'admitRequest'>;
}

const PATHS = ['/api/v1/fetch', '/api/v1/fetch/', '/api/v1/fetch/:name'];

/** `GET|HEAD /api/v1/fetch`: the bytes of a URL, for clients of KissCache. */
export function registerFetchRoutes(app: FastifyInstance, options: FetchRouteOptions): void {
  for (const path of PATHS) {
    app.get(path, (request, reply) =>
      answerContent(request, reply, { ...options, asked: parse(request, options) }),
    );
  }
}

/** @throws BlobsError `BLOBS_BAD_REQUEST`; what the policy throws */
function parse(request: FastifyRequest, { catalogue, policy }: FetchRouteOptions): ContentRequest {
  const target = request.raw.url ?? '';
  const question = target.indexOf('?');
  const { url: text, ...rest } = parseFetchQuery(question === -1 ? '' : target.slice(question + 1));
  const url = policy.admitRequest(text);
  const work = workOf(request.raw);
  work.href = url.href;
  work.url = redactUrl(url.href);
  const { name = '' } = request.params as { name?: string };
  const fileName = (): string | undefined => {
    const [blob] = catalogue().byUrl(url.href);
    return findFileName(name) ?? fileNameOfUrl(url) ?? (blob && findFileName(blob.path));
  };
  return { url: url.href, ...rest, fileName };
}
