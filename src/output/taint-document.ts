// SPDX-License-Identifier: Apache-2.0
import type { ModuleTaint, TaintReport } from '../core/taint.ts';
import { blobJson, document, type JsonDocument } from './json.ts';
import { countTaint } from './taint-groups.ts';
import { furthestState } from './taint-text.ts';

/** The document of `taint`. */
export function taintDocument(report: TaintReport): JsonDocument {
  const { modules, buildDirectory, isTainted } = report;
  const isLinkKnown = buildDirectory !== undefined && isTainted !== undefined;
  const rows = modules.flatMap((module) => module.rows);
  const blobs = rows.map((row) => ({
    ...blobJson(row),
    taint: row.taint,
    ...(row.evidence.length === 0
      ? {}
      : { evidence: row.evidence.map(({ kind, file }) => ({ kind, file })) }),
  }));
  const { fetched, stale, linked } = countTaint(rows);
  return {
    ...document('taint', report, blobs, {
      total: rows.length,
      fetched,
      stale,
      ...(isLinkKnown ? { linked } : {}),
    }),
    buildDirectory: buildDirectory ?? null,
    tainted: isTainted ?? null,
    modules: modules.map((module) => moduleJson(module, buildDirectory !== undefined)),
  };
}

function moduleJson({ module, kconfigName, rows, isTainted }: ModuleTaint, asked: boolean): unknown {
  const { declared, fetched, stale, linked } = countTaint(rows);
  const hasBlobs = module.blobs.length > 0;
  return {
    name: module.name,
    directory: module.directory,
    tainted: isTainted ?? null,
    ...(declared === 0 ? {} : { taint: furthestState({ fetched, linked }) }),
    declared,
    fetched,
    stale,
    ...(asked && isTainted !== undefined ? { linked } : {}),
    kconfig: {
      module: `ZEPHYR_${kconfigName}_MODULE`,
      ...(hasBlobs
        ? { blobs: `ZEPHYR_${kconfigName}_MODULE_BLOBS`, taint: `TAINT_BLOBS_${kconfigName}` }
        : {}),
    },
  };
}
