// SPDX-License-Identifier: Apache-2.0
import { type ForgeParser, takeRef, withSegment } from './url-parts.ts';

const HOSTS = new Set(['huggingface.co', 'hf.co']);

/** URLs of huggingface.co: `/resolve/` gives the file, `/raw/` the file or its Git LFS pointer, the rest are pages. */
export const parseHuggingFaceUrl: ForgeParser = (request) => {
  const { host, segments } = request;
  if (!HOSTS.has(host)) return undefined;
  const start = segments[0] === 'datasets' || segments[0] === 'spaces' ? 1 : 0;
  const repository = segments.slice(start, start + 2).join('/');
  const what = segments[start + 2];
  const ref = takeRef(segments.slice(start + 3));
  const found = { forge: 'Hugging Face', isKnownHost: true, repository, ...ref } as const;
  if (what === 'resolve') return { ...found, kind: 'media' };
  if (what === 'raw') return { ...found, kind: 'raw' };
  if (what !== 'blob') return { ...found, kind: 'web-page' };
  const fileUrl = withSegment(request, { from: 'blob', to: 'resolve', index: start + 2 });
  return { ...found, kind: 'web-page', fileUrl };
};
