// SPDX-License-Identifier: Apache-2.0
import type { KeyUpdate, UpdateReport } from '../app/update-options.ts';
import { redactUrl } from '../core/url.ts';
import { blobJson, document, type JsonDocument } from './json.ts';

/** The document of `update`. */
export function updateDocument(report: UpdateReport): JsonDocument {
  const { rows, files, dryRun } = report;
  const blobs = rows.map((row) => ({
    ...blobJson(row),
    result: row.result,
    ...(row.result === 'failed' ? {} : { changes: row.changes.map(changeJson), sources: row.sources }),
  }));
  const number = (result: string): number => rows.filter((row) => row.result === result).length;
  const summary = {
    total: rows.length,
    updated: number('updated'),
    unchanged: number('unchanged'),
    failed: number('failed'),
  };
  return {
    ...document('update', report, blobs, summary),
    dryRun,
    files: files.map(({ file, module, blobs: changed }) => ({ file, module, blobs: changed })),
  };
}

function changeJson({ key, before, after }: KeyUpdate): unknown {
  const shown = (value: string | number): string | number =>
    key === 'url' && typeof value === 'string' ? redactUrl(value) : value;
  return { key, ...(before === undefined ? {} : { before: shown(before) }), after: shown(after) };
}
