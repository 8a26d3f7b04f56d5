// SPDX-License-Identifier: Apache-2.0
import type { ErrorCode } from '../core/errors.ts';

/** The rules that reading modules applies anyway, by the code of what it reports. */
export const READING_RULES: Partial<Record<ErrorCode, string>> = {
  BLOBS_MALFORMED_YAML: 'yaml-syntax',
  BLOBS_FILE_ACCESS: 'unreadable-file',
  BLOBS_MALFORMED_MODULE: 'schema',
  BLOBS_UNSAFE_PATH: 'unsafe-path',
  BLOBS_DUPLICATE_PATH: 'duplicate-path',
  BLOBS_NULL_BLOBS: 'null-blobs',
  BLOBS_YAML11_BOOLEAN: 'yaml11-boolean',
  BLOBS_UNMET_DEPENDENCY: 'unmet-dependency',
};
