// SPDX-License-Identifier: Apache-2.0

import { type Blob, blobLabel, type Module } from '../core/blob.ts';
import { BlobsError } from '../core/errors.ts';
import { NOASSERTION } from '../core/license.ts';
import type { Issue, Report } from '../core/report.ts';
import type { LinkedBlobs, TaintRow } from '../core/taint.ts';
import { contentUuid } from '../sbom/content-uuid.ts';
import { describeModules } from '../sbom/describe.ts';
import type { SbomDocument } from '../sbom/document.ts';
import type { BlobFacts, ModuleFacts, SbomFormat } from '../sbom/facts.ts';
import { BlobStore } from '../store/blob-store.ts';
import { isIncomplete, taintOf } from '../taint/taint-state.ts';
import { type BlobState, findBlobStates } from './blob-state.ts';
import { findLicenses } from './find-licenses.ts';
import { findLinked } from './find-linked.ts';
import { type FoundRevision, findRevision } from './find-revision.ts';
import { type BlobQuery, loadModules } from './load-modules.ts';

export interface SbomOptions extends BlobQuery {
  readonly format: SbomFormat;
  /** Whether blobs count that are not there, or not linked. */
  readonly declared: boolean;
  /** A build of which only the linked blobs count; absolute. */
  readonly buildDirectory?: string;
  /** The local store, which knows where blobs came from; undefined for none. */
  readonly storeDirectory: string | undefined;
  readonly tool: SbomDocument['tool'];
  /** Milliseconds since 1970. With it, the same facts make the same bytes. */
  readonly sourceDateMs?: number;
}

export interface SbomDeps {
  readonly now: () => number;
  /** A new random UUID. */
  readonly makeUuid: () => string;
  readonly signal: AbortSignal;
}

export interface SbomReport extends Report {
  readonly format: SbomFormat;
  /** The blobs that the document is about. */
  readonly rows: readonly TaintRow[];
  /** Whether it is known of every blob if a build links it. */
  readonly knowsLinked: boolean;
  /** The document itself, for JSON. */
  readonly sbom: object;
}

/**
 * The software bill of materials of the selected blobs that are there, or that a build links. Every file is hashed anew. A
 * linked blob that is missing is an error (BLOBS_MISSING), since nobody can tell what went into the build.
 *
 * @throws BlobsError where there are no modules to look at, or no build in the directory; the signal's reason.
 */
export async function makeSbom(options: SbomOptions, deps: SbomDeps): Promise<SbomReport> {
  const { signal } = deps;
  const { modules, blobs, issues: loadIssues } = await loadModules(options, signal);
  const linked = await findLinked(options.buildDirectory, blobs, signal);
  const noBuild = linked?.issues.find(({ code }) => code === 'BLOBS_NOT_A_BUILD');
  // There is nothing to write about then, and what a file holds from before is worth more.
  if (noBuild) {
    const { code, message, facts: found = [], hint } = noBuild;
    throw new BlobsError(code, message, { facts: found, ...(hint === undefined ? {} : { hint }) });
  }
  const knowsLinked = linked !== undefined && !isIncomplete(linked);
  const wanted = options.declared ? blobs : blobs.filter((blob) => linked?.evidence.has(blob) ?? true);
  const states = await findBlobStates(wanted, signal);
  const isThere = ({ row }: BlobState) => row.status !== 'D';
  const counted = options.declared || linked !== undefined ? states : states.filter(isThere);
  const chosen = counted.map(({ row }) => row.blob);
  const licenses = await findLicenses(chosen, signal);
  const store = options.storeDirectory === undefined ? undefined : new BlobStore(options.storeDirectory);
  const facts = new Map(
    counted.map(({ row, sha256 }): [Blob, BlobFacts] => {
      const { blob, status, bytes } = row;
      const source = sha256 && store?.findSource(sha256);
      const license = licenses.licenses.get(blob) ?? { expression: NOASSERTION, source: 'none', refs: [] };
      const { taint, evidence } = taintOf(row, linked);
      return [
        blob,
        {
          blob,
          status,
          taint,
          isLeftOut: knowsLinked && taint !== 'linked',
          license,
          linkedBy: [...new Set(evidence.map(({ kind }) => kind))],
          ...(sha256 === undefined ? {} : { sha256 }),
          ...(bytes === undefined ? {} : { bytes }),
          ...(source === undefined ? {} : { source }),
        },
      ];
    }),
  );
  const { described, issues: gitIssues } = await findModuleFacts(modules, facts, options, signal);
  const issues = [
    ...loadIssues,
    ...(linked?.issues ?? []),
    ...counted.flatMap((state) => judge(state, linked) ?? []),
    ...licenses.issues,
    ...gitIssues,
    ...(blobs.length > 0 && counted.length === 0 ? noteNothing(options, linked) : []),
  ];
  const content = {
    createdMs: options.sourceDateMs ?? deps.now(),
    tool: options.tool,
    isComplete: !issues.some(({ severity }) => severity === 'error'),
    ...describeModules(described),
  };
  const uuid = options.sourceDateMs === undefined ? deps.makeUuid() : contentUuid(content);
  return {
    format: options.format,
    rows: counted.map(({ row }) => taintOf(row, linked)),
    knowsLinked,
    issues,
    sbom: await write(options.format, { uuid, ...content }),
  };
}

/** Each module that has a blob in the document, with what git knows of it. */
async function findModuleFacts(
  modules: readonly Module[],
  facts: ReadonlyMap<Blob, BlobFacts>,
  { search }: SbomOptions,
  signal: AbortSignal,
): Promise<{ readonly described: ModuleFacts[]; readonly issues: Issue[] }> {
  const described: ModuleFacts[] = [];
  const issues: Issue[] = [];
  let isGitThere = true;
  for (const module of modules) {
    const blobs = module.blobs.flatMap((blob) => facts.get(blob) ?? []);
    if (blobs.length === 0) continue;
    const git = { environment: search.gitEnvironment, signal };
    const found: FoundRevision = isGitThere ? await findRevision(module, git) : {};
    if (found.issue) issues.push(found.issue);
    // One message about a git that is not installed is enough.
    isGitThere &&= found.isGitMissing !== true;
    described.push({ module, blobs, ...(found.revision === undefined ? {} : { revision: found.revision }) });
  }
  return { described, issues };
}

async function write(format: SbomFormat, document: SbomDocument): Promise<object> {
  if (format === 'spdx-json') return (await import('../sbom/spdx.ts')).spdxDocument(document);
  return (await import('../sbom/cyclonedx.ts')).cyclonedxDocument(document);
}

function judge({ row, sha256, issue }: BlobState, linked: LinkedBlobs | undefined): Issue | undefined {
  const { blob, status } = row;
  const where = { module: blob.module, path: blob.path } as const;
  if (issue) return issue;
  if (status === 'A') return undefined;
  const hint = `run "blobs fetch ${blob.module}"`;
  if (status === 'D') {
    if (!linked?.evidence.has(blob)) return undefined;
    const message = `linked, but not there any more: ${blobLabel(blob)}`;
    return { severity: 'error', code: 'BLOBS_MISSING', message, hint: `${hint} and build anew`, ...where };
  }
  if (sha256 === undefined) {
    const message = `not a regular file: ${blobLabel(blob)}`;
    return { severity: 'error', code: 'BLOBS_NOT_A_FILE', message, facts: [blob.abspath], ...where };
  }
  return {
    severity: 'warning',
    code: 'BLOBS_HASH_MISMATCH',
    message: `not the declared bytes: ${blobLabel(blob)}`,
    facts: [
      `expected ${blob.digest}  got ${sha256}  in ${blob.abspath}`,
      'the document tells of the file that is there, without the version, URLs and licence of the declared one',
    ],
    hint,
    ...where,
  };
}

/** Why the document is about no blob; a build that could not be read has said so already. */
function noteNothing({ buildDirectory }: SbomOptions, linked: LinkedBlobs | undefined): Issue[] {
  const hint = '--declared tells of the others too';
  if (linked === undefined)
    return [{ severity: 'info', code: 'BLOBS_NOTHING_SELECTED', message: 'no selected blob is there', hint }];
  if (linked.issues.length > 0) return [];
  const message = `the build in ${buildDirectory} links no selected blob`;
  return [{ severity: 'info', code: 'BLOBS_NOTHING_LINKED', message, hint }];
}
