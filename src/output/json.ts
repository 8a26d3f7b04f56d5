// SPDX-License-Identifier: Apache-2.0
import type { Blob } from '../core/blob.ts';
import type {
  BlobReport,
  BlobRow,
  CacheReport,
  CleanReport,
  ConfigReport,
  FetchReport,
  Issue,
  MirrorReport,
  ModulesReport,
  Report,
  SettingValue,
  UntrackedReport,
  UntrackedRow,
} from '../core/report.ts';
import { redactText, redactUrl } from '../core/url.ts';

const SCHEMA_VERSION = 1;

/** A document that `--json` prints; `schemas/<command>.schema.json` describes it. */
export interface JsonDocument {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  readonly command: string;
  readonly blobs: readonly unknown[];
  readonly issues: readonly unknown[];
  readonly summary: Readonly<Record<string, number | boolean>>;
  readonly [key: string]: unknown;
}

/** What a command's document has beside the usual keys, where there is nothing to say. */
const EMPTY: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  taint: { buildDirectory: null, tainted: null, modules: [] },
  modules: { workspace: null, projects: [], modules: [] },
  cache: { store: null, entries: [] },
  config: { settings: [] },
  update: { files: [] },
  mirror: { directory: null },
  diff: { before: null, after: null, modules: [] },
  sbom: { format: null, output: null, sbom: null },
  add: { added: null, pinned: [], dryRun: false },
  licenses: { licenses: [], texts: [] },
  serve: { url: null, store: null, registry: null },
};

/** The document of a run that ended before there was a report. */
export function failureDocument(command: string, issues: readonly Issue[]): JsonDocument {
  return { ...document(command, { issues }, [], { total: 0 }), ...EMPTY[command] };
}

/** The document of `list`, and what that of `verify` begins with. */
export function blobDocument(command: 'list' | 'verify', report: BlobReport): JsonDocument {
  return document(command, report, report.rows.map(blobJson), statusSummary(report.rows));
}

export function fetchDocument(report: FetchReport): JsonDocument {
  const blobs = report.rows.map((row) => ({
    ...blobJson(row),
    result: row.result,
    ...(row.source === undefined ? {} : { source: row.source }),
    ...(row.sources === undefined ? {} : { sources: row.sources }),
    ...(row.bytes === undefined ? {} : { bytes: row.bytes }),
  }));
  const summary: Record<string, number> = { total: report.rows.length };
  for (const result of ['up-to-date', 'store', 'cache', 'mirror', 'url', 'skipped', 'failed'] as const) {
    summary[result] = report.rows.filter((row) => row.result === result).length;
  }
  return { ...document('fetch', report, blobs, summary), dryRun: report.dryRun };
}

export function cleanDocument(report: CleanReport): JsonDocument {
  const blobs = report.rows.map((row) => ({ ...blobJson(row), removed: row.removed, bytes: row.freedBytes }));
  const summary = {
    total: report.rows.length,
    removed: report.rows.filter((row) => row.removed).length,
    bytes: report.rows.reduce((sum, row) => sum + row.freedBytes, 0),
  };
  return { ...document('clean', report, blobs, summary), dryRun: report.dryRun };
}

/** The document of `list --untracked` and `clean --untracked`. */
export function untrackedDocument(command: 'list' | 'clean', report: UntrackedReport): JsonDocument {
  const { rows, dryRun } = report;
  const removed = rows.filter((row) => row.removed);
  const sum = (some: readonly UntrackedRow[]): number => some.reduce((bytes, row) => bytes + row.bytes, 0);
  const summary =
    command === 'list'
      ? { total: rows.length, bytes: sum(rows) }
      : { total: rows.length, removed: removed.length, bytes: sum(removed) };
  return {
    ...document(command, report, [], summary),
    ...(command === 'clean' ? { dryRun } : {}),
    untracked: rows.map(({ module, path, abspath, bytes, removed: isRemoved }) => {
      return { module, path, abspath, bytes, ...(isRemoved === undefined ? {} : { removed: isRemoved }) };
    }),
  };
}

export function modulesDocument(report: ModulesReport, all: boolean): JsonDocument {
  const { workspace } = report;
  const moduleOf = new Map(report.modules.map((module) => [module.project, module.name]));
  const projects = workspace?.projects.filter((project) => all || (project.active && project.cloned)) ?? [];
  return {
    ...document('modules', report, [], { total: report.rows.length }),
    workspace:
      workspace === undefined ? null : { topdir: workspace.topdir, manifestPath: workspace.manifestPath },
    projects: projects.map(({ name, path, abspath, active, cloned }) => {
      return { name, path, abspath, active, cloned, module: moduleOf.get(name) ?? null };
    }),
    modules: report.rows.map(({ module, present, bytes }) => ({
      name: module.name,
      directory: module.directory,
      project: module.project ?? null,
      depends: module.depends,
      blobs: module.blobs.length,
      present,
      bytes,
    })),
  };
}

/** The document of `cache`. */
export function cacheDocument(report: CacheReport): JsonDocument {
  const { directory, rows, unfinishedBytes, dryRun } = report;
  const bytes = rows.reduce((sum, { entry }) => sum + entry.bytes, 0);
  const removed = rows.filter((row) => row.removed);
  const unfinished = unfinishedBytes.length;
  const freed = [...removed.map(({ entry }) => entry.bytes), ...unfinishedBytes].reduce(
    (sum, n) => sum + n,
    0,
  );
  return {
    ...document('cache', report, [], {
      total: rows.length,
      bytes,
      removed: removed.length,
      unfinished,
      freed,
    }),
    store: directory ?? null,
    dryRun,
    entries: rows.map(({ entry, source, good, removed: isRemoved }) => ({
      sha256: entry.digest,
      file: entry.file,
      bytes: entry.bytes,
      used: new Date(entry.usedMs).toISOString(),
      ...(source === undefined ? {} : { source: source.url, fetched: source.time }),
      ...(good === undefined ? {} : { good }),
      ...(isRemoved === undefined ? {} : { removed: isRemoved }),
    })),
  };
}

/** The document of `config`. */
export function configDocument(report: ConfigReport): JsonDocument {
  const { rows } = report;
  const shown = (value: SettingValue): SettingValue => {
    if (typeof value === 'string') return redactText(value);
    return typeof value === 'object' && value !== null ? value.map(redactText) : value;
  };
  return {
    ...document('config', report, [], { total: rows.length }),
    settings: rows.map((row) => ({ ...row, value: shown(row.value) })),
  };
}

/** The document of `mirror`. */
export function mirrorDocument(report: MirrorReport): JsonDocument {
  const { rows, directory = null, registry, dryRun } = report;
  const blobs = rows.map((row) => ({
    ...blobJson(row),
    result: row.result,
    ...(row.source === undefined ? {} : { source: row.source }),
    ...(row.mirroredBytes === undefined ? {} : { bytes: row.mirroredBytes }),
  }));
  const summary: Record<string, number> = { total: rows.length };
  for (const result of ['pushed', 'present', 'skipped', 'failed'] as const) {
    summary[result] = rows.filter((row) => row.result === result).length;
  }
  return {
    ...document('mirror', report, blobs, summary),
    directory,
    ...(registry === undefined ? {} : { registry }),
    dryRun,
  };
}

/** The document that `serve` begins with. */
export function serveDocument(server: {
  readonly url: string;
  readonly store: string;
  /** The one behind the store. */
  readonly registry: string | undefined;
  /** Blobs that the modules declare. */
  readonly declared: number;
  /** What was wrong with modules when they were read. */
  readonly issues: readonly Issue[];
}): JsonDocument {
  const { url, store, registry = null, declared, issues } = server;
  return { ...document('serve', { issues }, [], { total: declared }), url, store, registry };
}

/** A document with the usual keys. */
export function document(
  command: string,
  { issues }: Report,
  blobs: readonly unknown[],
  summary: JsonDocument['summary'],
): JsonDocument {
  return { schemaVersion: SCHEMA_VERSION, command, blobs, issues: issues.map(issueJson), summary };
}

function issueJson({ sourceLine: _line, stack: _stack, isUnwritten, column, ...issue }: Issue): unknown {
  const position = isUnwritten || column === undefined ? {} : { column };
  return { ...issue, ...position, message: redactText(issue.message) };
}

function statusSummary(rows: readonly BlobRow[]): Record<string, number> {
  const count = (status: string): number => rows.filter((row) => row.status === status).length;
  return { total: rows.length, A: count('A'), M: count('M'), D: count('D') };
}

/** A blob with module.yml's own names for its keys. */
export function blobJson({ blob, status }: BlobRow): Record<string, unknown> {
  return {
    module: blob.module,
    status,
    path: blob.path,
    abspath: blob.abspath,
    sha256: blob.sha256,
    type: blob.type,
    version: blob.version,
    'license-path': blob.licensePath,
    'license-abspath': blob.licenseAbspath,
    url: blob.urls.map(redactUrl),
    description: blob.description,
    ...optionalKeys(blob),
  };
}

/** The keys that an entry need not have. */
export function optionalKeys(blob: Blob): Record<string, unknown> {
  const { docUrl, clickThrough, fetcher, size, license } = blob;
  return {
    ...(docUrl === undefined ? {} : { 'doc-url': redactUrl(docUrl) }),
    ...(clickThrough === undefined ? {} : { 'click-through': clickThrough }),
    ...(fetcher === undefined ? {} : { fetcher }),
    ...(size === undefined ? {} : { size }),
    ...(license === undefined ? {} : { license }),
  };
}
