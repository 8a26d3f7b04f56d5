// SPDX-License-Identifier: Apache-2.0
import type { SbomReport } from '../app/make-sbom.ts';
import { isFetched, isLinked } from '../core/taint.ts';
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
    ...document('sbom', report, blobs, summaryOf(report)),
    format,
    output: output ?? null,
    sbom: output === undefined ? sbom : null,
  };
}

/** What was written, in one line for stderr. */
export function sbomSummaryText(report: SbomReport, output: string | undefined): string {
  const { rows, format } = report;
  const { total, fetched, linked } = summaryOf(report);
  const modules = new Set(rows.map(({ blob }) => blob.moduleDirectory)).size;
  const states = linked === undefined ? `${fetched} fetched` : `${fetched} fetched, ${linked} linked`;
  const where = output === undefined ? '' : ` in ${output}`;
  return `${format}: ${count(total, 'blob')} of ${count(modules, 'module')} (${states})${where}\n`;
}

/** Counts as those of `taint`; without `linked` where that is not known of all. */
function summaryOf({ rows, knowsLinked }: SbomReport) {
  return {
    total: rows.length,
    fetched: rows.filter(isFetched).length,
    ...(knowsLinked ? { linked: rows.filter(isLinked).length } : {}),
  };
}
