// SPDX-License-Identifier: Apache-2.0
import type { BlobsError } from '../core/errors.ts';
import type { ModulePlace } from '../core/modules.ts';
import type { BlobReport, Issue } from '../core/report.ts';
import { type LintFinding, lintModule, readingFindings } from '../lint/engine.ts';
import { type LintModule, toLintModule } from '../lint/lint-module.ts';
import type { LintSettings } from '../lint/severities.ts';
import type { LintTools } from '../lint/tools.ts';
import type { UrlProbe } from '../lint/url-probe.ts';
import { emptyModule, type ReadModule } from '../module/empty-module.ts';
import { readModule } from '../module/read-module.ts';
import { LintFiles } from './lint-files.ts';
import { type BlobQuery, loadModules } from './load-modules.ts';
import { isSelected, namesModule } from './selection.ts';

// What one fix makes possible is mended in the next round; more rounds than this, and rules would contradict each other.
const MAX_ROUNDS = 5;

/** How many findings were mended in a file. */
export interface FixedFile {
  /** Absolute. */
  readonly file: string;
  readonly module: string;
  readonly findings: number;
}

export interface LintReport extends BlobReport {
  /** The files that were changed; absent unless that was asked for. */
  readonly fixed?: readonly FixedFile[];
}

export interface LintOptions extends LintSettings {
  /** Whether what can be mended safely is mended, and what is left reported. */
  readonly fix?: boolean;
}

/**
 * Findings about the selected blobs and the module.yml files that declare them. Changes nothing unless asked to mend, and
 * asks the network only by `probe`.
 *
 * @throws BlobsError where there is nothing to lint; the signal's reason.
 */
export async function lintModules(
  query: BlobQuery,
  options: LintOptions,
  signal: AbortSignal,
  probe?: UrlProbe,
): Promise<LintReport> {
  const mended: Mended = { fixed: [], failures: [] };
  const files = new LintFiles(signal);
  const tools: LintTools = {
    signal,
    environment: query.search.gitEnvironment,
    findFile: files.findFile,
    inspect: files.inspect,
    ...(probe === undefined ? {} : { probe }),
  };
  const { blobs, issues } = await loadModules(query, signal, async (place, file) => {
    if (file === undefined) return { module: emptyModule(place), issues: [] };
    const { read, findings } = await mendOne(place, file, { query, options, tools }, mended);
    return { ...read, issues: findings };
  });
  return {
    rows: await files.rowsOf(blobs),
    // Nothing is wrong with a file that cannot be written: that is no finding.
    issues: [...unfold(issues, options), ...mended.failures],
    ...(options.fix ? { fixed: mended.fixed } : {}),
  };
}

interface Context {
  readonly query: BlobQuery;
  readonly options: LintOptions;
  readonly tools: LintTools;
}

/** What came of mending, over all modules. */
interface Mended {
  readonly fixed: FixedFile[];
  /** Why files could not be changed. */
  readonly failures: Issue[];
}

interface Linted {
  readonly read: ReadModule;
  /** Absent where the file is no YAML, or not asked about. */
  readonly module?: LintModule;
  readonly findings: readonly LintFinding[];
}

async function lintOne(
  place: ModulePlace,
  file: string,
  { query, options, tools }: Context,
): Promise<Linted> {
  const { selection } = query;
  tools.signal.throwIfAborted();
  const { observations: _, document, ...read } = readModule(place, file);
  if (document === undefined || !namesModule(selection, read.module.name))
    return { read, findings: read.issues.map((issue) => ({ issue })) };
  const module = toLintModule(read.module, document, (blob) => isSelected(selection, blob));
  return { read, module, findings: await lintModule(module, read.issues, tools, options) };
}

/** Lints a module, and where that is asked for mends it until nothing is left that can be; tells `mended` of that. */
async function mendOne(
  place: ModulePlace,
  file: string,
  context: Context,
  mended: Mended,
): Promise<{ readonly read: ReadModule; readonly findings: readonly Issue[] }> {
  let linted = await lintOne(place, file, context);
  const issuesOf = (): Issue[] => linted.findings.map(({ issue }) => issue);
  if (!context.options.fix || linted.module === undefined) return { read: linted.read, findings: issuesOf() };
  const [{ fixModule }, { editIssue }] = await Promise.all([
    import('./fix-module.ts'),
    import('./edit-module-file.ts'),
  ]);
  let findings = 0;
  let left: Issue[] = [];
  for (let round = 1; linted.module !== undefined; round++) {
    left = issuesOf();
    if (round > MAX_ROUNDS) break;
    try {
      const { signal } = context.tools;
      const { fixed, refused } = await fixModule(linted.module, linted.findings, signal);
      left = linted.findings.map((finding) => withReason(finding.issue, refused.get(finding)));
      if (fixed === 0) break;
      findings += fixed;
    } catch (error) {
      context.tools.signal.throwIfAborted();
      mended.failures.push({ ...editIssue(file, error), module: linted.read.module.name });
      break;
    }
    linted = await lintOne(place, file, context);
  }
  if (findings > 0) mended.fixed.push({ file, module: linted.read.module.name, findings });
  return { read: linted.read, findings: linted.module === undefined ? issuesOf() : left };
}

function withReason(issue: Issue, error: BlobsError | undefined): Issue {
  if (error === undefined) return issue;
  return { ...issue, facts: [...(issue.facts ?? []), `--fix does not mend it: ${error.message}`] };
}

/** What is wrong with files that are no YAML, and between modules, as findings too. */
function unfold(issues: readonly Issue[], settings: LintSettings): Issue[] {
  return issues.flatMap((issue) => (issue.rule === undefined ? readingFindings([issue], settings) : [issue]));
}
