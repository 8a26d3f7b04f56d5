// SPDX-License-Identifier: Apache-2.0
import type { SbomReport } from '../app/make-sbom.ts';
import type { TaintRow } from '../core/taint.ts';
import { count } from '../core/text.ts';
import { blobJson, document, type JsonDocument } from './json.ts';

/** The document of `sbom`: the bill of materials stands in it, unless it went into the file `output`. */
export function sbomDocument(report: SbomReport, output: string | undefined): JsonDocument {
  const { rows, format, sbom } = report;
  const blobs = rows.map((row) => ({
    ...blobJson(row),
    taint: row.taint,
    ...(row.bytes === undefined ? {} : { bytes: row.bytes }),
  }));
  return {
    ...document('sbom', report, blobs, summaryOf(rows)),
    format,
    output: output ?? null,
    sbom: output === undefined ? sbom : null,
  };
}

/** What was written, in one line for stderr. */
export function sbomSummaryText({ rows, format }: SbomReport, output: string | undefined): string {
  const { total, fetched, linked } = summaryOf(rows);
  const modules = new Set(rows.map(({ blob }) => blob.moduleDirectory)).size;
  const where = output === undefined ? '' : ` in ${output}`;
  return `${format}: ${count(total, 'blob')} of ${count(modules, 'module')} (${linked} linked, ${fetched} fetched only)${where}\n`;
}

function summaryOf(rows: readonly TaintRow[]) {
  const counted = (state: TaintRow['taint']): number => rows.filter((row) => row.taint === state).length;
  return {
    total: rows.length,
    declared: counted('declared'),
    fetched: counted('fetched'),
    linked: counted('linked'),
  };
}
