// SPDX-License-Identifier: Apache-2.0
import type { AddReport } from '../core/report.ts';
import { redactLines, redactUrl } from '../core/url.ts';
import { blobJson, document, type JsonDocument } from './json.ts';

/** The document of `add`. */
export function addDocument(report: AddReport): JsonDocument {
  const { rows, pinned, added, dryRun } = report;
  const blobs = rows.map((row) => ({
    ...blobJson(row),
    ...(row.bytes === undefined ? {} : { bytes: row.bytes }),
  }));
  return {
    ...document('add', report, blobs, { total: rows.length }),
    added: added === undefined ? null : { ...added, text: redactLines(added.text) },
    pinned: pinned.map(({ from, to, ref }) => ({ from: redactUrl(from), to: redactUrl(to), ref })),
    dryRun,
  };
}
