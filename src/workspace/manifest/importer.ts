// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../../core/errors.ts';
import { escapeControls } from '../../core/text.ts';
import type { SourcePosition } from '../../yaml/yaml-document.ts';

// A long chain of imports would bury what is wrong.
const MAX_FACTS = 5;

/** `error` with the fact that its file was imported at `importer`; anything but a BlobsError as it is. */
export function withImporter(error: unknown, importer: SourcePosition): unknown {
  if (!(error instanceof BlobsError)) return error;
  const { facts = [], ...details } = error.details;
  if (facts.length >= MAX_FACTS) return error;
  const fact = `imported at ${escapeControls(importer.file)}:${importer.line}:${importer.column}`;
  return new BlobsError(error.code, error.message, {
    ...details,
    facts: [...facts, fact],
    cause: error,
  });
}
