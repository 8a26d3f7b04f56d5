// SPDX-License-Identifier: Apache-2.0
import { type Blob, blobLabel } from '../core/blob.ts';
import type { BlobsError, ErrorCode } from '../core/errors.ts';
import type { Issue } from '../core/report.ts';
import type { FailedSource } from '../fetch/download.ts';
import { LocalFileError } from '../fetch/local-file-error.ts';
import { findProhibition, type Job } from '../fetch/plan.ts';

/** What is to be said of a blob that was fetched: the sources that failed before, and a wrong size. */
export function fetchedWarnings(
  blob: Blob,
  received: { readonly bytes: number },
  failed: readonly FailedSource[],
): Issue[] {
  const where = { severity: 'warning', module: blob.module, path: blob.path } as const;
  const issues: Issue[] = failed.map(({ error }) => ({
    ...where,
    code: error.code,
    message: `${blobLabel(blob)}: ${error.message}; another source had it`,
    ...(error.details.facts ? { facts: error.details.facts } : {}),
  }));
  if (blob.size !== undefined && blob.size !== received.bytes) {
    const message = `the declared size of ${blobLabel(blob)} is ${blob.size}, but it has ${received.bytes} bytes`;
    issues.push({ ...where, code: 'BLOBS_SIZE_MISMATCH', message });
  }
  return issues;
}

/** The issue for right bytes that are more than module.yml declares. */
export function declaredTooSmall(blob: Blob, bytes: number): Issue {
  return {
    severity: 'error',
    code: 'BLOBS_SIZE_MISMATCH',
    message: `cannot fetch ${blobLabel(blob)}: it has ${bytes} bytes, module.yml declares ${blob.size}`,
    module: blob.module,
    path: blob.path,
  };
}

// Wrong bytes weigh most: they decide the exit code whatever else failed.
const DECISIVE: readonly ErrorCode[] = ['BLOBS_HASH_MISMATCH', 'BLOBS_SIZE_MISMATCH'];

/** The issue for a blob that no source had. */
export function failureIssue(blob: Blob, job: Job, failed: readonly FailedSource[]): Issue {
  const wrong = DECISIVE.flatMap((code) => failed.find(({ error }) => error.code === code) ?? [])[0]?.error;
  // What was asked did not have it; what might have was not asked.
  const prohibition = failed.some(({ error }) => error instanceof LocalFileError)
    ? undefined
    : findProhibition(job);
  const decisive = wrong ?? prohibition ?? failed.at(-1)?.error;
  const code = decisive?.code ?? 'BLOBS_URL_UNSUPPORTED';
  const isMismatch = code === 'BLOBS_HASH_MISMATCH';
  const facts = failed.flatMap(({ error }) => factsOf(error));
  return {
    severity: 'error',
    code,
    message: isMismatch ? `checksum mismatch for ${blobLabel(blob)}` : `cannot fetch ${blobLabel(blob)}`,
    facts: prohibition ? [...facts, ...factsOf(prohibition)] : facts,
    hint: isMismatch
      ? `run "blobs fetch ${blob.module}" again; if it repeats, tell the module's maintainer`
      : (decisive?.details.hint ?? HINTS[code] ?? 'try again later, or use --mirror'),
    ...(decisive?.stack === undefined ? {} : { stack: decisive.stack }),
    module: blob.module,
    path: blob.path,
  };
}

function factsOf({ code, message, details: { facts = [] } }: BlobsError): readonly string[] {
  return code === 'BLOBS_HASH_MISMATCH' ? facts : [message, ...facts];
}

const HINTS: Partial<Record<ErrorCode, string>> = {
  BLOBS_TIMEOUT: 'try again, raise --timeout, or use --mirror',
  BLOBS_URL_UNSUPPORTED: "tell the module's maintainer",
  BLOBS_SIZE_MISMATCH: "tell the module's maintainer",
  BLOBS_FILE_ACCESS: 'check permissions and free space',
};
