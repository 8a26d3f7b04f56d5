// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../../core/errors.ts';
import { escapeControls } from '../../core/text.ts';
import type { SourcePosition } from '../../yaml/yaml-document.ts';

// A long chain of imports would bury what is wrong.
const MAX_FACTS = 5;

/**
 * `error` with the fact that its file was imported at `importer`, and read at `revision` where it was not the one in
 * the working tree; anything but a BlobsError as it is.
 */
export function withImporter(error: unknown, importer: SourcePosition, revision?: string): unknown {
  if (!(error instanceof BlobsError)) return error;
  const { facts = [], ...details } = error.details;
  const where = `${escapeControls(importer.file)}:${importer.line}:${importer.column}`;
  const fact = `${revision === undefined ? '' : `read at ${revision}, `}imported at ${where}`;
  if (facts.length >= MAX_FACTS) return error;
  // A manifest that imports itself has one importer, however deep that goes.
  if (facts.at(-1) === fact) return error;
  return new BlobsError(error.code, error.message, {
    ...details,
    facts: [...facts, fact],
    cause: error,
  });
}
