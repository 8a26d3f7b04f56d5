// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { BlobsError } from '../../../src/core/errors.ts';

/** A fresh directory with `files` (path → content) in it, removed when the test ends. */
export function temporaryTree(files: Readonly<Record<string, string>> = {}): string {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'blobs-workspace-')));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return root;
}

/** The BlobsError that `action` throws. */
export function caught(action: () => unknown): BlobsError {
  try {
    action();
  } catch (error) {
    if (error instanceof BlobsError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
