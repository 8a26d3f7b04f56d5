// SPDX-License-Identifier: Apache-2.0
import type { BlobReport, Issue } from '../core/report.ts';
import { lintModule, readingFindings } from '../lint/engine.ts';
import { toLintModule } from '../lint/lint-module.ts';
import type { LintSettings } from '../lint/severities.ts';
import type { LintTools } from '../lint/tools.ts';
import type { UrlProbe } from '../lint/url-probe.ts';
import { emptyModule } from '../module/empty-module.ts';
import { readModule } from '../module/read-module.ts';
import { LintFiles } from './lint-files.ts';
import { type BlobQuery, loadModules } from './load-modules.ts';
import { isSelected, namesModule } from './selection.ts';

/**
 * Findings about the selected blobs and the module.yml files that declare them. Changes nothing, and asks the network only by
 * `probe`.
 *
 * @throws BlobsError where there is nothing to lint; the signal's reason.
 */
export async function lintModules(
  query: BlobQuery,
  settings: LintSettings,
  signal: AbortSignal,
  probe?: UrlProbe,
): Promise<BlobReport> {
  const { selection, search } = query;
  const files = new LintFiles(signal);
  const tools: LintTools = {
    signal,
    environment: search.gitEnvironment,
    findFile: files.findFile,
    inspect: files.inspect,
    ...(probe === undefined ? {} : { probe }),
  };
  const { blobs, issues } = await loadModules(query, signal, async (place, file) => {
    if (file === undefined) return { module: emptyModule(place), issues: [] };
    signal.throwIfAborted();
    const { observations: _, document, ...read } = readModule(place, file);
    if (document === undefined || !namesModule(selection, read.module.name)) return read;
    const module = toLintModule(read.module, document, (blob) => isSelected(selection, blob));
    const findings = await lintModule(module, read.issues, tools, settings);
    return { ...read, issues: findings.map(({ issue }) => issue) };
  });
  return { rows: await files.rowsOf(blobs), issues: unfold(issues, settings) };
}

/** What is wrong with files that are no YAML, and between modules, as findings too. */
function unfold(issues: readonly Issue[], settings: LintSettings): Issue[] {
  return issues.flatMap((issue) => (issue.rule === undefined ? readingFindings([issue], settings) : [issue]));
}
