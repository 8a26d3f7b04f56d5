// SPDX-License-Identifier: Apache-2.0
import type { ErrorCode } from '../core/errors.ts';
import type { Issue } from '../core/report.ts';

/** How the program can end. */
export const EXIT_MEANINGS = {
  0: 'done',
  1: 'something could not be done: a download failed, a blob is missing, lint found errors',
  2: 'usage: bad option, argument, regex, format or configuration; unknown module; no workspace',
  65: 'bad data: a checksum does not match; a malformed module.yml or manifest',
  77: 'a licence was not accepted',
  130: 'interrupted (SIGINT)',
  143: 'terminated (SIGTERM)',
} as const;

/** A status that the program exits with. */
export type ExitCode = keyof typeof EXIT_MEANINGS;

/** The exit code that an error of each kind asks for. The only such table. */
const EXIT_CODES: Record<ErrorCode, ExitCode> = {
  BLOBS_USAGE: 2,
  BLOBS_BAD_REGEX: 2,
  BLOBS_BAD_FORMAT: 2,
  BLOBS_UNKNOWN_MODULE: 2,
  BLOBS_NO_MODULES: 2,
  BLOBS_NOT_A_MODULE: 2,
  BLOBS_UNKNOWN_REVISION: 2,
  BLOBS_BAD_CONFIG: 2,
  BLOBS_MALFORMED_YAML: 65,
  BLOBS_MALFORMED_MODULE: 65,
  BLOBS_UNSAFE_PATH: 65,
  BLOBS_CANNOT_EDIT: 1,
  BLOBS_DUPLICATE_PATH: 65,
  BLOBS_MALFORMED_MANIFEST: 65,
  BLOBS_IMPORT_FAILED: 65,
  BLOBS_UNMET_DEPENDENCY: 65,
  BLOBS_HASH_MISMATCH: 65,
  BLOBS_SIZE_MISMATCH: 65,
  BLOBS_LICENSE_NOT_ACCEPTED: 77,
  BLOBS_LICENSE_MISSING: 77,
  BLOBS_LICENSE_NOT_ALLOWED: 1,
  BLOBS_LICENSE_NOT_REMEMBERED: 1,
  BLOBS_MISSING: 1,
  BLOBS_HTTP_STATUS: 1,
  BLOBS_NETWORK: 1,
  BLOBS_TIMEOUT: 1,
  BLOBS_REDIRECT: 1,
  BLOBS_TOO_LARGE: 1,
  BLOBS_URL_UNSUPPORTED: 1,
  BLOBS_URL_NOT_ALLOWED: 1,
  BLOBS_ADDRESS_NOT_ALLOWED: 1,
  BLOBS_BAD_REQUEST: 1,
  BLOBS_CLIENT_NOT_ALLOWED: 1,
  BLOBS_LOOP: 1,
  BLOBS_BUSY: 1,
  BLOBS_FETCHER_UNSUPPORTED: 1,
  BLOBS_LFS_SIZE: 1,
  BLOBS_LFS_ANSWER: 1,
  BLOBS_LFS_OBJECT: 1,
  BLOBS_LFS_DIGEST: 1,
  BLOBS_OCI_ANSWER: 1,
  BLOBS_NOT_A_BLOB: 1,
  BLOBS_URLS_DIFFER: 65,
  BLOBS_NOT_A_FILE: 1,
  BLOBS_FILE_ACCESS: 1,
  BLOBS_NO_SPACE: 1,
  BLOBS_GIT_FAILED: 1,
  BLOBS_REVISION_NOT_FETCHED: 1,
  BLOBS_OFFLINE: 1,
  BLOBS_BLOCKED: 1,
  BLOBS_BAD_MIRROR: 65,
  BLOBS_CANNOT_PIN: 1,
  BLOBS_NOT_A_BUILD: 1,
  BLOBS_BUILD_UNREADABLE: 1,
  BLOBS_STOPPED: 1,
  BLOBS_INTERRUPTED: 130,
  BLOBS_INTERNAL: 1,
  BLOBS_NULL_BLOBS: 0,
  BLOBS_YAML11_BOOLEAN: 0,
  BLOBS_DUPLICATE_MODULE: 0,
  BLOBS_BAD_LICENSE_EXPRESSION: 1,
  BLOBS_LINT: 1,
  BLOBS_DEPRECATED_MANIFEST: 0,
  BLOBS_NOT_CLONED: 0,
  BLOBS_STORE_UNUSABLE: 1,
  BLOBS_UNUSED_MIRROR: 0,
  BLOBS_LEFT_OUT: 0,
  BLOBS_NOTHING_LINKED: 0,
  BLOBS_TAINTED: 1,
  BLOBS_KCONFIG_NAME: 0,
  BLOBS_NOTHING_SELECTED: 0,
};

// Where several apply.
const PRECEDENCE: readonly ExitCode[] = [130, 2, 65, 77, 1];

/** The exit code for everything that a run reported: only errors count. */
export function exitCodeFor(issues: readonly Issue[]): ExitCode {
  const errors = issues.filter((issue) => issue.severity === 'error');
  // What is usually no error can be made one.
  const codes = new Set<ExitCode>(errors.map(({ code }) => EXIT_CODES[code] || 1));
  return PRECEDENCE.find((code) => codes.has(code)) ?? 0;
}
