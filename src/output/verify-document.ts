// SPDX-License-Identifier: Apache-2.0
import type { VerifyReport } from '../app/verify-blobs.ts';
import { blobDocument, blobJson, type JsonDocument } from './json.ts';

/** The document of `verify`; with a build, each blob says what names it there. */
export function verifyDocument(report: VerifyReport): JsonDocument {
  const { rows, evidence } = report;
  const document = blobDocument('verify', report);
  if (evidence === undefined) return document;
  const blobs = rows.map((row) => ({ ...blobJson(row), linked: evidence.get(row.blob) ?? [] }));
  return { ...document, blobs };
}
